using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>Which version of a secret each environment runs with.</summary>
public sealed class DriftTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_secret_that_was_never_deployed_runs_nowhere()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasDeploymentAsync();

        (await account.DriftAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_environment_and_app_is_told_with_the_version_that_it_runs_with()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync(Production);
        await account.HasDeployedAsync(Production, new { app = "worker" });
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await account.HasDeployedAsync(Production, new { app = "web" });
        await account.HasDeployedAsync(Staging);
        await account.HasDeployedAsync("/sites/blog/environments/production");

        (await account.DriftAsync(id)).ShouldBe(
        [
            "blog production v2 current A",
            "shop production v1 of 2 A",
            "shop production web v2 current A",
            "shop production worker v1 of 2 A",
            "shop staging v2 current A",
        ]);
    }

    [Fact]
    public async Task An_entry_names_its_environment_and_deployment()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");
        var deployment = await account.HasDeployedAsync();

        var answer = await account.Client.GetAsync($"/secrets/{id}/drift");

        var entry = answer.ShouldBe(200).Data[0];
        entry.Text("environment_id").ShouldBe((await account.Client.GetAsync(Production)).Id);
        entry.TryGetProperty("app", out _).ShouldBeFalse();
        entry.GetProperty("current_version").GetInt32().ShouldBe(1);
        var shown = (await account.Client.GetAsync($"/deployments/{deployment}")).Data;
        foreach (var member in new[] { "id", "number", "revision", "created_at", "finished_at" })
        {
            entry.GetProperty("deployment").GetProperty(member).GetRawText().ShouldBe(shown.GetProperty(member).GetRawText(), member);
        }

        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Text.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Only_the_last_successful_deployment_counts()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await account.HasDeployedAsync();
        await account.Client.PutAsync($"/secrets/{id}", new { value = "3" });
        var failed = await account.HasDeploymentAsync();
        await account.ReportAsync(failed, "failed");
        await account.HasDeploymentAsync();

        (await account.DriftAsync(id)).ShouldBe(["shop production v2 of 3 A"]);
    }

    [Fact]
    public async Task A_secret_that_the_last_deployment_no_longer_takes_does_not_run_there()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "broad");
        await account.HasDeployedAsync();
        var narrow = await account.HasSecretAsync("shop", "production", "A", "narrow");
        await account.HasDeployedAsync();

        (await account.DriftAsync(id)).ShouldBeEmpty();
        (await account.DriftAsync(narrow)).ShouldBe(["shop production v1 current A"]);
    }

    [Fact]
    public async Task Every_variable_that_a_typed_secret_gives_is_named()
    {
        var account = await (await server.NewShopAsync()).HasTypeAsync("mail", "fields", "user", "host");
        var id = (await account.WriteTypedAsync("MAIL", "mail", """{"user": "u", "host": "h"}""")).ShouldBe(201).Id;
        await account.HasDeployedAsync();

        (await account.DriftAsync(id)).ShouldBe(["shop production v1 current MAIL_HOST MAIL_USER"]);
    }

    [Fact]
    public async Task A_deleted_secret_runs_on_but_is_not_current_and_a_purged_one_is_not_found()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();

        await account.Client.DeleteAsync($"/secrets/{id}");
        (await account.DriftAsync(id)).ShouldBe(["shop production v1 of 1 A"]);

        await account.Client.DeleteAsync($"/secrets/{id}?purge=true&force=true");
        (await account.Client.GetAsync($"/secrets/{id}/drift")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task The_slugs_are_those_of_today()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync(Production, new { app = "worker" });
        (await account.Client.PutAsync("/sites/shop/apps/worker", new { slug = "queue" })).ShouldBe(200);
        (await account.Client.PutAsync(Production, new { slug = "live" })).ShouldBe(200);
        (await account.Client.PutAsync("/sites/shop", new { slug = "store" })).ShouldBe(200);

        (await account.DriftAsync(id)).ShouldBe(["store live queue v1 current A"]);
    }

    [Fact]
    public async Task Another_accounts_secret_and_one_that_is_none_are_not_found()
    {
        var account = await server.NewShopAsync();
        var stranger = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await stranger.Client.GetAsync($"/secrets/{id}/drift")).ShouldBeError(404, "not_found").Message.ShouldBe("Secret not found");
        (await account.Client.GetAsync("/secrets/nothing/drift")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync($"/secrets/{id}/drift?app=worker")).ShouldBeError(422, "validation_failed");
    }
}

/// <summary>Shows where a secret runs in a line for each environment.</summary>
internal static class DriftSteps
{
    public static async Task<IReadOnlyList<string>> DriftAsync(this Account account, string id) =>
        [.. (await account.Client.GetAsync($"/secrets/{id}/drift")).ShouldBe(200).Data.EnumerateArray().Select(Line)];

    private static string Line(JsonElement entry)
    {
        var app = entry.TryGetProperty("app", out var slug) ? $" {slug.GetString()}" : "";
        var current = entry.GetProperty("is_current").GetBoolean() ? "current" : $"of {entry.GetProperty("current_version")}";
        return $"{entry.Text("site")} {entry.Text("environment")}{app} v{entry.GetProperty("version")} {current} {string.Join(' ', entry.Texts("variables"))}";
    }
}

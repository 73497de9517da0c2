using System.Text.Json;
using SecretsService.Cryptography;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>A deployment's variables are what was frozen: the same bytes however often and whenever they are fetched, each time with a record.</summary>
public sealed class FetchingFrozenMapsTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    private static readonly string[] Queries =
    [
        "", "?sources=true", "?format=dotenv", "?format=shell&prefix=APP_", "?format=github", "?format=github&mask=true&keys=KEPT", "?format=kubernetes", "?keys=KEPT,SMTP_HOST",
    ];

    [Theory]
    [InlineData("/deployments/{0}/variables")]
    [InlineData("/sites/shop/environments/production/deployments/{0}/variables")]
    [InlineData("/environments/{environment}/deployments/{0}/variables")]
    public async Task The_frozen_map_is_that_of_the_moment_on_every_path(string path)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("shop", "production", "B", "2");
        var injected = await account.InjectAsync("shop", "production");
        var id = await account.HasDeploymentAsync();

        var answer = (await account.Client.GetAsync((await account.PathAsync(path)).Replace("{0}", id, StringComparison.Ordinal))).ShouldBe(200);

        Account.VariablesOf(answer).ShouldBe(injected);
        answer.Json.GetProperty("meta").Text("deployment_id").ShouldBe(id);
        answer.Headers["Cache-Control"].ShouldBe("no-store");
    }

    [Fact]
    public async Task Whatever_happens_afterwards_the_same_bytes_come_back()
    {
        var account = await server.NewShopAsync();
        var kept = await account.HasSecretAsync("KEPT", "the first value");
        var deleted = await account.HasSecretAsync("DELETED", "gone later");
        await account.HasAsync(Global, new { key = "EXPIRING", value = "for an hour", expires_at = server.Clock.GetUtcNow().AddHours(1) });
        await account.HasAsync(OfSite, new { key = "SMTP", value = new { host = "mail.example.com", port = 587 }, secret_type = "smtp" });
        await account.HasAsync(OfProduction, new { key = "NEXT_PUBLIC_KEY", value = "pk", is_secret = false });
        var renamed = await account.HasSecretAsync("RENAMED", "under its old name");
        var id = await account.HasDeploymentAsync();
        var before = await FetchAsync(account, id);

        (await account.Client.PutAsync($"/secrets/{kept}", new { value = "another value" })).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{deleted}")).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{renamed}", new { key = "NEW_NAME" })).ShouldBe(200);
        await account.HasSecretAsync("shop", "production", "KEPT", "narrower");
        (await account.Client.PutAsync("/sites/shop", new { slug = "store" })).ShouldBe(200);
        (await account.Client.PutAsync("/sites/store/environments/production", new { slug = "live", type = "staging" })).ShouldBe(200);
        await server.ExecuteSqlAsync("UPDATE account_keys SET sealed_values = $2 WHERE account_id = $1 AND purpose = 0", account.Id, DataEncryptionKey.MaxSealedValues);
        await account.HasSecretAsync("AFTER", "sealed under the next key");
        server.Clock.Advance(TimeSpan.FromHours(2));

        (await FetchAsync(account, id)).ShouldBe(before);
        (await account.Client.GetAsync($"/deployments/{id}/variables")).Text.ShouldContain("the first value");
        (await account.Client.GetAsync("/sites/store/environments/live/injection")).ShouldBe(200).Text.ShouldNotContain("the first value");
    }

    [Fact]
    public async Task A_local_deployment_has_an_empty_value_for_what_is_missing()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "local" })).ShouldBe(201);
        await account.HasSecretAsync("A", "1");

        var id = await account.HasDeploymentAsync("/sites/shop/environments/local", new { required = new[] { "MISSING", "A" } });

        Account.VariablesOf(await account.Client.GetAsync($"/deployments/{id}/variables?sources=true"))
            .ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "1", ["MISSING"] = "" });
    }

    [Fact]
    public async Task Each_fetch_leaves_a_record_with_keys_and_no_values_and_a_refused_one_leaves_none()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("CANARY", "canary-in-a-record");
        await account.HasSecretAsync("LINES", "a\nb");
        var id = await account.HasDeploymentAsync();

        (await account.Client.GetAsync($"/deployments/{id}/variables?format=docker")).ShouldBeError(422, "validation_failed").Errors.ShouldContainKey("LINES");
        (await account.Client.GetAsync($"/deployments/{id}/variables?format=docker&keys=CANARY")).ShouldBe(200).Text.ShouldBe("CANARY=canary-in-a-record\n");

        var record = JsonDocument.Parse(await server.QuerySqlAsync<string>(
            "SELECT string_agg(context::text, '') FROM events WHERE account_id = $1 AND event = 'deployment.variables_read' AND resource_id = $2",
            account.Id, Guid.Parse(id))).RootElement;
        record.Texts("keys").ShouldBe(["CANARY"]);
        record.Text("format").ShouldBe("docker");
        record.GetRawText().ShouldNotContain("canary-in");
    }

    [Fact]
    public async Task A_token_fetches_its_map_as_often_as_it_may_and_is_then_unknown()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("LINES", "a\nb");
        var id = await account.HasDeploymentAsync();
        var reader = server.ClientWith((await account.Client.PostAsync($"/deployments/{id}/token", new { uses = 2 })).ShouldBe(201).Data.Text("token"));

        (await reader.GetAsync($"/deployments/{id}/variables?format=docker")).ShouldBe(422);
        (await reader.GetAsync($"/deployments/{id}/variables?format=node&keys=A")).ShouldBe(200);
        (await reader.GetAsync($"/sites/shop/environments/production/deployments/{id}/variables")).ShouldBe(200);
        (await reader.GetAsync($"/deployments/{id}/variables")).ShouldBeError(401, "unauthenticated");
    }

    [Fact]
    public async Task Of_many_requests_at_once_with_one_use_left_one_gets_the_map()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        var id = await account.HasDeploymentAsync();
        var reader = server.ClientWith((await account.Client.PostAsync($"/deployments/{id}/token", "{}")).ShouldBe(201).Data.Text("token"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => reader.GetAsync($"/deployments/{id}/variables")));

        answers.Count(a => a.Status == 200).ShouldBe(1);
        answers.Count(a => a.Status == 401).ShouldBe(7);
        (await server.QuerySqlAsync<long>(
            "SELECT count(*) FROM events WHERE account_id = $1 AND event = 'deployment.variables_read'", account.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_token_does_not_know_other_deployments()
    {
        var account = await server.NewShopAsync();
        var own = await account.HasDeploymentAsync();
        var other = await account.HasDeploymentAsync();
        var reader = server.ClientWith((await account.Client.PostAsync($"/deployments/{own}/token", "{}")).ShouldBe(201).Data.Text("token"));

        (await reader.GetAsync($"/deployments/{other}/variables")).ShouldBeError(403, "forbidden");
        (await reader.GetAsync($"/sites/blog/environments/production/deployments/{own}/variables")).ShouldBeError(404, "not_found");
        (await reader.GetAsync($"/deployments/{own}/variables")).ShouldBe(200);
    }

    [Fact]
    public async Task Another_account_has_no_such_deployment()
    {
        var id = await (await server.NewShopAsync()).HasDeploymentAsync();
        var stranger = await server.NewShopAsync();

        (await stranger.Client.GetAsync($"/deployments/{id}/variables")).ShouldBeError(404, "not_found");
        (await stranger.Client.GetAsync($"{Production}/deployments/{id}/variables")).ShouldBeError(404, "not_found");
        (await stranger.Client.GetAsync("/deployments/no-id/variables")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task Values_that_were_purged_by_force_are_said_to_be_gone()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("LEAKED", "x");
        var id = await account.HasDeploymentAsync();

        (await account.Client.DeleteAsync($"/secrets/{secret}?purge=true")).ShouldBeError(409, "in_use");
        (await account.Client.DeleteAsync($"/secrets/{secret}?purge=true&force=true")).ShouldBe(200);

        var answer = (await account.Client.GetAsync($"/deployments/{id}/variables")).ShouldBeError(409, "state_conflict");
        answer.Message.ShouldNotBeNull().ShouldContain("LEAKED");
    }

    [Theory]
    [InlineData("UPDATE deployment_variables SET name = 'C' WHERE deployment_id = $1 AND name = 'A'")]
    [InlineData("DELETE FROM deployment_variables WHERE deployment_id = $1 AND name = 'A'")]
    [InlineData("UPDATE deployment_variables SET version = 2 WHERE deployment_id = $1 AND name = 'A'")]
    [InlineData("UPDATE deployment_variables SET secret_id = NULL, version = 0 WHERE deployment_id = $1 AND name = 'A'")]
    [InlineData("UPDATE deployments SET environment = 'staging' WHERE id = $1")]
    public async Task A_map_that_was_changed_in_the_database_is_not_handed_out(string change)
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("B", "2");
        (await account.Client.PutAsync($"/secrets/{secret}", new { value = "3" })).ShouldBe(200);
        (await account.Client.PostAsync($"/secrets/{secret}/rollback", new { version = 1 })).ShouldBe(200);
        var id = await account.HasDeploymentAsync();

        (await server.ExecuteSqlAsync(change, Guid.Parse(id))).ShouldBe(1);

        (await account.Client.GetAsync($"/deployments/{id}/variables")).ShouldBeError(500, "value_unreadable");
    }

    private static async Task<IReadOnlyList<string>> FetchAsync(Account account, string id)
    {
        var texts = new List<string>();
        foreach (var query in Queries)
        {
            var answer = (await account.Client.GetAsync($"/deployments/{id}/variables{query}")).ShouldBe(200);
            texts.Add($"{answer.Headers["ETag"]} {answer.Text}");
        }

        return texts;
    }
}

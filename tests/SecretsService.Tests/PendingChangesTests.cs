using System.Text;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>What the next deployment would change, against what runs.</summary>
public sealed class PendingChangesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Notice = "Secrets have changed. Changes will take effect in the next successful deployment.";

    [Theory]
    [InlineData("/sites/shop/environments/production")]
    [InlineData("/environments/{environment}")]
    public async Task Everything_is_pending_until_something_was_deployed(string environment)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("B", "1");
        await account.HasSecretAsync("A", "1");

        var answer = await account.Client.GetAsync(await account.PathAsync($"{environment}/pending-changes"));

        answer.ShouldBe(200).Data.GetRawText().ShouldBe(
            $$"""{"changed":true,"notice":"{{Notice}}","added":["A","B"],"changed_keys":[],"removed":[]}""");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
    }

    [Fact]
    public async Task Nothing_is_pending_where_there_is_nothing()
    {
        var account = await server.NewShopAsync();

        (await account.Client.GetAsync($"{Production}/pending-changes")).ShouldBe(200).Data.GetRawText()
            .ShouldBe("""{"changed":false,"notice":null,"added":[],"changed_keys":[],"removed":[]}""");
    }

    [Fact]
    public async Task What_was_added_changed_and_removed_since_the_last_deployment_is_told_by_name()
    {
        var account = await server.NewShopAsync();
        var changed = await account.HasSecretAsync("CHANGED", "1");
        var removed = await account.HasSecretAsync("REMOVED", "1");
        await account.HasSecretAsync("SAME", "1");
        var id = await account.HasDeployedAsync();
        (await account.PendingAsync()).ShouldBe("");
        await account.Client.PutAsync($"/secrets/{changed}", new { value = "canary-2" });
        await account.Client.DeleteAsync($"/secrets/{removed}");
        await account.HasSecretAsync("shop", "production", "NEW_B", "canary-3");
        await account.HasSecretAsync("shop", "production", "NEW_A", "canary-4");

        var answer = await account.Client.GetAsync($"{Production}/pending-changes");

        answer.Data.Texts("added").ShouldBe(["NEW_A", "NEW_B"]);
        answer.Data.Texts("changed_keys").ShouldBe(["CHANGED"]);
        answer.Data.Texts("removed").ShouldBe(["REMOVED"]);
        answer.Data.Text("notice").ShouldBe(Notice);
        answer.Data.GetProperty("last_deployment").Text("id").ShouldBe(id);
        answer.Data.GetProperty("last_deployment").GetProperty("number").GetInt32().ShouldBe(1);
        answer.Text.ShouldNotContain("canary");
        answer.Text.ShouldNotContain("tag");
    }

    [Fact]
    public async Task Many_changes_are_pending_together_and_one_deployment_takes_them_all()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("CHANGED", "1");
        var removed = await account.HasSecretAsync("REMOVED", "1");
        await account.HasDeployedAsync();

        using var file = new StringContent("CHANGED=2\nIMPORTED=\"a b\"\n", Encoding.UTF8, "text/plain");
        (await account.Client.SendAsync(HttpMethod.Post, "/global-secrets/import", file)).ShouldBe(200);
        await account.HasSecretAsync("shop", "production", "ADDED", "3");
        (await account.Client.DeleteAsync($"/secrets/{removed}")).ShouldBe(200);
        (await account.PendingAsync()).ShouldBe("+ADDED +IMPORTED ~CHANGED -REMOVED");
        var revision = (await account.MetaOfAsync(Production)).GetProperty("revision").GetInt64();

        var id = await account.HasDeployedAsync();

        (await account.ShowAsync(id)).Data.GetProperty("revision").GetInt64().ShouldBe(revision);
        Account.VariablesOf(await account.Client.GetAsync($"/deployments/{id}/variables")).ShouldBe(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ADDED"] = "3", ["CHANGED"] = "2", ["IMPORTED"] = "a b" });
        (await account.PendingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_a_deployment_that_succeeds_takes_what_was_pending()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();
        await account.Client.PutAsync($"/secrets/{secret}", new { value = "2" });

        var failing = await account.HasDeploymentAsync();
        (await account.PendingAsync()).ShouldBe("~A");
        await account.ReportAsync(failing, "deploying");
        (await account.PendingAsync()).ShouldBe("~A");
        await account.ReportAsync(failing, "failed");
        (await account.PendingAsync()).ShouldBe("~A");

        await account.HasDeployedAsync();
        (await account.PendingAsync()).ShouldBe("");
    }

    [Fact]
    public async Task What_changed_between_freezing_and_success_stays_pending()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        var id = await account.HasDeploymentAsync();
        await account.Client.PutAsync($"/secrets/{secret}", new { value = "2" });
        await account.ReportAsync(id, "deploying");
        await account.ReportAsync(id, "deployed");

        (await account.PendingAsync()).ShouldBe("~A");
    }

    [Fact]
    public async Task The_deployment_that_ended_last_counts_whichever_was_made_last()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        var slow = await account.HasDeploymentAsync();
        await account.Client.PutAsync($"/secrets/{secret}", new { value = "2" });
        await account.HasDeployedAsync();
        (await account.PendingAsync()).ShouldBe("");

        await account.ReportAsync(slow, "deploying");
        await account.ReportAsync(slow, "deployed");

        (await account.PendingAsync()).ShouldBe("~A");
    }

    [Fact]
    public async Task The_same_value_from_another_scope_or_another_secret_or_written_again_is_no_change()
    {
        var account = await server.NewShopAsync();
        var broad = await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();

        await account.HasSecretAsync("shop", "production", "A", "1");
        (await account.PendingAsync()).ShouldBe("");

        await account.Client.PutAsync($"/secrets/{broad}", new { value = "2" });
        (await account.PendingAsync()).ShouldBe("");
        (await account.PendingAsync(Staging)).ShouldBe("+A");

        await account.Client.DeleteAsync($"/secrets/{broad}?purge=true&force=true");
        await account.HasSecretAsync("A", "1");
        (await account.PendingAsync()).ShouldBe("");
    }

    [Fact]
    public async Task A_value_that_expired_or_is_withheld_or_deleted_is_removed()
    {
        var account = await server.NewShopAsync();
        var expired = await account.HasSecretAsync("EXPIRED", "1");
        await account.HasSecretAsync("WITHHELD", "1");
        var deleted = await account.HasSecretAsync("DELETED", "1");
        await account.HasDeployedAsync();

        await server.ChangeAsync(account, expired, "expires_at = now() - interval '1 hour'");
        await account.HasAsync($"{Production}/secrets", new { key = "WITHHELD", withheld = true });
        await account.Client.DeleteAsync($"/secrets/{deleted}");

        (await account.PendingAsync()).ShouldBe("-DELETED -EXPIRED -WITHHELD");
    }

    [Fact]
    public async Task A_rename_removes_one_name_and_adds_another()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("OLD", "1");
        await account.HasDeployedAsync();
        await account.Client.PutAsync($"/secrets/{secret}", new { key = "NEW" });

        (await account.PendingAsync()).ShouldBe("+NEW -OLD");
    }

    [Fact]
    public async Task An_app_has_changes_of_its_own()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();

        (await account.PendingAsync(Production, "?app=worker")).ShouldBe("+A");
        await account.HasDeployedAsync(Production, new { app = "worker" });
        await account.HasAsync("/sites/shop/apps/worker/secrets", new { key = "B", value = "1" });

        (await account.PendingAsync(Production, "?app=worker")).ShouldBe("+B");
        (await account.PendingAsync(Production, "?app=web")).ShouldBe("+A");
        (await account.PendingAsync()).ShouldBe("");
    }

    [Fact]
    public async Task The_fields_of_a_typed_secret_are_compared_one_by_one()
    {
        var account = await (await server.NewShopAsync()).HasTypeAsync("mail", "fields", "host", "port", "user");
        var id = (await account.WriteTypedAsync("MAIL", "mail", """{"host": "h", "port": "1"}""")).ShouldBe(201).Id;
        await account.HasDeployedAsync();

        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"port": "2", "user": "u", "host": "h"} }""")).ShouldBe(200);

        (await account.PendingAsync()).ShouldBe("+MAIL_USER ~MAIL_PORT");
    }

    [Fact]
    public async Task On_a_developers_machine_what_is_still_missing_is_no_change()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "Laptop", slug = "laptop", type = "local" })).ShouldBe(201);
        const string Laptop = "/sites/shop/environments/laptop";
        await account.RequiresAsync("/sites/shop", new { key = "NEEDED" }, new { key = "EMPTY" });
        await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync(Laptop);
        (await account.PendingAsync(Laptop)).ShouldBe("");

        await account.HasSecretAsync("NEEDED", "1");
        await account.HasSecretAsync("EMPTY", "");

        (await account.PendingAsync(Laptop)).ShouldBe("~NEEDED");
    }

    [Fact]
    public async Task A_value_that_was_purged_by_force_is_compared_still()
    {
        var account = await server.NewShopAsync();
        var gone = await account.HasSecretAsync("GONE", "1");
        var again = await account.HasSecretAsync("AGAIN", "1");
        await account.HasDeployedAsync();
        (await account.Client.DeleteAsync($"/secrets/{gone}?purge=true&force=true")).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{again}?purge=true&force=true")).ShouldBe(200);
        await account.HasSecretAsync("AGAIN", "1");

        (await account.PendingAsync()).ShouldBe("-GONE");
    }

    [Fact]
    public async Task A_rollback_to_a_snapshot_brings_the_newer_values_back_as_changes()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        var first = await account.HasDeployedAsync();
        await account.Client.PutAsync($"/secrets/{secret}", new { value = "2" });
        await account.HasDeployedAsync();

        var back = (await account.Client.PostAsync($"{Production}/rollback", new { target_deployment_id = first, secrets = "snapshot" })).ShouldBe(202).Id;
        await account.ReportAsync(back, "deploying");
        await account.ReportAsync(back, "deployed");

        (await account.PendingAsync()).ShouldBe("~A");
    }

    [Fact]
    public async Task Asking_reads_no_value_that_the_trail_would_have_to_tell()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        var before = await EventsAsync(account);

        await account.PendingAsync();

        (await EventsAsync(account)).ShouldBe(before);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found_and_an_unknown_parameter_is_refused()
    {
        var account = await server.NewShopAsync();
        var stranger = await server.NewAccountAsync();
        var path = await account.PathAsync("/environments/{environment}/pending-changes");

        (await account.Client.GetAsync("/sites/shop/environments/nowhere/pending-changes")).ShouldBeError(404, "not_found").Message.ShouldBe("Environment not found");
        (await account.Client.GetAsync($"{Production}/pending-changes?app=nothing")).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
        (await stranger.Client.GetAsync(path)).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync($"{Production}/pending-changes?apps=worker")).ShouldBeError(422, "validation_failed");
        (await server.ClientWith(null).GetAsync(path)).ShouldBeError(401, "unauthenticated");
    }

    private Task<long> EventsAsync(Account account) => server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1", account.Id);
}

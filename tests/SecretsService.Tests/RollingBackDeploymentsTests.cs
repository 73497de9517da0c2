using System.Text.Json;
using SecretsService.Cryptography;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>Going back is a new deployment that names an earlier one: with the secrets of today, or with the very map that it had.</summary>
public sealed class RollingBackDeploymentsTests(RestartableServer server) : IClassFixture<RestartableServer>
{
    [Fact]
    public async Task A_value_of_the_snapshot_that_has_expired_since_is_warned_of()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        var id = await account.HasDeployedAsync();
        await server.ExpireAsync(account, secret);

        var back = (await account.RollBackAsync(new { target_deployment_id = id, secrets = "snapshot" })).ShouldBe(202);

        back.Data.Texts("warnings").ShouldHaveSingleItem().ShouldContain("A expired at");
        (await account.RollBackAsync(new { target_deployment_id = id })).Refusals().ShouldHaveSingleItem().ShouldContain("A has expired");
    }

    [Fact]
    public async Task Without_a_body_it_goes_back_to_the_one_before_the_last_that_was_deployed()
    {
        var account = await server.NewShopAsync();
        var first = await account.HasDeployedAsync();
        var second = await account.HasDeployedAsync();
        await account.HasDeploymentThatIsAsync("failed");
        await account.HasDeploymentAsync();
        using var none = new StringContent("");

        var back = (await account.Client.SendAsync(HttpMethod.Post, await account.PathAsync("/environments/{environment}/rollback"), none)).ShouldBe(202);

        back.Message.ShouldBe("Deployment created successfully");
        back.Headers["Location"].ShouldBe($"/api/v1/vector/deployments/{back.Id}");
        back.Data.Text("target_deployment_id").ShouldBe(first);
        back.Data.Text("secrets").ShouldBe("current");
        back.Data.Text("status").ShouldBe("pending");
        back.Data.GetProperty("number").GetInt32().ShouldBe(5);
        await account.BringAsync(back.Id, "deploying", "deployed");
        (await account.RollBackAsync()).ShouldBe(202).Data.Text("target_deployment_id").ShouldBe(second);
    }

    [Fact]
    public async Task What_was_deployed_last_counts_by_when_that_was_and_not_by_when_it_was_made()
    {
        var account = await server.NewShopAsync();
        var first = await account.HasDeploymentAsync();
        var second = await account.HasDeployedAsync();
        await account.BringAsync(first, "deploying", "deployed");

        (await account.RollBackAsync()).ShouldBe(202).Data.Text("target_deployment_id").ShouldBe(second);
    }

    [Fact]
    public async Task With_nothing_to_go_back_to_it_is_refused()
    {
        var account = await server.NewShopAsync();

        (await account.RollBackAsync()).ShouldBeError(409, "state_conflict").Message.ShouldBe("There is no earlier successful deployment to go back to.");
        await account.HasDeployedAsync();
        await account.HasDeploymentThatIsAsync("failed");
        await account.HasDeployedAsync(Staging);
        (await account.RollBackAsync()).ShouldBeError(409, "state_conflict");
        await account.HasDeployedAsync(request: new { app = "worker" });
        (await account.RollBackAsync(new { app = "worker" })).ShouldBeError(409, "state_conflict");
        await account.HasDeployedAsync(request: new { app = "worker" });
        (await account.RollBackAsync(new { app = "worker" })).ShouldBe(202).Data.Text("app").ShouldBe("worker");
    }

    [Fact]
    public async Task Both_names_of_the_target_are_read_and_the_longer_one_wins()
    {
        var account = await server.NewShopAsync();
        var first = await account.HasDeployedAsync();
        var second = await account.HasDeployedAsync();

        (await account.RollBackAsync(new { target_deployment_id = second })).ShouldBe(202).Data.Text("target_deployment_id").ShouldBe(second);
        (await account.RollBackAsync(new { deployment_id = second })).ShouldBe(202).Data.Text("target_deployment_id").ShouldBe(second);
        (await account.RollBackAsync(new { deployment_id = first, target_deployment_id = second })).ShouldBe(202).Data.Text("target_deployment_id").ShouldBe(second);
        (await account.RollBackAsync("""{"target_deployment_id": null, "deployment_id": null}""")).ShouldBe(202).Data.Text("target_deployment_id").ShouldBe(first);
    }

    [Theory]
    [InlineData("""{"target_deployment_id": "7"}""", "target_deployment_id")]
    [InlineData("""{"deployment_id": 7}""", "deployment_id")]
    [InlineData("""{"secrets": "old"}""", "secrets")]
    [InlineData("""{"secrets": null}""", "secrets")]
    [InlineData("""{"secrets": 1}""", "secrets")]
    [InlineData("""{"required": ["-"]}""", "required")]
    [InlineData("""{"include_uploads": true}""", "include_uploads")]
    public async Task A_faulty_member_is_named(string body, string field)
    {
        var account = await server.NewShopAsync();

        (await account.RollBackAsync(body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    [Theory]
    [InlineData("target_deployment_id")]
    [InlineData("deployment_id")]
    public async Task A_target_that_cannot_be_gone_back_to_is_refused_under_the_name_that_it_came_with(string field)
    {
        var account = await server.NewShopAsync();
        var stranger = await server.NewShopAsync();
        Task<ApiAnswer> BackAsync(string id, string? app = null) =>
            account.RollBackAsync(new Dictionary<string, string?> { [field] = id, ["app"] = app }.Where(m => m.Value is not null).ToDictionary());

        (await BackAsync("019a3f00-0000-7000-8000-000000000007")).ShouldBlame(field, "no such deployment");
        (await BackAsync(await account.HasDeployedAsync(Staging))).ShouldBlame(field, "no such deployment");
        (await BackAsync(await stranger.HasDeployedAsync())).ShouldBlame(field, "no such deployment");
        foreach (var status in new[] { "pending", "failed" })
        {
            (await BackAsync(await account.HasDeploymentThatIsAsync(status))).ShouldBlame(field, "never deployed");
        }

        (await BackAsync(await account.HasDeployedAsync(), "worker")).ShouldBlame(field, "no deployment of that app");
        (await BackAsync(await account.HasDeployedAsync(request: new { app = "web" }), "worker")).ShouldBlame(field, "no deployment of that app");
    }

    [Fact]
    public async Task Todays_secrets_are_taken_unless_the_earlier_map_is_asked_for()
    {
        var account = await server.NewShopAsync();
        var ids = new[] { "UPDATED", "DELETED", "EXPIRED", "RENAMED", "WITHHELD" }.ToDictionary(k => k, k => "");
        foreach (var key in ids.Keys)
        {
            ids[key] = await account.HasSecretAsync(key, $"{key} of then");
        }

        var target = await account.HasDeployedAsync();
        (await account.Client.PutAsync($"/secrets/{ids["UPDATED"]}", new { value = "new" })).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{ids["DELETED"]}")).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{ids["RENAMED"]}", new { key = "OTHER" })).ShouldBe(200);
        await account.HasAsync(Production + "/secrets", new { key = "WITHHELD", withheld = true });
        await account.HasSecretAsync("ADDED", "new");
        var current = (await account.RollBackAsync(new { target_deployment_id = target })).ShouldBe(202);
        await server.ExpireAsync(account, ids["EXPIRED"]);
        var snapshot = (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" })).ShouldBe(202);

        (await server.ThawAsync(account, current.Id)).ShouldBe(
            new Dictionary<string, string> { ["ADDED"] = "new", ["EXPIRED"] = "EXPIRED of then", ["OTHER"] = "RENAMED of then", ["UPDATED"] = "new" });
        (await server.ThawAsync(account, snapshot.Id)).ShouldBe(ids.Keys.Order(StringComparer.Ordinal).ToDictionary(k => k, k => $"{k} of then"));
        snapshot.Data.Text("secrets").ShouldBe("snapshot");
        snapshot.Data.GetProperty("revision").GetInt64().ShouldBe((await account.ShowAsync(target)).Data.GetProperty("revision").GetInt64());
        current.Data.GetProperty("revision").GetInt64().ShouldBeGreaterThan(snapshot.Data.GetProperty("revision").GetInt64());
        (await account.RollBackAsync(new { target_deployment_id = target })).Refusals().ShouldHaveSingleItem().ShouldStartWith("EXPIRED has expired.");
    }

    [Fact]
    public async Task A_rollback_can_be_gone_back_to_and_has_the_same_map()
    {
        var account = await server.NewShopAsync();
        await account.HasTypeAsync("login", "fields", "password", "user");
        (await account.WriteTypedAsync("MAIN", "login", """{"user": "u", "password": "of then"}""")).ShouldBe(201);
        var secret = await account.HasSecretAsync("A", "of then");
        var target = await account.HasDeployedAsync();
        (await account.Client.PutAsync($"/secrets/{secret}", new { value = "new" })).ShouldBe(200);

        var back = (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" })).Id;
        await account.BringAsync(back, "deploying", "deployed");
        var again = (await account.RollBackAsync(new { target_deployment_id = back, secrets = "snapshot" })).ShouldBe(202);

        again.Data.Text("target_deployment_id").ShouldBe(back);
        (await server.ThawAsync(account, again.Id)).ShouldBe(
            new Dictionary<string, string> { ["A"] = "of then", ["MAIN_PASSWORD"] = "of then", ["MAIN_USER"] = "u" });
    }

    [Fact]
    public async Task A_deployment_of_an_app_goes_back_as_one_of_that_app_whatever_it_is_called_today()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync("/sites/shop/apps/worker/secrets", new { key = "A", value = "of worker" });
        var target = await account.HasDeployedAsync(request: new { app = "worker" });
        (await account.Client.PutAsync("/sites/shop/apps/worker", new { slug = "runner" })).ShouldBe(200);

        foreach (var secrets in new[] { "current", "snapshot" })
        {
            var back = (await account.RollBackAsync(new { target_deployment_id = target, secrets })).ShouldBe(202);
            back.Data.Text("app").ShouldBe("runner");
            (await server.ThawAsync(account, back.Id)).ShouldBe(new Dictionary<string, string> { ["A"] = "of worker" });
        }

        (await account.ShowAsync(target)).Data.Text("app").ShouldBe("worker");
    }

    [Fact]
    public async Task A_key_that_is_needed_and_not_in_the_earlier_map_stands_against_it()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasTypeAsync("login", "fields", "password");
        (await account.WriteTypedAsync("TYPED", "login", """{"password": "1"}""")).ShouldBe(201);
        var target = await account.HasDeployedAsync();
        await account.HasSecretAsync("NEW", "1");
        await account.RequiresAsync("/sites/shop", new { key = "A" }, new { key = "TYPED" }, new { key = "NEW", description = "Pays" }, new { key = "SOON", optional = true });
        var rows = await server.RowsAsync(account);

        var refused = await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot", required = new[] { "TYPED_PASSWORD", "TYPE" } });

        refused.Refusals().ShouldBe(
            [
                "NEW is not in the map of the deployment to go back to. Go back with today's secrets instead (\"secrets\": \"current\"). It is for: Pays",
                "TYPE is not in the map of the deployment to go back to. Go back with today's secrets instead (\"secrets\": \"current\").",
            ]);
        (await server.RowsAsync(account)).ShouldBe(rows);
        await account.RequiresAsync("/sites/shop", new { key = "SOON", optional = true });
        (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" })).ShouldBe(202).Data.Texts("warnings").ShouldHaveSingleItem().ShouldStartWith("SOON is not in the map");
    }

    [Fact]
    public async Task What_was_empty_while_the_environment_was_local_is_missing_where_it_is_no_more()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PutAsync(Production, new { type = "local" })).ShouldBe(200);
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        var target = await account.HasDeployedAsync();
        (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" })).ShouldBe(202).Data.GetProperty("variable_count").GetInt32().ShouldBe(1);

        (await account.Client.PutAsync(Production, new { type = "production" })).ShouldBe(200);

        (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" })).Refusals().ShouldHaveSingleItem().ShouldStartWith("A is not in the map");
    }

    [Fact]
    public async Task A_name_that_was_reserved_since_stands_against_the_earlier_map()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("PLATFORM_TOKEN", "1");
        var target = await account.HasDeployedAsync();
        await using var later = server.Again("Secrets:ReservedNames:0", "PLATFORM_*");
        await later.InitializeAsync();

        var refused = await later.ClientWith(account.Token).PostAsync(Production + "/rollback", new { target_deployment_id = target, secrets = "snapshot" });

        refused.Refusals().ShouldHaveSingleItem().ShouldStartWith("PLATFORM_TOKEN is reserved by now: the platform sets it itself.");
    }

    [Theory]
    [InlineData("another version", "UPDATE deployment_variables SET version = 2 WHERE account_id = $1 AND deployment_id = $2 AND name = 'A'")]
    [InlineData("another secret", "UPDATE deployment_variables v SET secret_id = o.secret_id FROM deployment_variables o WHERE v.account_id = $1 AND v.deployment_id = $2 AND v.name = 'A' AND o.account_id = $1 AND o.deployment_id = $2 AND o.name = 'B'")]
    [InlineData("no secret", "UPDATE deployment_variables SET secret_id = NULL, version = 0 WHERE account_id = $1 AND deployment_id = $2 AND name = 'A'")]
    [InlineData("another name", "UPDATE deployment_variables SET name = 'C' WHERE account_id = $1 AND deployment_id = $2 AND name = 'A'")]
    [InlineData("another rung", "UPDATE deployment_variables SET rung = rung + 1 WHERE account_id = $1 AND deployment_id = $2 AND name = 'A'")]
    [InlineData("a row less", "DELETE FROM deployment_variables WHERE account_id = $1 AND deployment_id = $2 AND name = 'A'")]
    [InlineData("a row less, and its count", "WITH gone AS (DELETE FROM deployment_variables WHERE account_id = $1 AND deployment_id = $2 AND name = 'A') UPDATE deployments SET variable_count = 1 WHERE account_id = $1 AND id = $2")]
    [InlineData("a row of an other deployment", "INSERT INTO deployment_variables SELECT account_id, $2, 'C', secret_id, version, field, rung, value_tag FROM deployment_variables WHERE account_id = $1 AND deployment_id = $2 AND name = 'A'")]
    [InlineData("other tombstones", "UPDATE deployments SET withheld = '{Z}' WHERE account_id = $1 AND id = $2")]
    [InlineData("another revision", "UPDATE deployments SET revision = revision + 1 WHERE account_id = $1 AND id = $2")]
    [InlineData("another type", "UPDATE deployments SET environment_type = 'staging' WHERE account_id = $1 AND id = $2")]
    [InlineData("the tag of another map", "UPDATE deployments d SET map_tag = o.map_tag FROM deployments o WHERE d.account_id = $1 AND d.id = $2 AND o.account_id = $1 AND o.id <> $2")]
    [InlineData("a changed value", "UPDATE secret_versions SET sealed_value = set_byte(sealed_value, 13, get_byte(sealed_value, 13) # 1) WHERE account_id = $1 AND name = 'A' AND version = 1 AND $2::uuid IS NOT NULL")]
    public async Task A_frozen_map_that_was_changed_behind_the_services_back_is_not_deployed(string what, string change)
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "c4n4ry-1");
        await account.HasSecretAsync("B", "c4n4ry-2");
        var target = await account.HasDeployedAsync();
        (await account.Client.PutAsync($"/secrets/{secret}", new { value = "c4n4ry-3" })).ShouldBe(200);
        await account.HasDeployedAsync();
        var rows = await server.RowsAsync(account);

        (await server.ExecuteSqlAsync(change, account.Id, Guid.Parse(target))).ShouldBe(1, what);
        var events = rows.Split(' ')[^1];

        var answer = (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" })).ShouldBeError(500, "value_unreadable");
        answer.Text.ShouldNotContain("c4n4ry");
        (await server.RowsAsync(account)).ShouldStartWith("2 ");
        (await server.RowsAsync(account)).Split(' ')[^1].ShouldBe(events);
        server.Log.Lines.ShouldContain(line => line.Text.StartsWith("Critical", StringComparison.Ordinal)
            && (line.Text.Contains(target, StringComparison.Ordinal) || line.Text.Contains(secret, StringComparison.Ordinal)));
        (await account.RollBackAsync(new { target_deployment_id = target })).ShouldBe(202);
    }

    [Fact]
    public async Task A_deployment_that_was_moved_to_another_environment_does_not_take_its_values_there()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("shop", "production", "A", "of production");
        var target = await account.HasDeployedAsync();

        await server.ExecuteSqlAsync(
            "UPDATE deployments SET environment_id = (SELECT e.id FROM environments e JOIN sites s ON s.id = e.site_id WHERE e.account_id = $1 AND e.slug = 'staging' AND s.slug = 'shop') "
            + "WHERE account_id = $1 AND id = $2",
            account.Id, Guid.Parse(target));

        (await account.RollBackAsync(new { target_deployment_id = target, secrets = "snapshot" }, Staging)).ShouldBeError(500, "value_unreadable");
        await Should.ThrowAsync<SealedValueException>(() => server.ThawAsync(account, target));
    }

    [Fact]
    public async Task A_rollback_says_in_the_audit_trail_what_it_goes_back_to()
    {
        var account = await server.NewShopAsync();
        var target = await account.HasDeployedAsync();

        var id = (await account.RollBackAsync(new { target_deployment_id = target, description = "Too slow" })).ShouldBe(202);

        id.Data.Text("description").ShouldBe("Too slow");
        id.Data.GetProperty("include_uploads").ValueKind.ShouldBe(JsonValueKind.Null);
        (await server.EventsAsync(account, id.Id)).ShouldHaveSingleItem().ShouldContain($"\"target_deployment_id\":\"{target}\"");
    }
}

/// <summary>A server that can be started anew on the same database, with other settings.</summary>
public sealed class RestartableServer : SecretsServer
{
    private readonly string _keyring = NewKeyring();

    public RestartableServer() => With("Keys:Keyring", _keyring);

    /// <summary>Another server on this one's database; starting and disposing of it are the caller's.</summary>
    public SecretsServer Again(string setting, string value) =>
        new SecretsServer().With("ConnectionStrings:Secrets", ConnectionString).With("Keys:Keyring", _keyring).With(setting, value);
}

using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A tombstone says that a target does not get a key, which an empty value does not say.</summary>
public sealed class WithholdingKeysTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_tombstone_keeps_a_broader_value_from_the_target_and_from_no_other()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        await account.HasSecretAsync("SENTRY_DSN", "1");
        await account.HasSecretAsync("KEPT", "1");
        await account.HasAsync(Production + "/secrets", new { key = "SENTRY_DSN", withheld = true });

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["KEPT"]);
        (await account.MetaOfAsync(Production)).Texts("withheld").ShouldBe(["SENTRY_DSN"]);
        (await account.InjectAsync("shop", "staging")).Keys.ShouldBe(["KEPT", "SENTRY_DSN"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_narrower_value_overrides_a_tombstone()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasAsync("/global-secrets", new { key = "A", withheld = true });
        await account.HasSecretAsync("shop", "production", "A", "1");

        (await account.MapOfAsync(Production))["A"].ShouldBe("1");
        (await account.MetaOfAsync(Production)).Texts("withheld").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_explanation_names_the_tombstone_and_how_to_lift_it()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "1");
        await account.HasAsync(Production + "/secrets", new { key = "A", withheld = true });

        var key = await account.ExplainAsync(Production, "A");

        key.Text("state").ShouldBe("withheld");
        key.Text("reason").ShouldBe(
            "A tombstone of site shop, environment production keeps it from this target. Delete the tombstone to let another value through.");
        var winner = key.GetProperty("winner");
        winner.GetProperty("withheld").GetBoolean().ShouldBeTrue();
        winner.GetProperty("version").GetInt32().ShouldBe(0);
        winner.GetProperty("fingerprint").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        winner.Text("set_by").ShouldBe("test key");
        key.GetProperty("shadowed")[0].GetProperty("same_value").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        key.GetProperty("scopes").EnumerateArray().Select(s => s.Text("has")).ShouldBe(["withheld", "nothing", "nothing", "nothing", "value"]);
    }

    [Fact]
    public async Task A_tombstone_on_a_variable_keeps_the_field_of_a_typed_secret_from_the_target()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasTypeAsync(server);
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"mail","port":25}""", "SMTP_HOST", "SMTP_PORT");
        await account.HasAsync(Production + "/secrets", new { key = "SMTP_HOST", withheld = true });

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["SMTP_PORT"]);
        var meta = await account.MetaOfAsync(Production);
        meta.Texts("withheld").ShouldBe(["SMTP_HOST"]);
        meta.Texts("warnings").ShouldBeEmpty("it is meant to be so");
    }

    [Fact]
    public async Task A_secret_that_has_lost_its_version_is_no_tombstone()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "broad");
        var id = await account.HasSecretAsync("shop", "production", "A", "narrow");
        await server.ExecuteSqlAsync("DELETE FROM secret_versions WHERE account_id = $1 AND secret_id = $2", account.Id, Guid.Parse(id));

        (await account.Client.GetAsync(Production + "/injection")).ShouldBeError(500, "value_unreadable");
        server.Log.Lines.ShouldContain(line => line.Text.StartsWith("Critical", StringComparison.Ordinal) && line.Text.Contains(id, StringComparison.Ordinal));
    }
}

using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>Why does this target get this value? Every answer without a value.</summary>
public sealed class ExplainingValuesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Canary = "c4n4ry-9d21";

    [Fact]
    public async Task A_key_is_explained_with_what_decides_and_what_is_overridden()
    {
        var account = await AccountAsync();
        var broad = await account.HasSecretAsync("A", Canary);
        var narrow = await account.HasSecretAsync("shop", "production", "A", Canary + "2");

        var key = await account.ExplainAsync(Production, "A");

        key.Text("state").ShouldBe("injected");
        key.Text("reason").ShouldBe("The value of site shop, environment production decides over one other, because no other applies more narrowly.");
        key.Texts("variables").ShouldBe(["A"]);
        var winner = key.GetProperty("winner");
        winner.Text("secret_id").ShouldBe(narrow);
        winner.GetProperty("scope").GetRawText().ShouldBe("""{"owner":"site","site":"shop","selector":"environment","environment":"production"}""");
        winner.GetProperty("rung").GetInt32().ShouldBe(7);
        winner.GetProperty("version").GetInt32().ShouldBe(1);
        winner.Text("fingerprint").ShouldMatch("^[0-9a-f]{8}$");
        winner.Text("set_by").ShouldBe("test key");
        winner.GetProperty("set_at").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        winner.GetProperty("same_value").ValueKind.ShouldBe(JsonValueKind.Null);
        var shadowed = key.GetProperty("shadowed").EnumerateArray().ShouldHaveSingleItem();
        shadowed.Text("secret_id").ShouldBe(broad);
        shadowed.GetProperty("same_value").GetBoolean().ShouldBeFalse();
        key.GetProperty("scopes").EnumerateArray().Select(s => $"{s.GetProperty("rung")} {s.Text("has")}")
            .ShouldBe(["7 value", "4 nothing", "3 nothing", "2 nothing", "1 value"]);
    }

    [Fact]
    public async Task A_shadowed_value_that_is_the_same_is_said_to_be()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("A", Canary);
        await account.HasSecretAsync("shop", "production", "A", Canary);

        (await account.ExplainAsync(Production, "A")).GetProperty("shadowed")[0].GetProperty("same_value").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_list_has_each_key_once_sorted_and_says_what_it_is_of()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("B", Canary);
        await account.HasSecretAsync("A", Canary);
        await account.HasSecretAsync("shop", "production", "B", Canary);
        await account.Client.DeleteAsync($"/secrets/{await account.HasSecretAsync("GONE", Canary)}");

        var answer = await account.Client.GetAsync(Production + "/resolved");

        answer.ShouldBe(200).Data.EnumerateArray().Select(k => $"{k.Text("key")} {k.Text("state")}").ShouldBe(["A injected", "B injected", "GONE deleted"]);
        answer.Data[0].TryGetProperty("scopes", out _).ShouldBeFalse();
        answer.Json.GetProperty("meta").GetRawText().ShouldBe(
            """{"revision":7,"count":3,"site":"shop","environment":"production","environment_type":"production"}""");
        answer.Message.ShouldBe("Keys resolved successfully");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
    }

    [Fact]
    public async Task A_key_that_was_deleted_is_explained_by_what_can_be_restored()
    {
        var account = await AccountAsync();
        var id = await account.HasSecretAsync("A", Canary);
        await account.Client.DeleteAsync($"/secrets/{id}");

        var key = await account.ExplainAsync(Production, "A");

        key.Text("state").ShouldBe("deleted");
        key.Text("reason").ShouldStartWith("The value of the account was deleted at ");
        key.TryGetProperty("winner", out _).ShouldBeFalse();
        var deleted = key.GetProperty("deleted").EnumerateArray().ShouldHaveSingleItem();
        deleted.Text("secret_id").ShouldBe(id);
        deleted.GetProperty("deleted_at").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        key.GetProperty("scopes").EnumerateArray().Last().Text("has").ShouldBe("deleted");
    }

    [Fact]
    public async Task A_key_that_exists_nowhere_is_explained_by_where_was_looked()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("Key", Canary);

        var key = await account.ExplainAsync(Production, "KEY");

        key.Text("state").ShouldBe("absent");
        key.Text("reason").ShouldBe(
            "None of the 5 scopes that this target gets values from has it. There is Key: keys that differ in letter case are different keys.");
        key.GetProperty("scopes").EnumerateArray().ShouldAllBe(s => s.Text("has") == "nothing");
    }

    [Fact]
    public async Task A_reserved_key_is_explained_as_the_platforms()
    {
        var account = await AccountAsync();

        (await account.ExplainAsync(Production, "AWS_REGION")).Text("state").ShouldBe("reserved");
    }

    [Theory]
    [InlineData("9A")]
    [InlineData("A-B")]
    [InlineData("A%20")]
    [InlineData("%C3%89")]
    public async Task What_is_no_key_is_refused(string key) =>
        (await (await AccountAsync()).Client.GetAsync($"{Production}/resolved/{key}")).ShouldBlame("key", "letter or underscore first");

    [Fact]
    public async Task A_misspelt_parameter_is_refused() =>
        (await (await AccountAsync()).Client.GetAsync($"{Production}/resolved?aap=worker")).ShouldBlame("aap", "Unknown query parameter");

    [Fact]
    public async Task The_flat_path_says_the_same()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("A", Canary);
        var id = (await account.Client.GetAsync(Production)).Id;

        foreach (var route in new[] { "resolved", "resolved/A" })
        {
            (await account.Client.GetAsync($"/environments/{id}/{route}")).Text.ShouldBe((await account.Client.GetAsync($"{Production}/{route}")).Text);
        }
    }

    [Fact]
    public async Task What_is_explained_as_injected_is_what_is_injected()
    {
        var account = await AccountAsync();
        await account.HasTypeAsync(server);
        foreach (var (number, collection) in new[] { "/global-secrets", Production + "/secrets" }.Index())
        {
            await account.HasAsync(collection, new { key = $"ONLY_{number}", value = Canary });
            await account.HasAsync(collection, new { key = "BOTH", value = Canary });
            await account.HasAsync(collection, new { key = $"S{number}_HOST", value = Canary });
            await account.HasTypedAsync(server, collection, $"S{1 - number}", """{"host":"h","port":1}""", $"S{1 - number}_HOST", $"S{1 - number}_PORT");
        }

        await server.ChangeAsync(account, await account.HasSecretAsync("RAN_OUT", Canary), "expires_at = now()");

        var explained = (await account.Client.GetAsync(Production + "/resolved")).Data.EnumerateArray().SelectMany(k => k.Texts("variables"));
        explained.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe((await account.MapOfAsync(Production)).Keys);
    }

    [Fact]
    public async Task No_explanation_has_a_value()
    {
        var account = await AccountAsync();
        await account.HasTypeAsync(server);
        await account.HasSecretAsync("A", Canary);
        await account.HasSecretAsync("shop", "production", "A", Canary + "2");
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", $$"""{"host":"{{Canary}}"}""", "SMTP_HOST");
        await account.Client.DeleteAsync($"/secrets/{await account.HasSecretAsync("GONE", Canary)}");

        foreach (var path in new[] { "", "/A", "/SMTP", "/SMTP_HOST", "/GONE", "/NONE" })
        {
            (await account.Client.GetAsync($"{Production}/resolved{path}")).ShouldBe(200).Text.ShouldNotContain(Canary);
            (await account.Client.GetAsync($"/resolved{path}")).ShouldBe(200).Text.ShouldNotContain(Canary);
        }
    }

    [Fact]
    public async Task Damaged_values_can_still_be_explained()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("A", Canary);
        await server.ExecuteSqlAsync("UPDATE secret_versions SET sealed_value = '' WHERE account_id = $1", account.Id);

        (await account.ExplainAsync(Production, "A")).Text("state").ShouldBe("injected");
    }

    [Fact]
    public async Task Another_accounts_keys_are_absent()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("A", Canary);

        (await (await AccountAsync()).ExplainAsync(Production, "A")).Text("state").ShouldBe("absent");
    }

    private async Task<Account> AccountAsync() => await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
}

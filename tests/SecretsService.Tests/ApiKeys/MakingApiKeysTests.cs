using System.Text.Json;
using SecretsService.Access;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>A key is made with what it may do, and its token is shown that once.</summary>
public sealed class MakingApiKeysTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    public static TheoryData<string, string, string> RequestsAtFault() => new()
    {
        { """{}""", "name", "Required" },
        { """{"name": null}""", "name", "Required" },
        { """{"name": ""}""", "name", "1 to 128" },
        { """{"name": "   "}""", "name", "not only spaces" },
        { """{"name": "a\u0000b"}""", "name", "control characters" },
        { $$"""{"name": "{{new string('a', 129)}}"}""", "name", "1 to 128" },
        { """{"name": "x", "abilities": []}""", "abilities", "must not be empty" },
        { """{"name": "x", "abilities": null}""", "abilities", "may not be null" },
        { """{"name": "x", "abilities": "*"}""", "abilities", "array of strings" },
        { """{"name": "x", "abilities": ["secret:read", "secret:burn"]}""", "abilities[1]", "There is no such ability. There are secret:read," },
        { """{"name": "x", "abilities": ["**"]}""", "abilities[0]", "no such ability" },
        { """{"name": "x", "abilities": ["*:*"]}""", "abilities[0]", "no such ability" },
        { """{"name": "x", "abilities": ["Secret:read"]}""", "abilities[0]", "no such ability" },
        { """{"name": "x", "abilities": [null]}""", "abilities[0]", "no such ability" },
        { """{"name": "x", "expires_at": "2020-01-01T00:00:00Z"}""", "expires_at", "in the future" },
        { """{"name": "x", "expires_at": "tomorrow"}""", "expires_at", "RFC 3339" },
        { """{"name": "x", "token": "sks_x"}""", "token", "Unknown field" },
        { $$"""{"name": "x", "abilities": [{{Many("secret:read", 101)}}]}""", "abilities", "100 entries at most" },
        { $$"""{"name": "x", "sites": [{{Many("shop", 101)}}]}""", "sites", "100 entries at most" },
        { $$"""{"name": "x", "environments": [{{Many("shop/production", 101)}}]}""", "environments", "100 entries at most" },
        { $$"""{"name": "x", "apps": [{{Many("shop/worker", 101)}}]}""", "apps", "100 entries at most" },
    };

    [Fact]
    public async Task A_key_that_says_nothing_but_its_name_may_do_everything_everywhere_and_does_not_expire()
    {
        var account = await server.NewAccountAsync();

        var made = (await account.Client.PostAsync("/api-keys", new { name = "pipeline" })).ShouldBe(201);

        made.Headers["Location"].ShouldBe($"/api/v1/vector/api-keys/{made.Id}");
        made.Headers["Cache-Control"].ShouldBe("no-store");
        made.Data.Text("name").ShouldBe("pipeline");
        made.Data.Texts("abilities").ShouldBe(["*"]);
        made.Data.Text("created_by").ShouldBe("test key");
        foreach (var list in new[] { "sites", "environments", "apps" })
        {
            made.Data.GetProperty(list).GetArrayLength().ShouldBe(0);
        }

        foreach (var time in new[] { "expires_at", "last_used_at", "rotated_at", "previous_token_expires_at" })
        {
            made.Data.GetProperty(time).ValueKind.ShouldBe(JsonValueKind.Null);
        }

        made.Data.GetProperty("expired").GetBoolean().ShouldBeFalse();
        made.Data.GetProperty("is_current").GetBoolean().ShouldBeFalse();
        ApiToken.HasChecksum(made.Data.Text("token")).ShouldBeTrue();
        (await server.ClientWith(made.Data.Text("token")).GetAsync($"/api-keys/{made.Id}")).ShouldBe(200).Data.GetProperty("is_current").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_token_is_shown_once_and_neither_it_nor_its_hash_is_anywhere_else()
    {
        var account = await server.NewAccountAsync();
        var made = (await account.Client.PostAsync("/api-keys", new { name = "pipeline" })).ShouldBe(201);
        var token = made.Data.Text("token");

        (await account.Client.GetAsync($"/api-keys/{made.Id}")).ShouldBe(200).Text.ShouldNotContain("token\"");
        (await account.Client.GetAsync("/api-keys")).ShouldBe(200).Text.ShouldNotContain("sks_");
        (await account.Client.GetAsync("/api-keys")).Text.ShouldNotContain(Convert.ToHexStringLower(ApiToken.HashOf(token)));
        (await server.QuerySqlAsync<long>(
            "SELECT count(*) FROM events WHERE account_id = $1 AND (context::text LIKE '%sks_%' OR context::text LIKE '%' || $2 || '%')",
            account.Id, Convert.ToHexStringLower(ApiToken.HashOf(token)))).ShouldBe(0);
        server.Log.Lines.ShouldAllBe(line => !line.Text.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Abilities_in_the_plural_of_older_clients_are_stored_in_the_singular_and_each_once()
    {
        var account = await server.NewAccountAsync();

        var made = await account.Client.PostAsync(
            "/api-keys", new { name = "old", abilities = new[] { "secrets:read", "secret:read", "sites:*", "events:read", "secret-types:write" } });

        made.ShouldBe(201).Data.Texts("abilities").ShouldBe(["secret:read", "site:*", "event:read", "secret-type:write"]);
    }

    [Theory]
    [MemberData(nameof(RequestsAtFault))]
    public async Task What_is_at_fault_is_named_and_no_key_is_made(string body, string field, string words)
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync("/api-keys", body);

        answer.ShouldBeError(422, "validation_failed").ShouldBlame(field, words);
        (await KeysOfAsync(account)).ShouldBe(1);
    }

    [Fact]
    public async Task At_the_limits_a_key_is_made()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop");

        var made = await account.Client.PostAsync(
            "/api-keys", new { name = new string('a', 128), abilities = Enumerable.Repeat("secret:read", 100), sites = Enumerable.Repeat("shop", 100) });

        made.ShouldBe(201).Data.GetProperty("sites").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_text_that_is_no_ability_is_not_repeated_for_it_may_be_a_token()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync("/api-keys", new { name = "x", abilities = new[] { account.Token } });

        answer.ShouldBe(422).Text.ShouldNotContain(account.Token);
    }

    [Fact]
    public async Task An_account_can_have_5_000_keys_and_no_more()
    {
        var account = await server.NewAccountAsync();
        await server.ExecuteSqlAsync(
            "INSERT INTO api_keys (account_id, id, name, abilities, created_at, created_by) SELECT $1, gen_random_uuid(), 'k', '{*}', now(), 'x' FROM generate_series(1, 4998)",
            account.Id);

        (await account.Client.PostAsync("/api-keys", new { name = "the last one" })).ShouldBe(201);
        (await account.Client.PostAsync("/api-keys", new { name = "one too many" })).ShouldBeError(422, "limit_reached").ShouldBlame("name", "5000");
    }

    [Fact]
    public async Task An_idempotency_key_keeps_no_token()
    {
        var account = await server.NewAccountAsync();

        var first = await account.Client.PostAsync("/api-keys", new { name = "same" }, ("Idempotency-Key", "one"));
        var second = await account.Client.PostAsync("/api-keys", new { name = "same" }, ("Idempotency-Key", "one"));

        second.ShouldBe(201).Id.ShouldNotBe(first.ShouldBe(201).Id);
        second.Data.Text("token").ShouldNotBe(first.Data.Text("token"));
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM idempotency_records WHERE account_id = $1", account.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task Keys_are_listed_by_name_then_id_and_under_both_addresses()
    {
        var account = await server.NewAccountAsync();
        var twin = (await account.Client.PostAsync("/account/api-keys", new { name = "b" })).ShouldBe(201);
        var other = (await account.Client.PostAsync("/api-keys", new { name = "b" })).ShouldBe(201);
        (await account.Client.PostAsync("/api-keys", new { name = "a" })).ShouldBe(201);

        var list = (await account.Client.GetAsync("/api-keys")).ShouldBe(200);

        list.Data.EnumerateArray().Select(k => k.Text("name")).ShouldBe(["a", "b", "b", "test key"]);
        list.Data.EnumerateArray().Select(k => k.Text("id")).Skip(1).Take(2).ShouldBe(new[] { twin.Id, other.Id }.Order(StringComparer.Ordinal));
        (await account.Client.GetAsync("/account/api-keys")).ShouldBe(200).Data.GetRawText().ShouldBe(list.Data.GetRawText());
        (await account.Client.GetAsync($"/account/api-keys/{twin.Id}")).ShouldBe(200).Data.Text("name").ShouldBe("b");
        var page = (await account.Client.GetAsync("/api-keys?per_page=2&page=2")).ShouldBe(200);
        page.Data.EnumerateArray().Select(k => k.Text("name")).ShouldBe(["b", "test key"]);
        page.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(4);
    }

    [Theory]
    [InlineData("019a3f00-0000-7000-8000-000000000001")]
    [InlineData("pipeline")]
    [InlineData("%20")]
    public async Task What_is_not_there_is_404_whatever_is_asked_of_it(string id)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync($"/api-keys/{id}")).ShouldBeError(404, "not_found").Message.ShouldBe("API key not found");
        (await account.Client.DeleteAsync($"/api-keys/{id}")).ShouldBeError(404, "not_found").Message.ShouldBe("API key not found");
        (await account.Client.PostAsync($"/api-keys/{id}/rotate", new { })).ShouldBeError(404, "not_found").Message.ShouldBe("API key not found");
    }

    [Fact]
    public async Task A_key_of_another_account_is_not_there()
    {
        var account = await server.NewAccountAsync();
        var other = await server.NewAccountAsync();
        var theirs = (await other.Client.PostAsync("/api-keys", new { name = "theirs" })).ShouldBe(201).Id;

        (await account.Client.GetAsync($"/api-keys/{theirs}")).ShouldBeError(404, "not_found");
        (await account.Client.DeleteAsync($"/api-keys/{theirs}")).ShouldBeError(404, "not_found");
        (await account.Client.PostAsync($"/api-keys/{theirs}/rotate", new { })).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/api-keys")).Text.ShouldNotContain("theirs");
        (await other.Client.GetAsync($"/api-keys/{theirs}")).ShouldBe(200);
    }

    [Fact]
    public async Task Who_am_I_says_what_the_key_may_do_and_to_what()
    {
        var account = await server.NewShopAsync();
        var key = await server.NewKeyOfAsync(account, ["secret:inject"], environments: ["shop/production"], apps: ["shop/worker"]);

        var me = (await key.Client.GetAsync("//api/v1/auth/whoami")).ShouldBe(200).Data;

        me.Texts("abilities").ShouldBe(["secret:inject"]);
        me.Texts("sites").ShouldBe([(await account.Client.GetAsync("/sites/shop")).Id]);
        me.Texts("environments").ShouldBe([(await account.Client.GetAsync("/sites/shop/environments/production")).Id]);
        me.Texts("apps").ShouldBe([(await account.Client.GetAsync("/sites/shop/apps/worker")).Id]);
        me.GetProperty("expires_at").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task What_was_made_is_in_the_audit_trail_with_all_that_it_may()
    {
        var account = await server.NewShopAsync();
        var site = (await account.Client.GetAsync("/sites/shop")).Id;

        var made = (await account.Client.PostAsync(
            "/api-keys", new { name = "pipeline", abilities = new[] { "secret:read" }, sites = new[] { "shop" }, expires_at = "2100-01-01T00:00:00Z" })).ShouldBe(201);

        var context = JsonDocument.Parse(await server.QuerySqlAsync<string>(
            "SELECT context::text FROM events WHERE account_id = $1 AND event = 'api-key.created' AND resource_type = 'api-key' AND resource_id = $2",
            account.Id, Guid.Parse(made.Id))).RootElement;
        context.Text("name").ShouldBe("pipeline");
        context.Texts("abilities").ShouldBe(["secret:read"]);
        context.Texts("sites").ShouldBe([site]);
        context.GetProperty("expires_at").GetDateTimeOffset().Year.ShouldBe(2100);
    }

    [Theory]
    [InlineData("GET", "/api-keys", "api-key:read")]
    [InlineData("POST", "/api-keys", "api-key:write")]
    [InlineData("GET", "/api-keys/019a3f00-0000-7000-8000-000000000001", "api-key:read")]
    [InlineData("DELETE", "/api-keys/019a3f00-0000-7000-8000-000000000001", "api-key:write")]
    [InlineData("POST", "/api-keys/019a3f00-0000-7000-8000-000000000001/rotate", "api-key:write")]
    public async Task Without_the_ability_nothing_is_looked_up(string method, string path, string ability)
    {
        var account = await server.NewAccountAsync();
        var others = AbilitiesBut(ability);
        var key = await server.NewKeyOfAsync(account, others);

        (await key.Client.SendAsync(new HttpMethod(method), path, content: null)).ShouldBeError(403, "forbidden").Message!.ShouldContain(ability);
    }

    private static string[] AbilitiesBut(string ability) => [.. Ability.Known.Where(a => a != ability)];

    private static string Many(string text, int count) => string.Join(',', Enumerable.Repeat($"\"{text}\"", count));

    private Task<long> KeysOfAsync(Account account) => server.QuerySqlAsync<long>("SELECT count(*) FROM api_keys WHERE account_id = $1", account.Id);
}

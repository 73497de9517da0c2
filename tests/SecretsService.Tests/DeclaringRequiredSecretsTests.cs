using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.Requirements;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class DeclaringRequiredSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string OfSite = "/sites/shop/required-secrets";
    private const string OfApp = "/sites/shop/apps/worker/required-secrets";

    [Fact]
    public async Task Nothing_is_required_until_something_is_declared()
    {
        var account = await NewShopAsync();

        (await account.Client.GetAsync(OfSite)).ShouldBe(200).Data.GetRawText().ShouldBe("[]");
        (await account.Client.GetAsync(OfApp)).ShouldBe(200).Message.ShouldBe("Required secrets retrieved successfully");
    }

    [Theory]
    [InlineData(OfSite)]
    [InlineData(OfApp)]
    public async Task What_is_declared_is_listed_by_key_with_every_member(string path)
    {
        var account = await NewShopAsync();

        var answer = await account.Client.PutAsync(
            path, """[{"key": "c", "secret_type": "stripe-key_2"}, {"key": "_A", "optional": true, "description": "Pays"}, {"key": "B"}]""");

        answer.ShouldBe(200).Message.ShouldBe("Required secrets updated successfully");
        answer.Data.GetRawText().ShouldBe(
            """[{"key":"B","optional":false,"description":null,"secret_type":null},"""
            + """{"key":"_A","optional":true,"description":"Pays","secret_type":null},"""
            + """{"key":"c","optional":false,"description":null,"secret_type":"stripe-key_2"}]""");
        (await account.Client.GetAsync(path)).ShouldBe(200).Data.GetRawText().ShouldBe(answer.Data.GetRawText());
    }

    [Fact]
    public async Task A_key_that_stands_twice_is_refused_and_both_places_named()
    {
        var account = await NewShopAsync();

        var answer = await account.Client.PutAsync(OfSite, """[{"key": "b"}, {"key": "A"}, {"key": "B"}, {"key": "A"}]""");

        answer.ShouldBlame("[2].key", "[0] has this key already").ShouldBlame("[3].key", "[1] has this key already");
        Keys(await account.Client.GetAsync(OfSite)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_list_replaces_the_old_one()
    {
        var account = await NewShopAsync();
        await account.Client.PutAsync(OfSite, """[{"key": "A", "description": "old"}, {"key": "B"}, {"key": "C", "secret_type": "x"}]""");

        (await account.Client.PutAsync(OfSite, """[{"key": "A"}, {"key": "b", "optional": true}, {"key": "D"}]""")).ShouldBe(200);

        Keys(await account.Client.GetAsync(OfSite)).ShouldBe(["A", "D", "b?"]);
        (await account.Client.GetAsync(OfSite)).Data[0].GetProperty("description").ValueKind.ShouldBe(JsonValueKind.Null);
        (await account.Client.PutAsync(OfSite, "[]")).ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_app_and_its_site_have_lists_of_their_own()
    {
        var account = await NewShopAsync();

        await account.Client.PutAsync(OfSite, """[{"key": "A"}]""");
        await account.Client.PutAsync(OfApp, """[{"key": "A", "optional": true}, {"key": "B"}]""");
        await account.Client.PutAsync(OfSite, """[{"key": "C"}]""");

        Keys(await account.Client.GetAsync(OfSite)).ShouldBe(["C"]);
        Keys(await account.Client.GetAsync(OfApp)).ShouldBe(["A?", "B"]);
    }

    [Fact]
    public async Task A_list_that_is_there_already_changes_nothing()
    {
        var account = await NewShopAsync();
        await account.Client.PutAsync(OfSite, """[{"key": "A"}, {"key": "B", "optional": true, "description": "x", "secret_type": "y"}]""");
        var before = await RevisionAsync(account);

        (await account.Client.PutAsync(OfSite, (await account.Client.GetAsync(OfSite)).Data)).ShouldBe(200);
        (await account.Client.PutAsync(OfSite, """[{"key": "B", "optional": true, "description": "x", "secret_type": "y"}, {"key": "A"}]""")).ShouldBe(200);

        (await RevisionAsync(account)).ShouldBe(before);
        (await account.Client.PutAsync(OfSite, """[{"key": "A"}]""")).ShouldBe(200);
        (await RevisionAsync(account)).ShouldBe(before + 1);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"A\"")]
    [InlineData("""{"key": "A"}""")]
    public async Task A_body_that_is_no_array_is_400(string body)
    {
        var account = await NewShopAsync();

        (await account.Client.PutAsync(OfSite, body)).ShouldBeError(400, "malformed").Message!.ShouldContain("JSON array");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[{\"key\": \"A\"},]")]
    [InlineData("[{\"key\": \"A\"}] []")]
    [InlineData("[{\"key\": \"A\", \"key\": \"B\"}]")]
    [InlineData("[{\"\\ud800\": \"A\"}]")]
    public async Task A_body_that_is_not_JSON_is_400(string body)
    {
        var account = await NewShopAsync();

        (await account.Client.PutAsync(OfSite, body)).ShouldBeError(400, "malformed");
        Keys(await account.Client.GetAsync(OfSite)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_and_other_types_are_refused()
    {
        var account = await NewShopAsync();
        byte[] broken = [.. "[{\"key\": \"A"u8, 0xC3, 0x28, .. "\"}]"u8];
        using var bytes = new ByteArrayContent(broken) { Headers = { ContentType = new("application/json") } };
        using var text = new StringContent("[]", Encoding.UTF8, "text/plain");

        (await account.Client.SendAsync(HttpMethod.Put, OfSite, bytes)).ShouldBeError(400, "malformed").Message!.ShouldContain("UTF-8");
        (await account.Client.SendAsync(HttpMethod.Put, OfSite, text)).ShouldBeError(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("[null]", "[0]")]
    [InlineData("[[]]", "[0]")]
    [InlineData("""["A"]""", "[0]")]
    [InlineData("[{}]", "[0].key")]
    [InlineData("""[{"key": null}]""", "[0].key")]
    [InlineData("""[{"key": 1}]""", "[0].key")]
    [InlineData("""[{"key": ""}]""", "[0].key")]
    [InlineData("""[{"key": "1A"}]""", "[0].key")]
    [InlineData("""[{"key": "A\n"}]""", "[0].key")]
    [InlineData("""[{"key": "A-B"}]""", "[0].key")]
    [InlineData("""[{"key": "\ud800"}]""", "[0].key")]
    [InlineData("""[{"key": "A"}, {"key": "B", "optional": "yes"}]""", "[1].optional")]
    [InlineData("""[{"key": "A"}, {"key": "B", "optional": null}]""", "[1].optional")]
    [InlineData("""[{"key": "A", "description": "a\u0000b"}]""", "[0].description")]
    [InlineData("""[{"key": "A", "description": "a\nb"}]""", "[0].description")]
    [InlineData("""[{"key": "A", "secret_type": ""}]""", "[0].secret_type")]
    [InlineData("""[{"key": "A", "secret_type": "Upper"}]""", "[0].secret_type")]
    [InlineData("""[{"key": "A", "secret_type": "a b"}]""", "[0].secret_type")]
    [InlineData("""[{"key": "A", "value": "c4n4ry"}]""", "[0].value")]
    [InlineData("""[{"key": "A", "sk_live_c4n4ry": ""}]""", "[0].(another)")]
    public async Task A_faulty_entry_is_named(string body, string field)
    {
        var account = await NewShopAsync();

        var answer = await account.Client.PutAsync(OfSite, body);

        answer.ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field], answer.Text);
        answer.Text.ShouldNotContain("c4n4ry");
    }

    [Theory]
    [InlineData("""[{"key": 1}, null, {"name": "A", "optional": 0}]""", "[0].key", "[1]", "[2].key", "[2].optional", "[2].name")]
    [InlineData("""[{"key": "-", "secret_type": "-A"}, {"key": "A"}, {"key": "a", "description": "\t"}]""", "[0].key", "[0].secret_type", "[2].description", "[2].key")]
    public async Task Every_fault_is_named_at_once(string body, params string[] fields)
    {
        var account = await NewShopAsync();

        (await account.Client.PutAsync(OfSite, body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(fields, ignoreOrder: true);
    }

    [Fact]
    public async Task Every_limit_holds_and_one_more_is_refused()
    {
        var account = await NewShopAsync();
        static object[] List(int count) => [.. Enumerable.Range(0, count).Select(i => new { key = $"K{i}" })];
        static object[] One(int key, int description, int type) =>
            [new { key = new string('K', key), description = new string('d', description), secret_type = new string('t', type) }];

        (await account.Client.PutAsync(OfSite, List(1_000))).ShouldBe(200).Data.GetArrayLength().ShouldBe(1_000);
        (await account.Client.PutAsync(OfSite, List(1_001))).ShouldBlame("[1000]", "1000 at most");
        (await account.Client.PutAsync(OfSite, One(256, 1_024, 64))).ShouldBe(200);
        (await account.Client.PutAsync(OfSite, One(257, 1_025, 65))).Errors.Keys.ShouldBe(["[0].key", "[0].description", "[0].secret_type"]);
        (await account.Client.GetAsync(OfSite)).Data.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_owner_is_named()
    {
        var account = await (await NewShopAsync()).HasSiteAsync("other");

        foreach (var (path, message) in new[]
        {
            ("/sites/nowhere/required-secrets", "Site not found"),
            ("/sites/nowhere/apps/worker/required-secrets", "Site not found"),
            ("/sites/shop/apps/cron/required-secrets", "App not found"),
            ("/sites/other/apps/worker/required-secrets", "App not found"),
        })
        {
            (await account.Client.GetAsync(path)).ShouldBeError(404, "not_found").Message.ShouldBe(message);
            (await account.Client.PutAsync(path, "[]")).ShouldBeError(404, "not_found").Message.ShouldBe(message);
        }
    }

    [Fact]
    public async Task Another_accounts_lists_do_not_exist()
    {
        var account = await NewShopAsync();
        var site = (await account.Client.GetAsync("/sites/shop")).Id;
        var app = (await account.Client.GetAsync("/sites/shop/apps/worker")).Id;
        var stranger = await server.NewAccountAsync();

        foreach (var path in new[] { $"/sites/{site}/required-secrets", $"/sites/{site}/apps/{app}/required-secrets" })
        {
            (await account.Client.PutAsync(path, """[{"key": "A"}]""")).ShouldBe(200);
            (await stranger.Client.GetAsync(path)).ShouldBeError(404, "not_found");
            (await stranger.Client.PutAsync(path, "[]")).ShouldBeError(404, "not_found");
            Keys(await account.Client.GetAsync(path)).ShouldBe(["A"]);
        }
    }

    [Fact]
    public async Task A_list_goes_with_its_app_or_site_and_keeps_neither()
    {
        var account = await NewShopAsync();
        await account.Client.PutAsync(OfSite, """[{"key": "A"}]""");
        await account.Client.PutAsync(OfApp, """[{"key": "B"}]""");

        (await account.Client.DeleteAsync("/sites/shop/apps/worker")).ShouldBe(200);
        (await CountAsync(account)).ShouldBe(1);
        (await account.Client.DeleteAsync("/sites/shop")).ShouldBe(200);
        (await CountAsync(account)).ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_query_parameter_is_refused_on_the_write()
    {
        var account = await NewShopAsync();

        (await account.Client.PutAsync(OfSite + "?dry_run=true", "[]")).ShouldBlame("dry_run", "takes none");
    }

    [Fact]
    public async Task Who_needs_a_name_is_found_for_every_site_and_app_of_the_account()
    {
        var account = await NewShopAsync();
        await account.HasSiteAsync("blog");
        await account.Client.PutAsync(OfSite, """[{"key": "A"}, {"key": "B", "optional": true}]""");
        await account.Client.PutAsync(OfApp, """[{"key": "B"}, {"key": "C"}]""");
        await account.Client.PutAsync("/sites/blog/required-secrets", """[{"key": "A"}, {"key": "b"}]""");
        await (await NewShopAsync()).Client.PutAsync(OfSite, """[{"key": "A"}]""");
        await using var scope = server.NewScope();

        var found = await scope.ServiceProvider.GetRequiredService<RequirementQueries>()
            .ForNamesAsync(new Caller(account.Id, "", Guid.Empty, ""), ["A", "B"], CancellationToken.None);

        found.Select(r => $"{r.Name} {r.SiteSlug} {r.AppSlug}".TrimEnd()).ShouldBe(["A blog", "A shop", "B shop worker"]);
        found.ShouldAllBe(r => (r.AppId == null) == (r.AppSlug == null));
    }

    private static IEnumerable<string> Keys(ApiAnswer answer) => answer.ShouldBe(200).Data.EnumerateArray()
        .Select(e => e.GetProperty("key").GetString() + (e.GetProperty("optional").GetBoolean() ? "?" : ""));

    private async Task<Account> NewShopAsync() => await (await (await server.NewAccountAsync()).HasSiteAsync("shop")).HasAppsAsync("shop", "worker");

    private Task<long> RevisionAsync(Account account) => server.QuerySqlAsync<long>("SELECT revision FROM accounts WHERE id = $1", account.Id);

    private Task<long> CountAsync(Account account) =>
        server.QuerySqlAsync<long>("SELECT count(*) FROM required_secrets WHERE account_id = $1", account.Id);
}

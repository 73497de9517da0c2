using System.Globalization;
using System.Text.Json;
using FsCheck.Fluent;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.Events.StoredEvents;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests.Events;

/// <summary>What was done, newest first, page by page.</summary>
public sealed class ListingEventsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task An_event_says_what_was_done_to_what_by_whom_and_when()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("shop", "production", "KEY", "canary");

        var answer = (await account.Client.GetAsync("/events?per_page=1")).ShouldBe(200);

        var shown = answer.Data[0];
        shown.EnumerateObject().Select(m => m.Name)
            .ShouldBe(["id", "seq", "event", "actor", "resource", "model_type", "model_id", "context", "occurred_at"]);
        shown.Text("event").ShouldBe("secret.created");
        shown.GetProperty("seq").GetInt64().ShouldBe(8);
        shown.GetProperty("resource").GetRawText().ShouldBe($$"""{"type":"secret","id":"{{id}}"}""");
        (shown.Text("model_type"), shown.Text("model_id")).ShouldBe(("secret", id));
        var actor = shown.GetProperty("actor");
        (actor.Text("type"), actor.Text("name"), actor.Text("token_name")).ShouldBe(("api_key", "test key", "test key"));
        actor.Text("ip").ShouldNotBeEmpty();
        shown.GetProperty("context").Text("key").ShouldBe("KEY");
        DateTimeOffset.Parse(shown.Text("occurred_at"), CultureInfo.InvariantCulture).ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(5));
        answer.Text.ShouldNotContain("canary");
        answer.Message.ShouldBe("Events retrieved successfully");
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/events?event=secret.created")]
    public async Task An_account_without_records_has_an_empty_list(string list)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync(list)).ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Where_nothing_was_done_the_list_is_empty()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync("/events")).ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_changes_nothing_is_no_event_and_what_changes_is_named()
    {
        var account = await server.NewShopAsync();
        foreach (var (path, same, other) in new (string, object, object)[]
        {
            ("/sites/shop", new { name = "shop" }, new { slug = "store", tags = new[] { "a" } }),
            ("/sites/store/environments/staging", new { name = "staging" }, new { target = "lambda", type = "testing" }),
            ("/sites/store/apps/web", new { name = "web" }, new { name = "Web" }),
            ("/sites/store/required-secrets", Array.Empty<object>(), new[] { new { key = "B" }, new { key = "A" } }),
        })
        {
            var before = (await account.EventsAsync("?per_page=1"))[0].GetProperty("seq").GetInt64();
            (await account.Client.PutAsync(path, same)).ShouldBe(200);
            (await account.Client.PutAsync(path, other)).ShouldBe(200);
            (await account.EventsAsync("?per_page=1"))[0].GetProperty("seq").GetInt64().ShouldBe(before + 1, path);
        }

        await account.RequiresAsync("/sites/store", new { key = "A", optional = true }, new { key = "C" });

        var contexts = (await account.EventsAsync()).Take(5).Select(e => $"{e.Text("event")} {e.GetProperty("context").GetRawText()}");
        contexts.ShouldBe(
        [
            """site.requirements_updated {"added":["C"],"removed":["B"],"changed":["A"]}""",
            """site.requirements_updated {"added":["A","B"],"removed":[],"changed":[]}""",
            """app.updated {"slug":"web","name":"Web","changed":["name"]}""",
            """environment.updated {"slug":"staging","name":"staging","changed":["target","type"]}""",
            """site.updated {"slug":"store","name":"shop","changed":["slug","tags"]}""",
        ]);
    }

    [Fact]
    public async Task Everything_that_goes_with_a_site_is_named()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("GLOBAL", "1");
        await account.HasAsync(OfSite, new { key = "OF_SITE", value = "1" });
        await account.HasAsync(OfAppInProduction, new { key = "OF_APP", value = "1" });
        var gone = await account.HasAsync(OfStaging, new { key = "DELETED_BEFORE", value = "1" });
        await account.Client.DeleteAsync($"/secrets/{gone}");
        await account.HasDeployedAsync();
        var before = (await account.EventsAsync("?per_page=1"))[0].GetProperty("seq").GetInt64();

        (await account.Client.DeleteAsync("/sites/shop?force=true")).ShouldBe(200);

        var events = (await account.EventsAsync()).Where(e => e.GetProperty("seq").GetInt64() > before).ToList();
        events.Select(e => $"{e.Text("event")} {NameIn(e.GetProperty("context"))}")
            .ShouldBe(
                [
                    "site.deleted shop", "environment.deleted production", "environment.deleted staging", "app.deleted worker", "app.deleted web",
                    "secret.purged OF_SITE", "secret.purged OF_APP", "secret.purged DELETED_BEFORE", "deployment.deleted 1",
                ],
                ignoreOrder: true);
        events[0].Text("event").ShouldBe("site.deleted", "last, so that it stands first");
    }

    [Theory]
    [InlineData("?event=secret.created", "secret.created secret.created")]
    [InlineData("?event=vector.secret.created,vector.site.created", "secret.created secret.created site.created site.created")]
    [InlineData("?event=secret.*", "secret.deleted secret.created secret.created")]
    [InlineData("?event=secret.deleted,secret.*", "secret.deleted secret.created secret.created")]
    [InlineData("?resource_type=secret", "secret.deleted secret.created secret.created")]
    [InlineData("?resource_id={secret}", "secret.deleted secret.created")]
    [InlineData("?actor={key}", "secret.deleted")]
    [InlineData("?actor=another%20key", "secret.deleted")]
    [InlineData("?actor=nobody", "")]
    [InlineData("?site=blog", "environment.created site.created")]
    [InlineData("?site={blog}", "environment.created site.created")]
    [InlineData("?site=shop&environment=production", "secret.created environment.created")]
    [InlineData("?environment={production}", "secret.created environment.created")]
    [InlineData("?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00%2B01:00", "")]
    [InlineData("?from=2020-01-01T00:00:00.123456Z&event=secret.deleted&to=2999-01-01T00:00:00Z", "secret.deleted")]
    [InlineData("?until=1", "site.created")]
    [InlineData("?until=0", "")]
    [InlineData("?until=9999999999&event=secret.deleted", "secret.deleted")]
    public async Task A_filter_lets_these_pass(string query, string expected)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("shop", "production", "A", "1");
        var secret = await account.HasSecretAsync("B", "1");
        var colleague = await server.NewKeyOfAsync(account);
        (await colleague.Client.DeleteAsync($"/secrets/{secret}")).ShouldBe(200);
        var names = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["{secret}"] = secret,
            ["{key}"] = await server.QuerySqlAsync<string>("SELECT id::text FROM api_keys WHERE account_id = $1 AND name = 'another key'", account.Id),
            ["{blog}"] = (await account.Client.GetAsync("/sites/blog")).Id,
            ["{production}"] = (await account.Client.GetAsync(ResolutionSteps.Production)).Id,
        };
        var path = names.Aggregate(query, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal));

        var answer = (await account.Client.GetAsync("/events" + path)).ShouldBe(200);

        var found = string.Join(' ', answer.Data.EnumerateArray().Select(e => e.Text("event")));
        found.ShouldBe(expected);
        answer.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(answer.Data.GetArrayLength());
    }

    [Fact]
    public async Task The_records_of_a_site_that_is_gone_are_found_by_its_id()
    {
        var account = await server.NewShopAsync();
        var blog = (await account.Client.GetAsync("/sites/blog")).Id;
        (await account.Client.DeleteAsync("/sites/blog?force=true")).ShouldBe(200);

        (await account.EventNamesAsync($"?site={blog}")).ShouldBe(["site.deleted", "environment.deleted", "environment.created", "site.created"]);
        (await account.Client.GetAsync("/events?site=blog")).ShouldBeError(404, "not_found");
    }

    [Theory]
    [InlineData("?event=secret.craeted", "event")]
    [InlineData("?event=", "event")]
    [InlineData("?event=*", "event")]
    [InlineData("?event=secret.created,", "event")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?to=2026-01-01", "to")]
    [InlineData("?to=2026-01-01T00:00:00+01:00", "to")]
    [InlineData("?resource_type=", "resource_type")]
    [InlineData("?resource_type=a%00b", "resource_type")]
    [InlineData("?resource_id=7", "resource_id")]
    [InlineData("?actor=%00", "actor")]
    [InlineData("?site=NO%20SLUG", "site")]
    [InlineData("?environment=production", "environment")]
    [InlineData("?until=-1", "until")]
    [InlineData("?until=99999999999999999999", "until")]
    [InlineData("?page=0", "page")]
    [InlineData("?evnet=secret.created", "evnet")]
    public async Task A_filter_that_means_nothing_is_refused(string query, string field)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync("/events" + query)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&event=secrets.injected")]
    public async Task Pages_stay_as_they_are_while_more_happens(string filter)
    {
        var account = await server.NewAccountAsync();
        await server.HasEventsAsync(account, [.. Enumerable.Range(0, 10).Select(_ => Event())]);
        var page = (await account.Client.GetAsync($"/events?per_page=4{filter}")).ShouldBe(200);
        var seen = new List<long>(Places(page));

        while (page.Json.GetProperty("links").GetProperty("next").GetString() is { } next)
        {
            await server.HasEventsAsync(account, Event(), Event());
            page = (await account.Client.GetAsync("/" + next)).ShouldBe(200);
            page.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(10);
            seen.AddRange(Places(page));
        }

        seen.ShouldBe([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
        page.Json.GetProperty("links").GetProperty("prev").GetString()!.ShouldContain("until=10");
    }

    [Fact]
    public async Task A_row_that_stands_for_many_events_is_shown_as_so_many()
    {
        var account = await server.NewAccountAsync();
        var crowd = Event(count: 3) with { Id = Guid.Parse("019a3f00-0000-7000-8000-0000ffffffff") };
        await server.HasEventsAsync(account, Event("site.created"), crowd, Event("site.deleted"));

        var events = await account.EventsAsync();

        events.Select(e => $"{e.GetProperty("seq").GetInt64()} {e.Text("event")}")
            .ShouldBe(["5 site.deleted", "4 secrets.injected", "3 secrets.injected", "2 secrets.injected", "1 site.created"]);
        events.Skip(1).Take(3).Select(e => e.Text("id")).ShouldBe(
            ["019a3f00-0000-7000-8000-000100000001", "019a3f00-0000-7000-8000-000100000000", "019a3f00-0000-7000-8000-0000ffffffff"]);
        events.ShouldAllBe(e => e.GetProperty("actor").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task Pages_of_any_size_have_every_event_once_whatever_rows_they_are_in()
    {
        foreach (var (counts, size) in Gen.Choose(1, 5).NonEmptyListOf().Zip(Gen.Choose(1, 7)).Sample(10, 12))
        {
            var account = await server.NewAccountAsync();
            await server.HasEventsAsync(account, [.. counts.Select((count, n) => Event(n % 3 == 0 ? "site.created" : "secrets.injected", count))]);

            var all = await PagesAsync(account, $"?per_page={size}");
            var some = await PagesAsync(account, $"?per_page={size}&event=secrets.injected");

            all.Select(e => e.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(1, counts.Sum()).Reverse().Select(n => (long)n));
            some.Select(e => e.GetRawText()).ShouldBe(all.Where(e => e.Text("event") == "secrets.injected").Select(e => e.GetRawText()));
        }
    }

    [Fact]
    public async Task What_was_handed_out_is_shown_from_the_manifest()
    {
        var account = await server.NewAccountAsync();
        const string Entries = """{"KEY":{"secret_id":"019a3f00-0000-7000-8000-000000000001","version":3}}""";
        await server.HasEventsAsync(account, Event(), Event(count: 2, manifest: await server.HasManifestAsync(account, Entries)));

        var contexts = (await account.EventsAsync()).Select(e => e.GetProperty("context").GetRawText());

        contexts.ShouldBe([$$"""{"revision":7,"keys":{{Entries}}}""", $$"""{"revision":7,"keys":{{Entries}}}""", """{"revision":7}"""]);
    }

    [Fact]
    public async Task A_restricted_key_sees_the_events_of_what_it_can_see()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("GLOBAL", "1");
        await account.HasSecretAsync("blog", "production", "OF_BLOG", "1");
        var restricted = await server.NewKeyOfAsync(account);
        var blog = Guid.Parse((await account.Client.GetAsync("/sites/blog")).Id);
        await server.ExecuteSqlAsync("UPDATE api_keys SET sites = ARRAY[$2::uuid] WHERE account_id = $1 AND name = 'another key'", account.Id, blog);

        (await restricted.EventNamesAsync("")).ShouldBe(["secret.created", "environment.created", "site.created"]);
        (await restricted.EventNamesAsync("?event=secret.*")).ShouldBe(["secret.created"]);
    }

    [Fact]
    public async Task No_account_sees_the_events_of_another()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        var other = await server.NewAccountAsync();

        (await other.EventsAsync()).ShouldBeEmpty();
        (await other.EventsAsync($"?resource_id={id}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_needs_the_ability()
    {
        var account = await server.NewAccountAsync();
        await server.ExecuteSqlAsync("UPDATE api_keys SET abilities = '{secret:*,site:*}' WHERE account_id = $1", account.Id);

        (await account.Client.GetAsync("/events")).ShouldBeError(403, "forbidden");
        (await account.Client.GetAsync("/events/export")).ShouldBeError(403, "forbidden");
    }

    private static JsonElement NameIn(JsonElement context) =>
        new[] { "key", "slug", "number" }.Where(name => context.TryGetProperty(name, out _)).Select(context.GetProperty).First();

    private static IEnumerable<long> Places(ApiAnswer page) => page.Data.EnumerateArray().Select(e => e.GetProperty("seq").GetInt64());

    private static async Task<IReadOnlyList<JsonElement>> PagesAsync(Account account, string query)
    {
        var page = (await account.Client.GetAsync("/events" + query)).ShouldBe(200);
        var all = page.Data.EnumerateArray().ToList();
        while (page.Json.GetProperty("links").GetProperty("next").GetString() is { } next)
        {
            page = (await account.Client.GetAsync("/" + next)).ShouldBe(200);
            all.AddRange(page.Data.EnumerateArray());
        }

        page.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(all.Count);
        return all;
    }
}

using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>A key is restricted to sites, environments and apps that its maker can see, and to no combination that leaves nothing in reach.</summary>
public sealed class RestrictingApiKeysTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string NoSuchSite = "There is no such site. Send its id or its slug.";
    private const string NoSuchEnvironment = "There is no such environment. Send its id, or the slugs of its site and of itself, as in shop/production.";
    private const string NoSuchApp = "There is no such app. Send its id, or the slugs of its site and of itself, as in shop/worker.";

    [Fact]
    public async Task Ids_and_slugs_mean_the_same_and_both_are_shown()
    {
        var account = await server.NewShopAsync();
        var (site, environment, app) = (await IdAsync(account, "/sites/shop"), await IdAsync(account, "/sites/shop/environments/production"), await IdAsync(account, "/sites/shop/apps/worker"));

        var bySlugs = await MakeAsync(account, sites: ["shop"], environments: ["shop/production"], apps: ["shop/worker"]);
        var byIds = await MakeAsync(account, sites: [site, "shop"], environments: [environment, $"{site}/production", $"shop/{environment}"], apps: [app]);

        foreach (var key in new[] { bySlugs, byIds })
        {
            key.ShouldBe(201).Data.GetProperty("sites").GetRawText().ShouldBe(JsonSerializer.Serialize(new[] { new { id = site, slug = "shop" } }));
            key.Data.GetProperty("environments").GetRawText().ShouldBe(JsonSerializer.Serialize(new[] { new { id = environment, site = "shop", slug = "production" } }));
            key.Data.GetProperty("apps").GetRawText().ShouldBe(JsonSerializer.Serialize(new[] { new { id = app, site = "shop", slug = "worker" } }));
        }
    }

    [Fact]
    public async Task Where_no_sites_are_sent_they_are_those_of_the_environments_and_apps()
    {
        var account = await server.NewShopAsync();

        (await MakeAsync(account, environments: ["shop/production", "blog/production"])).ShouldBe(201)
            .Data.GetProperty("sites").EnumerateArray().Select(s => s.Text("slug")).ShouldBe(["shop", "blog"]);
        (await MakeAsync(account, apps: ["shop/web"])).ShouldBe(201)
            .Data.GetProperty("sites").EnumerateArray().Select(s => s.Text("slug")).ShouldBe(["shop"]);
    }

    [Theory]
    [InlineData("sites", "nowhere", NoSuchSite)]
    [InlineData("sites", "019a3f00-0000-7000-8000-000000000001", NoSuchSite)]
    [InlineData("sites", "shop/production", NoSuchSite)]
    [InlineData("sites", "", NoSuchSite)]
    [InlineData("environments", "shop/nowhere", NoSuchEnvironment)]
    [InlineData("environments", "nowhere/production", NoSuchEnvironment)]
    [InlineData("environments", "production", NoSuchEnvironment)]
    [InlineData("environments", "shop/production/x", NoSuchEnvironment)]
    [InlineData("environments", "/production", NoSuchEnvironment)]
    [InlineData("environments", "shop/", NoSuchEnvironment)]
    [InlineData("environments", "SHOP/production", NoSuchEnvironment)]
    [InlineData("environments", "shop/worker", NoSuchEnvironment)]
    [InlineData("environments", "' OR 1=1 --", NoSuchEnvironment)]
    [InlineData("apps", "shop/production", NoSuchApp)]
    [InlineData("apps", "blog/worker", NoSuchApp)]
    public async Task What_is_not_there_is_named_by_its_place_in_the_list(string list, string name, string error)
    {
        var account = await server.NewShopAsync();
        var sound = list switch { "sites" => "shop", "environments" => "shop/staging", _ => "shop/web" };

        var answer = await account.Client.PostAsync("/api-keys", new Dictionary<string, object> { ["name"] = "x", [list] = new[] { sound, name } });

        answer.ShouldBeError(422, "validation_failed").Errors.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create($"{list}[1]", error));
    }

    [Fact]
    public async Task An_id_with_another_site_before_it_names_nothing()
    {
        var account = await server.NewShopAsync();
        var production = await IdAsync(account, "/sites/shop/environments/production");

        (await MakeAsync(account, environments: [$"blog/{production}"])).ShouldBlame("environments[0]", NoSuchEnvironment);
    }

    [Fact]
    public async Task What_is_out_of_the_makers_reach_and_what_another_account_has_is_as_if_it_were_not_there()
    {
        var account = await server.NewShopAsync();
        var other = await server.NewShopAsync();
        var key = await server.NewKeyOfAsync(account, ["*"], environments: ["shop/staging"], apps: ["shop/web"]);
        var hidden = new[] { await IdAsync(account, "/sites/shop/environments/production"), "shop/production", "blog/production", await IdAsync(other, "/sites/shop/environments/staging") };

        foreach (var (index, name) in hidden.Index())
        {
            (await MakeAsync(key, environments: [name])).Errors.ShouldBe(
                new Dictionary<string, string> { ["environments[0]"] = NoSuchEnvironment }, $"the {index}.");
        }

        (await MakeAsync(key, sites: ["blog"])).ShouldBlame("sites[0]", NoSuchSite);
        (await MakeAsync(key, apps: ["shop/worker"])).ShouldBlame("apps[0]", NoSuchApp);
        (await MakeAsync(key, environments: ["shop/staging"], apps: ["shop/web"])).ShouldBe(201);
    }

    [Fact]
    public async Task An_environment_or_app_of_a_site_that_is_not_listed_is_refused()
    {
        var account = await server.NewShopAsync();

        (await MakeAsync(account, sites: ["shop"], environments: ["shop/production", "blog/production"]))
            .ShouldBlame("environments[1]", "It belongs to the site blog, which is not among sites. Add that site, or leave this out.");
        (await MakeAsync(account, sites: ["blog"], apps: ["shop/web"])).ShouldBlame("apps[0]", "It belongs to the site shop");
    }

    [Fact]
    public async Task A_site_of_which_nothing_would_be_in_reach_is_refused()
    {
        var account = await server.NewShopAsync();

        (await MakeAsync(account, sites: ["shop", "blog"], environments: ["shop/production"]))
            .ShouldBlame("environments", "None of them belongs to the site blog, so that the key could reach nothing of it. Add one, or leave that site out.");
        (await MakeAsync(account, environments: ["blog/production"], apps: ["shop/web"])).Errors.Keys.ShouldBe(["environments", "apps"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_was_deleted_stays_listed_by_its_id_and_opens_nothing()
    {
        var account = await server.NewShopAsync();
        var key = (await MakeAsync(account, environments: ["shop/production"])).ShouldBe(201);
        (await account.Client.DeleteAsync("/sites/shop?force=true")).ShouldBe(200);

        var shown = (await account.Client.GetAsync($"/api-keys/{key.Id}")).ShouldBe(200).Data;

        shown.GetProperty("sites")[0].Text("id").ShouldBe(key.Data.GetProperty("sites")[0].Text("id"));
        shown.GetProperty("sites")[0].GetProperty("slug").ValueKind.ShouldBe(JsonValueKind.Null);
        shown.GetProperty("environments")[0].Text("id").ShouldBe(key.Data.GetProperty("environments")[0].Text("id"));
        shown.GetProperty("environments")[0].GetProperty("site").ValueKind.ShouldBe(JsonValueKind.Null);
        (await server.ClientWith(key.Data.Text("token")).GetAsync("//api/v1/auth/whoami")).ShouldBe(200).Data.Texts("sites").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_restricted_key_sees_the_keys_that_reach_no_further_than_itself()
    {
        var account = await server.NewShopAsync();
        var key = await server.NewKeyOfAsync(account, ["*"], sites: ["shop"], environments: ["shop/staging"]);
        var narrower = (await MakeAsync(account, environments: ["shop/staging"], apps: ["shop/web"])).ShouldBe(201).Id;
        string[] wider =
        [
            (await MakeAsync(account)).ShouldBe(201).Id,
            (await MakeAsync(account, sites: ["shop"])).ShouldBe(201).Id,
            (await MakeAsync(account, environments: ["shop/production"])).ShouldBe(201).Id,
            (await MakeAsync(account, sites: ["blog"])).ShouldBe(201).Id,
        ];

        var seen = (await key.Client.GetAsync("/api-keys")).ShouldBe(200);

        seen.Data.EnumerateArray().Select(k => k.Text("id")).ShouldBe(
            [narrower, (await key.Client.GetAsync("//api/v1/auth/whoami")).Data.GetProperty("api_key").Text("id")], ignoreOrder: true);
        seen.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(2);
        foreach (var id in wider)
        {
            (await key.Client.GetAsync($"/api-keys/{id}")).ShouldBeError(404, "not_found");
            (await key.Client.DeleteAsync($"/api-keys/{id}")).ShouldBeError(404, "not_found");
            (await key.Client.PostAsync($"/api-keys/{id}/rotate", new { })).ShouldBeError(404, "not_found");
        }
    }

    private static Task<ApiAnswer> MakeAsync(Account account, string[]? sites = null, string[]? environments = null, string[]? apps = null) =>
        account.Client.PostAsync("/api-keys", new { name = "x", sites = sites ?? [], environments = environments ?? [], apps = apps ?? [] });

    private static async Task<string> IdAsync(Account account, string path) => (await account.Client.GetAsync(path)).ShouldBe(200).Id;
}

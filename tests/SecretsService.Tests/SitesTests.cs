using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class SitesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Theory]
    [InlineData("My Shop", "my-shop")]
    [InlineData("  Ünïcode & Co. (EU) ", "n-code-co-eu")]
    [InlineData("12345", "12345")]
    [InlineData("A", "a")]
    public async Task A_slug_is_made_from_the_name(string name, string slug)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/sites", new { name })).ShouldBe(201).Data.GetProperty("slug").GetString().ShouldBe(slug);
    }

    [Fact]
    public async Task A_name_that_gives_no_slug_needs_one_sent()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/sites", new { name = "商店" })).ShouldBlame("slug", "Send a slug");
        (await account.Client.PostAsync("/sites", new { name = "商店", slug = "shop" })).ShouldBe(201).Data.GetProperty("name").GetString().ShouldBe("商店");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("with space")]
    [InlineData("a_b")]
    [InlineData("a\n")]
    [InlineData("01976f3c-0000-7000-8000-000000000000")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_slug_that_is_none_is_refused(string slug)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/sites", new { name = "x", slug })).ShouldBlame("slug", "1 to 64 characters");
    }

    [Fact]
    public async Task A_slug_is_unique_among_siblings_only()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("one", "production");
        await account.HasSiteAsync("two", "production");

        (await account.Client.PostAsync("/sites", new { name = "One" })).ShouldBeError(422, "name_taken").ShouldBlame("slug", "Another site");
        (await account.Client.PostAsync("/sites/one/environments", new { name = "Production" }))
            .ShouldBeError(422, "name_taken").ShouldBlame("slug", "Another environment");
        await (await server.NewAccountAsync()).HasSiteAsync("one", "production");
    }

    [Fact]
    public async Task A_site_goes_by_id_or_by_slug()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.Client.PostAsync("/sites", new { name = "Shop" })).Id;

        (await account.Client.GetAsync($"/sites/{id}")).ShouldBe(200).Data.GetProperty("slug").GetString().ShouldBe("shop");
        (await account.Client.GetAsync("/sites/shop")).ShouldBe(200).Id.ShouldBe(id);
        (await account.Client.GetAsync("/sites/SHOP")).ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_send()
    {
        var account = await server.NewAccountAsync();
        await account.Client.PostAsync("/sites", new { name = "Shop", tags = new[] { "eu" } });

        var answer = await account.Client.PutAsync("/sites/shop", new { slug = "store" });

        answer.ShouldBe(200).Data.GetProperty("name").GetString().ShouldBe("Shop");
        answer.Data.GetProperty("tags")[0].GetString().ShouldBe("eu");
        (await account.Client.GetAsync("/sites/shop")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/sites/store")).ShouldBe(200);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_leaves_every_map_as_it_is()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.Client.PutAsync("/sites/shop", new { tags = new[] { "eu" } });
        var before = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        (await account.Client.PutAsync("/sites/shop", new { })).ShouldBe(200);
        (await account.Client.PutAsync("/sites/shop", new { name = "shop", tags = new[] { "eu" } })).ShouldBe(200);
        (await account.Client.PutAsync("/sites/shop/environments/production", new { name = "production" })).ShouldBe(200);

        (await account.Client.GetAsync("/sites/shop/environments/production/injection")).Headers["ETag"].ShouldBe(before.Headers["ETag"]);
    }

    [Fact]
    public async Task What_is_created_says_where_it_is()
    {
        var account = await server.NewAccountAsync();
        var site = await account.Client.PostAsync("/sites", new { name = "shop" });
        var environment = await account.Client.PostAsync("/sites/shop/environments", new { name = "production" });
        var secret = await account.Client.PostAsync("/sites/shop/environments/production/secrets", new { key = "A", value = "1" });

        foreach (var created in new[] { site, environment, secret })
        {
            (await account.Client.GetAsync("/" + created.ShouldBe(201).Headers["Location"])).ShouldBe(200).Id.ShouldBe(created.Id);
        }
    }

    [Fact]
    public async Task A_missing_site_is_named_whatever_is_asked_of_its_environment()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync("/sites/nowhere/environments/x")).ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
        (await account.Client.PutAsync("/sites/nowhere/environments/x", new { name = "y" })).ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
        (await account.Client.DeleteAsync("/sites/nowhere/environments/x")).ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
    }

    [Theory]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": "  "}""", "name")]
    [InlineData("""{"name": "a\u0000b"}""", "name")]
    [InlineData("""{"name": "a\nb"}""", "name")]
    [InlineData("""{"name": "x", "tags": [null]}""", "tags")]
    [InlineData("""{"name": "x", "tags": [""]}""", "tags")]
    [InlineData("""{"name": "x", "tags": ["a\u0000"]}""", "tags")]
    [InlineData("""{"name": "x", "tags": "eu"}""", "tags")]
    [InlineData("""{"name": "x", "tags": [1]}""", "tags")]
    public async Task A_site_that_breaks_a_rule_names_the_field(string body, string field)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/sites", body)).ShouldBeError(422, "validation_failed").Errors.ShouldContainKey(field);
    }

    [Fact]
    public async Task A_name_of_255_characters_is_taken_and_one_more_refused()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/sites", new { name = new string('n', 255), slug = "a" })).ShouldBe(201);
        (await account.Client.PostAsync("/sites", new { name = new string('n', 256), slug = "b" })).ShouldBlame("name", "255");
    }

    [Theory]
    [InlineData("production", null, null, "production")]
    [InlineData("staging", null, null, "development")]
    [InlineData("pr-12", null, null, "development")]
    [InlineData("preview", null, null, "preview")]
    [InlineData("local", null, null, "local")]
    [InlineData("dev", null, null, "development")]
    [InlineData("live", true, null, "production")]
    [InlineData("live", null, "prod", "production")]
    [InlineData("pr-12", null, "pr", "preview")]
    [InlineData("eu", null, "load-test", "load-test")]
    public async Task An_environments_type_is_the_one_sent_or_follows_from_the_rest(string slug, bool? production, string? type, string expected)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop");
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = slug, ["slug"] = slug };
        if (production is not null)
        {
            body["is_production"] = production;
        }

        if (type is not null)
        {
            body["type"] = type;
        }

        (await account.Client.PostAsync("/sites/shop/environments", body)).ShouldBe(201).Data.GetProperty("type").GetString().ShouldBe(expected);
    }

    [Fact]
    public async Task A_site_has_one_production_environment()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "staging");
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "live", is_production = true })).ShouldBe(201);

        (await account.Client.PostAsync("/sites/shop/environments", new { name = "eu", is_production = true })).ShouldBlame("is_production", "already");
        (await account.Client.PutAsync("/sites/shop/environments/staging", new { is_production = true })).ShouldBlame("is_production", "already");
        (await account.Client.PutAsync("/sites/shop/environments/live", new { is_production = false })).ShouldBe(200);
        (await account.Client.PutAsync("/sites/shop/environments/staging", new { is_production = true })).ShouldBe(200);
    }

    [Fact]
    public async Task A_flat_path_finds_an_environment_by_id_only()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = (await account.Client.GetAsync("/sites/shop/environments/production")).ShouldBe(200).Id;

        (await account.Client.GetAsync($"/environments/{id}")).ShouldBe(200).Data.GetProperty("site").GetString().ShouldBe("shop");
        (await account.Client.PutAsync($"/environments/{id}", new { name = "Live" })).ShouldBe(200).Data.GetProperty("name").GetString().ShouldBe("Live");
        (await account.Client.GetAsync("/environments/production")).ShouldBeError(404, "not_found").Message.ShouldBe("Environment not found");
    }

    [Fact]
    public async Task Environments_are_listed_by_site_or_all_together()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("b-site", "x", "a");
        await account.HasSiteAsync("a-site", "z");

        Slugs(await account.Client.GetAsync("/environments")).ShouldBe(["a-site/z", "b-site/a", "b-site/x"]);
        Slugs(await account.Client.GetAsync("/environments?site=b-site")).ShouldBe(["b-site/a", "b-site/x"]);
        Slugs(await account.Client.GetAsync("/sites/b-site/environments")).ShouldBe(["b-site/a", "b-site/x"]);
        (await account.Client.GetAsync("/environments?site=nowhere")).ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
        (await account.Client.GetAsync("/environments?site=%00")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/sites/nowhere/environments")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task An_environment_of_another_site_is_not_found_under_this_one()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("one", "production");
        await account.HasSiteAsync("two");
        var id = (await account.Client.GetAsync("/sites/one/environments/production")).Id;

        (await account.Client.GetAsync($"/sites/two/environments/{id}")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/sites/two/environments/production")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task What_holds_secrets_is_deleted_with_force_only()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("shop", "production", "A", "1");
        await account.HasSecretAsync("GLOBAL", "stays");

        (await account.Client.DeleteAsync("/sites/shop/environments/production")).ShouldBeError(409, "in_use").Message!.ShouldContain("holds 1 secret.");
        (await account.Client.DeleteAsync("/sites/shop?force=false")).ShouldBeError(409, "in_use").Message!.ShouldContain("1 environment and 1 secret");
        (await account.Client.DeleteAsync("/sites/shop?force=true")).ShouldBe(200).Data.GetProperty("slug").GetString().ShouldBe("shop");

        (await account.Client.GetAsync("/sites/shop")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/global-secrets")).Data.GetArrayLength().ShouldBe(1);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM secret_versions WHERE account_id = $1", account.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_environment_and_an_empty_site_are_deleted_without_force()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = (await account.Client.GetAsync("/sites/shop/environments/production")).Id;

        (await account.Client.DeleteAsync($"/environments/{id}")).ShouldBe(200).Id.ShouldBe(id);
        (await account.Client.DeleteAsync("/sites/shop")).ShouldBe(200);
        (await account.Client.DeleteAsync("/sites/shop")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task Another_accounts_sites_do_not_exist()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var site = (await account.Client.GetAsync("/sites/shop")).Id;
        var environment = (await account.Client.GetAsync("/sites/shop/environments/production")).Id;
        var stranger = await server.NewAccountAsync();

        foreach (var path in new[] { $"/sites/{site}", "/sites/shop", $"/environments/{environment}", $"/sites/{site}/environments/{environment}" })
        {
            (await stranger.Client.GetAsync(path)).ShouldBeError(404, "not_found");
            (await stranger.Client.PutAsync(path, new { name = "mine" })).ShouldBeError(404, "not_found");
            (await stranger.Client.DeleteAsync($"{path}?force=true")).ShouldBeError(404, "not_found");
        }

        (await stranger.Client.PostAsync($"/sites/{site}/environments", new { name = "x" })).ShouldBeError(404, "not_found");
        (await stranger.Client.GetAsync($"/environments/{environment}/injection")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/sites/shop")).ShouldBe(200).Data.GetProperty("name").GetString().ShouldBe("shop");
    }

    private static IEnumerable<string> Slugs(ApiAnswer answer) =>
        answer.ShouldBe(200).Data.EnumerateArray().Select(e => $"{e.GetProperty("site").GetString()}/{e.GetProperty("slug").GetString()}");
}

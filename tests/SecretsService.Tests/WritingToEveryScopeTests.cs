using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>The same verbs at every owner and selector, each on its own.</summary>
public sealed class WritingToEveryScopeTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string OfEnvironmentId = "/environments/{environment}/secrets";

    public static TheoryData<string, string?, string, string> Everywhere => new()
    {
        { Global, null, "global", "Global secret" },
        { "/account/secrets", null, "global", "Global secret" },
        { Global, "production", "global/type:production", "Global secret" },
        { "/account/secrets", "mine", "global/type:mine", "Global secret" },
        { OfSite, null, "site:shop", "Site secret" },
        { OfSite, "production", "site:shop/type:production", "Site secret" },
        { OfApp, null, "app:shop.worker", "App secret" },
        { OfApp, "production", "app:shop.worker/type:production", "App secret" },
        { OfProduction, null, "site:shop/environment:production", "Environment secret" },
        { OfEnvironmentId, null, "site:shop/environment:production", "Environment secret" },
        { OfAppInProduction, null, "app:shop.worker/environment:production", "App secret" },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Each_collection_does_the_whole_job_and_names_what_it_did_it_to(string collection, string? type, string place, string noun)
    {
        var account = await server.NewShopAsync();
        var path = await account.PathAsync(collection);

        var created = (await account.Client.PostAsync(path, Body("A", type))).ShouldBe(201);
        created.Message.ShouldBe($"{noun} created successfully");
        PlaceOf(created.Data.GetProperty("scope")).ShouldBe(place);
        created.Headers["Location"].ShouldBe($"/api/v1/vector/secrets/{created.Id}");
        (await account.Client.GetAsync(path)).Places().ShouldBe([$"A {place}"]);
        (await account.Client.GetAsync(path)).Message.ShouldBe($"{noun}s retrieved successfully");
        (await account.Client.GetAsync($"{path}/{created.Id}")).ShouldBe(200).Message.ShouldBe($"{noun} retrieved successfully");
        (await account.Client.PutAsync($"{path}/{created.Id}", new { value = "2" })).ShouldBe(200).Message.ShouldBe($"{noun} updated successfully");
        (await account.Client.PostAsync($"{path}/{created.Id}/rollback", new { version = 1 })).ShouldBe(200).Message.ShouldBe($"{noun} rolled back successfully");
        (await account.Client.DeleteAsync($"{path}/{created.Id}")).ShouldBe(200).Message.ShouldBe($"{noun} deleted successfully");
        (await account.Client.GetAsync($"{path}/{created.Id}")).ShouldBeError(404, "not_found").Message.ShouldBe($"{noun} not found");
        (await account.Client.PostAsync($"{path}/{created.Id}/restore", "{}")).ShouldBe(200).Message.ShouldBe($"{noun} restored successfully");
    }

    [Theory]
    [InlineData(Global)]
    [InlineData(OfSite)]
    [InlineData(OfApp)]
    [InlineData(OfProduction)]
    [InlineData(OfEnvironmentId)]
    [InlineData(OfAppInProduction)]
    public async Task A_secret_is_not_found_under_another_collection(string owner)
    {
        var account = await server.NewShopAsync();
        var path = await account.PathAsync(owner);
        var own = await account.PathAsync(owner == OfEnvironmentId ? OfProduction : owner);
        var id = await account.HasAsync(path, new { key = "A", value = "canary" });
        string[] collections =
            [Global, OfSite, OfApp, OfProduction, OfAppInProduction, OfStaging, "/sites/blog/secrets", "/sites/shop/apps/web/secrets", "/sites/blog/environments/production/secrets"];

        foreach (var other in collections.Where(c => c != own))
        {
            (await account.Client.GetAsync($"{other}/{id}")).ShouldBeError(404, "not_found");
            (await account.Client.PutAsync($"{other}/{id}", new { value = "x" })).ShouldBeError(404, "not_found");
            (await account.Client.DeleteAsync($"{other}/{id}?purge=true")).ShouldBeError(404, "not_found");
            (await account.Client.PostAsync($"{other}/{id}/reveal", "{}")).ShouldBeError(404, "not_found");
            (await account.Client.PostAsync($"{other}/{id}/rollback", new { version = 1 })).ShouldBeError(404, "not_found");
            (await account.Client.PostAsync($"{other}/{id}/restore", "{}")).ShouldBeError(404, "not_found");
            (await account.Client.GetAsync($"{other}/{id}/versions")).ShouldBeError(404, "not_found");
        }

        (await account.Client.GetAsync($"{own}/{id}")).Version().ShouldBe(1);
    }

    [Theory]
    [InlineData("prod", "production")]
    [InlineData("dev", "development")]
    [InlineData("pr", "preview")]
    [InlineData("local", "local")]
    [InlineData("qa-2", "qa-2")]
    public async Task A_shorthand_of_an_environment_type_is_written_out(string sent, string stored)
    {
        var account = await server.NewShopAsync();

        var created = await account.Client.PostAsync(OfSite, Body("A", sent));

        created.ShouldBe(201).Data.GetProperty("scope").Text("environment_type").ShouldBe(stored);
        (await account.Client.PostAsync(OfSite, Body("A", stored))).ShouldBeError(422, "name_taken");
        (await account.Client.GetAsync($"{OfSite}?environment_type={sent}")).Keys().ShouldBe(["A"]);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public async Task A_text_that_is_no_environment_type_is_refused(string type)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfSite, Body("A", type))).ShouldBeError(422, "validation_failed").ShouldBlame("environment_type", "production (or prod)");
    }

    [Theory]
    [InlineData(OfProduction)]
    [InlineData(OfEnvironmentId)]
    [InlineData(OfAppInProduction)]
    public async Task A_collection_of_one_environment_takes_no_environment_type(string collection)
    {
        var account = await server.NewShopAsync();
        var path = await account.PathAsync(collection);

        (await account.Client.PostAsync(path, Body("A", "production"))).ShouldBlame("environment_type", "leave the field out");
        (await account.Client.PostAsync(path, new { key = "A", value = "1", environment_types = new[] { "production" } }))
            .ShouldBlame("environment_types", "leave the field out");
        (await account.Client.GetAsync(path)).Keys().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_shows_every_type_of_its_owner_one_of_them_or_none()
    {
        var account = await server.NewShopAsync();
        foreach (var type in new[] { null, "production", "preview" })
        {
            await account.HasAsync(OfApp, Body("A", type));
        }

        (await account.Client.GetAsync(OfApp)).Places()
            .ShouldBe(["A app:shop.worker", "A app:shop.worker/type:preview", "A app:shop.worker/type:production"]);
        (await account.Client.GetAsync($"{OfApp}?environment_type=pr")).Places().ShouldBe(["A app:shop.worker/type:preview"]);
        (await account.Client.GetAsync($"{OfApp}?environment_type=")).Places().ShouldBe(["A app:shop.worker"]);
        (await account.Client.GetAsync($"{OfApp}?environment_type=unheard-of")).Places().ShouldBeEmpty();
        (await account.Client.GetAsync($"{OfApp}?environment_type=Not+One")).ShouldBlame("environment_type", "production (or prod)");
    }

    [Fact]
    public async Task A_list_is_ordered_by_key_and_then_by_scope_also_across_pages()
    {
        var account = await server.NewShopAsync();
        foreach (var (key, type) in new[] { ("B", (string?)null), ("A", "production"), ("A", null), ("B", "preview"), ("A", "local") })
        {
            await account.HasAsync(Global, Body(key, type));
        }

        string[] expected = ["A global", "A global/type:local", "A global/type:production", "B global", "B global/type:preview"];
        (await account.Client.GetAsync(Global)).Places().ShouldBe(expected);
        (await account.Client.GetAsync($"{Global}?per_page=2&page=2")).Places().ShouldBe(expected[2..4]);
    }

    [Fact]
    public async Task The_list_of_all_secrets_shows_every_scope_and_no_value()
    {
        var account = await server.NewShopAsync();
        foreach (var (path, type) in Rungs)
        {
            await account.HasAsync(path, Body("A", type));
        }

        var all = await account.Client.GetAsync("/secrets?per_page=100");

        all.ShouldBe(200).Places().Count.ShouldBe(8);
        all.Places().ShouldBeUnique();
        all.Text.ShouldNotContain("canary");
        (await account.Client.GetAsync("/secrets?environment_type=prod")).Places().Count.ShouldBe(3);
        (await account.Client.GetAsync("/secrets?inherited=true")).ShouldBlame("inherited", "Unknown query parameter");
    }

    [Fact]
    public async Task A_body_or_a_query_cannot_choose_another_owner_than_the_path()
    {
        var account = await server.NewShopAsync();
        var blog = (await account.Client.GetAsync("/sites/blog")).Id;

        (await account.Client.PostAsync(OfSite, new { key = "A", value = "1", site_id = blog })).ShouldBeError(422, "validation_failed");
        (await account.Client.PostAsync($"{OfSite}?site={blog}", new { key = "A", value = "1" })).ShouldBeError(422, "validation_failed");
        (await account.Client.GetAsync("/secrets")).Keys().ShouldBeEmpty();
    }

    private static object Body(string key, string? type) =>
        type is null ? new { key, value = "canary" } : new { key, value = "canary", environment_type = type };
}

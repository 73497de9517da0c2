using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>What an environment would receive, each secret with the scope that it comes from.</summary>
public sealed class ListingWhatIsInheritedTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    [Fact]
    public async Task An_environment_lists_the_winner_of_each_key_with_its_scope()
    {
        var account = await FilledAsync();

        (await account.Client.GetAsync(OfProduction + "?inherited=true")).ShouldBe(200).Places().ShouldBe(
            ["GLOBAL global", "IN_ENVIRONMENT site:shop/environment:production", "SITE site:shop", "TYPED site:shop/type:production"]);
        (await account.Client.GetAsync(OfProduction + "?inherited=true")).Message.ShouldBe("Environment secrets retrieved successfully");
    }

    [Fact]
    public async Task An_app_in_an_environment_lists_what_the_app_has_beside_it()
    {
        var account = await FilledAsync();

        (await account.Client.GetAsync(OfAppInProduction + "?inherited=true")).ShouldBe(200).Places().ShouldBe(
            [
                "GLOBAL app:shop.worker", "IN_APP app:shop.worker/environment:production", "IN_ENVIRONMENT site:shop/environment:production",
                "SITE app:shop.worker/type:production", "TYPED site:shop/type:production",
            ]);
        (await account.MapOfAsync(Production, "?app=worker")).Keys.ShouldBe(["GLOBAL", "IN_APP", "IN_ENVIRONMENT", "SITE", "TYPED"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_path_by_the_environments_id_lists_the_same()
    {
        var account = await FilledAsync();
        var flat = await account.PathAsync("/environments/{environment}/secrets?inherited=true");

        (await account.Client.GetAsync(flat)).ShouldBe(200).Data.GetRawText()
            .ShouldBe((await account.Client.GetAsync(OfProduction + "?inherited=true")).Data.GetRawText());
    }

    [Fact]
    public async Task No_value_of_a_secret_is_in_it()
    {
        var account = await FilledAsync();

        (await account.Client.GetAsync(OfAppInProduction + "?inherited=true")).ShouldBe(200).Text.ShouldNotContain("canary");
    }

    [Fact]
    public async Task What_is_withheld_or_expired_is_left_out_and_nothing_broader_takes_its_place()
    {
        var account = await server.NewShopAsync();
        foreach (var key in new[] { "WITHHELD", "EXPIRED", "STAYS" })
        {
            await account.HasAsync(Global, new { key, value = "1" });
        }

        await account.HasAsync(OfProduction, new { key = "WITHHELD", withheld = true });
        await account.HasAsync(OfProduction, new { key = "EXPIRED", value = "2", expires_at = server.Clock.GetUtcNow().AddMinutes(1) });
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        (await account.Client.GetAsync(OfProduction + "?inherited=true")).Keys().ShouldBe(["STAYS"]);
        (await account.Client.GetAsync(OfProduction + "?inherited=true&expired=false")).Keys().ShouldBe(["STAYS"]);
        (await account.Client.GetAsync(OfProduction + "?inherited=true&expired=true")).Places().ShouldBe(["EXPIRED site:shop/environment:production"]);
    }

    [Fact]
    public async Task One_that_expired_but_does_not_decide_is_not_listed_as_expired()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "A", value = "1", expires_at = server.Clock.GetUtcNow().AddMinutes(1) });
        await account.HasAsync(OfProduction, new { key = "A", value = "2" });
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        (await account.Client.GetAsync(OfProduction + "?inherited=true&expired=true")).Keys().ShouldBeEmpty();
        (await account.Client.GetAsync(OfProduction + "?inherited=true")).Keys().ShouldBe(["A"]);
    }

    [Fact]
    public async Task What_will_expire_soon_can_be_asked_for()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "SOON", value = "1", expires_at = server.Clock.GetUtcNow().AddDays(6) });
        await account.HasAsync(OfSite, new { key = "LATER", value = "1", expires_at = server.Clock.GetUtcNow().AddDays(8) });
        await account.HasAsync(OfSite, new { key = "NEVER", value = "1" });

        (await account.Client.GetAsync(OfProduction + "?inherited=true&expired=soon")).Keys().ShouldBe(["SOON"]);
    }

    [Fact]
    public async Task It_can_be_filtered_and_has_pages()
    {
        var account = await FilledAsync();

        (await account.Client.GetAsync(OfProduction + "?inherited=true&q=in_")).Keys().ShouldBe(["IN_ENVIRONMENT"]);
        (await account.Client.GetAsync(OfProduction + "?inherited=true&environment_type=prod")).Keys().ShouldBe(["TYPED"]);
        var second = await account.Client.GetAsync(OfProduction + "?inherited=true&per_page=3&page=2");
        second.Keys().ShouldBe(["TYPED"]);
        second.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(4);
        second.Json.GetProperty("links").Text("prev").ShouldContain("inherited=true");
    }

    [Fact]
    public async Task A_filter_does_not_change_who_decides()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(OfSite, new { key = "A", value = "1", environment_type = "production" });
        await account.HasAsync(OfProduction, new { key = "A", value = "2" });

        (await account.Client.GetAsync(OfProduction + "?inherited=true&environment_type=production")).Keys().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Global)]
    [InlineData("/account/secrets")]
    [InlineData(OfSite)]
    [InlineData(OfApp)]
    public async Task What_is_no_environment_inherits_nothing(string collection)
    {
        var account = await server.NewShopAsync();

        (await account.Client.GetAsync(collection + "?inherited=true")).ShouldBeError(422, "validation_failed").ShouldBlame("inherited", "Only an environment");
        (await account.Client.GetAsync(collection + "?inherited=false")).ShouldBe(200);
    }

    [Theory]
    [InlineData("inherited=yes", "inherited")]
    [InlineData("inherited=true&deleted=true", "inherited")]
    [InlineData("inherited=true&expired=maybe", "expired")]
    public async Task A_filter_that_cannot_be_is_refused(string query, string field)
    {
        var account = await server.NewShopAsync();

        (await account.Client.GetAsync($"{OfProduction}?{query}")).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    private async Task<Account> FilledAsync()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "GLOBAL", value = "canary" });
        await account.HasAsync(OfApp, new { key = "GLOBAL", value = "canary" });
        await account.HasAsync(OfSite, new { key = "SITE", value = "canary" });
        await account.HasAsync(OfApp, new { key = "SITE", value = "canary", environment_type = "production" });
        await account.HasAsync(OfSite, new { key = "TYPED", value = "canary" });
        await account.HasAsync(OfSite, new { key = "TYPED", value = "canary", environment_type = "production" });
        await account.HasAsync(OfSite, new { key = "TYPED", value = "canary", environment_type = "development" });
        await account.HasAsync(Global, new { key = "IN_ENVIRONMENT", value = "canary" });
        await account.HasAsync(OfProduction, new { key = "IN_ENVIRONMENT", value = "canary" });
        await account.HasAsync(OfAppInProduction, new { key = "IN_APP", value = "canary" });
        await account.HasAsync("/sites/shop/apps/web/secrets", new { key = "OF_ANOTHER_APP", value = "canary" });
        await account.HasAsync(OfStaging, new { key = "OF_ANOTHER_ENVIRONMENT", value = "canary" });
        return account;
    }
}

using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class ListingSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_list_is_ordered_by_key_and_shows_no_value()
    {
        var account = await server.NewAccountAsync();
        foreach (var key in new[] { "B", "a", "A_1", "C" })
        {
            await account.HasSecretAsync(key, "canary-value");
        }

        var answer = await account.Client.GetAsync("/global-secrets");

        answer.ShouldBe(200).Message.ShouldBe("Global secrets retrieved successfully");
        Keys(answer).ShouldBe(["A_1", "B", "C", "a"]);
        answer.Text.ShouldNotContain("canary-value");
    }

    [Fact]
    public async Task An_empty_list_is_one_empty_page()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.GetAsync("/global-secrets");

        answer.ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
        answer.Json.GetProperty("meta").GetRawText()
            .ShouldBe("""{"current_page":1,"from":null,"to":null,"total":0,"per_page":15,"last_page":1}""");
        answer.Json.GetProperty("links").GetProperty("next").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task The_links_lead_through_all_pages()
    {
        var account = await server.NewAccountAsync();
        foreach (var number in Enumerable.Range(10, 31))
        {
            await account.HasSecretAsync($"KEY_{number}", "1");
        }

        var first = await account.Client.GetAsync("/global-secrets?q=key");
        var second = await account.Client.GetAsync("/" + first.ShouldBe(200).Json.GetProperty("links").GetProperty("next").GetString());
        var third = await account.Client.GetAsync("/" + second.ShouldBe(200).Json.GetProperty("links").GetProperty("next").GetString());

        Keys(first).Concat(Keys(second)).Concat(Keys(third)).ShouldBe(Enumerable.Range(10, 31).Select(n => $"KEY_{n}"));
        third.Json.GetProperty("meta").GetRawText()
            .ShouldBe("""{"current_page":3,"from":31,"to":31,"total":31,"per_page":15,"last_page":3}""");
        third.Json.GetProperty("links").GetProperty("prev").GetString().ShouldBe("/api/v1/vector/global-secrets?q=key&page=2&per_page=15");
    }

    [Fact]
    public async Task The_links_work_however_the_parameters_were_spelt()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("B", "1");

        var first = await account.Client.GetAsync("/global-secrets?PAGE=1&Per_Page=1");

        Keys(await account.Client.GetAsync("/" + first.Json.GetProperty("links").GetProperty("next").GetString())).ShouldBe(["B"]);
    }

    [Fact]
    public async Task A_page_beyond_the_last_is_empty()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("A", "1");

        (await account.Client.GetAsync("/global-secrets?page=1000000")).ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=-1", "page")]
    [InlineData("page=x", "page")]
    [InlineData("page=99999999999999999999", "page")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("per_page=0", "per_page")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("per_page=", "per_page")]
    public async Task A_page_that_cannot_be_is_refused(string query, string field)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync($"/global-secrets?{query}")).ShouldBeError(422, "validation_failed").ShouldBlame(field, "whole number");
    }

    [Theory]
    [InlineData("stripe", new[] { "OTHER_STRIPE", "STRIPE_KEY" })]
    [InlineData("_KEY", new[] { "STRIPE_KEY" })]
    [InlineData("%25", new string[0])]
    [InlineData("_", new[] { "OTHER_STRIPE", "STRIPE_KEY" })]
    [InlineData("%00", new string[0])]
    [InlineData("%5C", new string[0])]
    [InlineData("'%3B--", new string[0])]
    [InlineData("", new[] { "OTHER_STRIPE", "PLAIN", "STRIPE_KEY" })]
    public async Task The_filter_takes_its_text_as_it_stands(string query, string[] expected)
    {
        var account = await server.NewAccountAsync();
        foreach (var key in new[] { "STRIPE_KEY", "OTHER_STRIPE", "PLAIN" })
        {
            await account.HasSecretAsync(key, "1");
        }

        Keys((await account.Client.GetAsync($"/global-secrets?q={query}")).ShouldBe(200)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_list_shows_its_own_scope_of_its_own_account_only()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        await account.HasSecretAsync("GLOBAL", "1");
        await account.HasSecretAsync("shop", "production", "PRODUCTION", "1");
        await account.HasSecretAsync("shop", "staging", "STAGING", "1");
        var stranger = await server.NewAccountAsync();

        Keys(await account.Client.GetAsync("/global-secrets")).ShouldBe(["GLOBAL"]);
        Keys(await account.Client.GetAsync("/sites/shop/environments/production/secrets")).ShouldBe(["PRODUCTION"]);
        Keys(await stranger.Client.GetAsync("/global-secrets")).ShouldBeEmpty();
        (await stranger.Client.GetAsync("/sites/shop/environments/production/secrets")).ShouldBeError(404, "not_found");
    }

    private static IEnumerable<string?> Keys(ApiAnswer answer) => answer.ShouldBe(200).Data.EnumerateArray().Select(s => s.GetProperty("key").GetString());
}

using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A pipeline or a machine that belongs to no site gets global values, by environment type at most.</summary>
public sealed class ResolvingWithoutASiteTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task The_answer_says_that_there_is_no_site()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("A", "1");

        (await account.Client.GetAsync("/injection")).ShouldBe(200).Text.ShouldBe(
            """{"data":{"A":"1"},"meta":{"revision":1,"count":1,"site":null,"environment":null,"environment_type":null,"expired":[],"withheld":[],"warnings":[]},"""
            + "\"message\":\"Merged map retrieved successfully\",\"http_status\":200}");
    }

    [Theory]
    [InlineData("prod", "production")]
    [InlineData("pr", "preview")]
    [InlineData("qa", "qa")]
    public async Task A_shorthand_of_a_type_is_written_out(string type, string canonical)
    {
        var account = await server.NewAccountAsync();

        (await account.MetaOfAsync("", $"?environment_type={type}")).Text("environment_type").ShouldBe(canonical);
        (await account.Client.GetAsync($"/resolved?environment_type={type}")).ShouldBe(200)
            .Json.GetProperty("meta").Text("environment_type").ShouldBe(canonical);
    }

    [Theory]
    [InlineData("environment_type=Production", "environment_type", "Must be production (or prod)")]
    [InlineData("environment_type=", "environment_type", "Must be production (or prod)")]
    [InlineData("environment_type=prod&environment_type=dev", "environment_type", "Must be production (or prod)")]
    [InlineData("app=worker", "app", "Unknown query parameter")]
    public async Task What_a_query_cannot_say_is_refused(string query, string field, string words)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync($"/injection?{query}")).ShouldBlame(field, words);
        (await account.Client.GetAsync($"/resolved?{query}")).ShouldBlame(field, words);
        (await account.Client.GetAsync($"/resolved/A?{query}")).ShouldBlame(field, words);
    }

    [Fact]
    public async Task Secrets_of_sites_are_no_part_of_it()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("shop", "production", "A", "1");

        (await account.MapOfAsync("", "?environment_type=production")).ShouldBeEmpty();
        var key = await account.ExplainAsync("", "A", "?environment_type=production");
        key.Text("state").ShouldBe("absent");
        key.GetProperty("scopes").EnumerateArray().Select(s => s.GetProperty("rung").GetInt32()).ShouldBe([2, 1]);
    }

    [Fact]
    public async Task An_answer_that_the_caller_holds_is_not_sent_again()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("A", "1");
        var held = (await account.Client.GetAsync("/injection")).Headers["ETag"];

        (await account.Client.GetAsync("/injection", ("If-None-Match", held))).ShouldBe(304);
    }

    [Fact]
    public async Task Another_account_has_a_map_of_its_own()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("A", "1");

        (await (await server.NewAccountAsync()).MapOfAsync("")).ShouldBeEmpty();
    }
}

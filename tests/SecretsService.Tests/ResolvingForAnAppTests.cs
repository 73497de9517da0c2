using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>The merged map of an app, and where the variables of a map come from.</summary>
public sealed class ResolvingForAnAppTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task An_app_goes_by_its_slug_or_its_id_and_the_meta_says_which()
    {
        var account = await AccountAsync();
        var id = (await account.Client.GetAsync("/sites/shop/apps/worker")).Id;

        (await account.MetaOfAsync(Production, "?app=worker")).Text("app").ShouldBe("worker");
        (await account.MetaOfAsync(Production, $"?app={id}")).Text("app").ShouldBe("worker");
        (await account.MetaOfAsync(Production)).TryGetProperty("app", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("")]
    [InlineData("no%20slug")]
    [InlineData("worker&app=worker")]
    [InlineData("of-another-site")]
    public async Task An_unknown_app_is_not_found(string app)
    {
        var account = await AccountAsync();
        await account.HasSiteAsync("blog");
        await account.HasAppsAsync("blog", "of-another-site");

        foreach (var route in new[] { "injection", "resolved", "resolved/A" })
        {
            (await account.Client.GetAsync($"{Production}/{route}?app={app}")).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
        }
    }

    [Fact]
    public async Task An_unknown_environment_is_said_before_an_unknown_app()
    {
        var account = await AccountAsync();

        (await account.Client.GetAsync("/sites/shop/environments/none/injection?app=none")).ShouldBe(404).Message.ShouldBe("Environment not found");
        (await account.Client.GetAsync("/sites/none/environments/production/resolved")).ShouldBe(404).Message.ShouldBe("Site not found");
    }

    [Fact]
    public async Task Sources_say_where_each_variable_comes_from()
    {
        var account = await AccountAsync();
        var broad = await account.HasSecretAsync("A", "1");
        var narrow = await account.HasSecretAsync("shop", "production", "B", "1");

        var meta = await account.MetaOfAsync(Production, "?sources=true");

        meta.GetProperty("sources").GetRawText().ShouldBe(
            $$$"""
            {"A":{"secret_id":"{{{broad}}}","scope":{"owner":"global","selector":"any"},"version":1},"B":{"secret_id":"{{{narrow}}}","scope":{"owner":"site","site":"shop","selector":"environment","environment":"production"},"version":1}}
            """);
        (await account.MetaOfAsync(Production, "?sources=false")).TryGetProperty("sources", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("sources=yes", "sources", "true or false")]
    [InlineData("sources=", "sources", "true or false")]
    [InlineData("sources=true&sources=true", "sources", "true or false")]
    [InlineData("environment_type=production", "environment_type", "Unknown query parameter")]
    public async Task What_a_query_cannot_say_is_refused(string query, string field, string words)
    {
        var account = await AccountAsync();

        (await account.Client.GetAsync($"{Production}/injection?{query}")).ShouldBlame(field, words);
    }

    private async Task<Account> AccountAsync() =>
        await (await (await server.NewAccountAsync()).HasSiteAsync("shop", "production")).HasAppsAsync("shop", "worker");
}

using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>The eight rungs from end to end: written over the API, read by an app in an environment.</summary>
public sealed class ResolvingEveryScopeTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task Each_rung_overrides_those_below_it()
    {
        var account = await AccountAsync();

        foreach (var rung in Enumerable.Range(0, Rungs.Count))
        {
            await account.HasAtRungAsync(rung, $"{rung}");

            (await account.MapOfAsync(Production, "?app=worker"))["KEY"].ShouldBe($"{rung}");
            (await account.ExplainAsync(Production, "KEY", "?app=worker")).GetProperty("winner").GetProperty("rung").GetInt32().ShouldBe(rung + 1);
        }
    }

    [Fact]
    public async Task Each_rung_comes_through_when_those_above_it_are_deleted()
    {
        var account = await AccountAsync();
        var ids = new List<string>();
        foreach (var rung in Enumerable.Range(0, Rungs.Count))
        {
            ids.Add(await account.HasAtRungAsync(rung, $"{rung}"));
        }

        foreach (var rung in Enumerable.Range(0, Rungs.Count).Reverse())
        {
            (await account.MapOfAsync(Production, "?app=worker"))["KEY"].ShouldBe($"{rung}");
            (await account.Client.DeleteAsync($"/secrets/{ids[rung]}")).ShouldBe(200);
        }

        (await account.MapOfAsync(Production, "?app=worker")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_an_app_and_in_another_environment_other_rungs_count()
    {
        var account = await AccountAsync();
        foreach (var rung in Enumerable.Range(0, Rungs.Count))
        {
            await account.HasAtRungAsync(rung, $"{rung}");
        }

        (await account.MapOfAsync(Production))["KEY"].ShouldBe("6");
        (await account.MapOfAsync(Production, "?app=web"))["KEY"].ShouldBe("6");
        (await account.MapOfAsync("/sites/shop/environments/staging"))["KEY"].ShouldBe("2");
        (await account.MapOfAsync("/sites/shop/environments/staging", "?app=worker"))["KEY"].ShouldBe("4");
        (await account.MapOfAsync("", "?environment_type=production"))["KEY"].ShouldBe("1");
        (await account.MapOfAsync(""))["KEY"].ShouldBe("0");
    }

    [Fact]
    public async Task A_plain_variable_is_injected_as_any_other()
    {
        var account = await AccountAsync();
        await account.HasAsync("/sites/shop/secrets", new { key = "LOG_LEVEL", value = "debug", is_secret = false });

        (await account.MapOfAsync(Production))["LOG_LEVEL"].ShouldBe("debug");
        (await account.ExplainAsync(Production, "LOG_LEVEL")).GetProperty("winner").GetProperty("is_secret").GetBoolean().ShouldBeFalse();
    }

    private async Task<Account> AccountAsync() =>
        await (await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging")).HasAppsAsync("shop", "worker", "web");
}

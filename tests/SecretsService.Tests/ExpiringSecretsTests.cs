using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A value that runs out is not replaced by another one: falling back to a broader credential is how test keys reach production.</summary>
public sealed class ExpiringSecretsTests(ClockedServer server) : IClassFixture<ClockedServer>
{
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    [Fact]
    public async Task A_value_expires_at_the_very_instant()
    {
        var account = await AccountAsync();
        await ExpiresAsync(account, await account.HasSecretAsync("TOKEN", "1"), TimeSpan.FromHours(1));

        server.Clock.Advance(TimeSpan.FromHours(1) - Microsecond);
        (await account.MapOfAsync(Production)).Keys.ShouldBe(["TOKEN"]);
        server.Clock.Advance(Microsecond);

        (await account.MapOfAsync(Production)).ShouldBeEmpty();
        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBe(["TOKEN"]);
    }

    [Fact]
    public async Task An_expired_value_is_not_replaced_by_a_broader_one()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("TOKEN", "broad");
        await account.HasSecretAsync("OTHER", "1");
        await ExpiresAsync(account, await account.HasSecretAsync("shop", "production", "TOKEN", "narrow"), TimeSpan.Zero);

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["OTHER"]);
        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBe(["TOKEN"]);
    }

    [Fact]
    public async Task An_expired_value_that_does_not_decide_is_no_matter()
    {
        var account = await AccountAsync();
        await ExpiresAsync(account, await account.HasSecretAsync("TOKEN", "broad"), TimeSpan.Zero);
        await account.HasSecretAsync("shop", "production", "TOKEN", "narrow");

        (await account.MapOfAsync(Production))["TOKEN"].ShouldBe("narrow");
        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBeEmpty();
    }

    [Fact]
    public async Task Expired_names_are_sorted()
    {
        var account = await AccountAsync();
        foreach (var key in new[] { "B", "A", "C" })
        {
            await ExpiresAsync(account, await account.HasSecretAsync(key, "1"), TimeSpan.Zero);
        }

        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBe(["A", "B", "C"]);
    }

    [Fact]
    public async Task The_entity_tag_changes_when_a_value_expires_although_nothing_was_written()
    {
        var account = await AccountAsync();
        await ExpiresAsync(account, await account.HasSecretAsync("TOKEN", "1"), TimeSpan.FromMinutes(1));
        var held = (await account.Client.GetAsync(Production + "/injection")).Headers["ETag"];

        (await account.Client.GetAsync(Production + "/injection", ("If-None-Match", held))).ShouldBe(304);
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        (await account.Client.GetAsync(Production + "/injection", ("If-None-Match", held))).ShouldBe(200).Headers["ETag"].ShouldNotBe(held);
    }

    [Fact]
    public async Task An_explanation_says_since_when_and_what_to_do()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("TOKEN", "broad");
        await ExpiresAsync(account, await account.HasSecretAsync("shop", "production", "TOKEN", "narrow"), TimeSpan.Zero);

        var key = await account.ExplainAsync(Production, "TOKEN");

        key.Text("state").ShouldBe("expired");
        key.Text("reason").ShouldContain("no broader value takes its place. Write a new value");
        key.Texts("variables").ShouldBeEmpty();
        key.GetProperty("winner").GetProperty("expired").GetBoolean().ShouldBeTrue();
        key.GetProperty("shadowed")[0].GetProperty("expired").GetBoolean().ShouldBeFalse();
        key.GetProperty("scopes").EnumerateArray().First().Text("has").ShouldBe("expired");
    }

    private async Task<Account> AccountAsync() => await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

    private async Task ExpiresAsync(Account account, string id, TimeSpan after)
    {
        var now = server.Clock.GetUtcNow();
        (await server.ExecuteSqlAsync(
            "UPDATE secrets SET expires_at = $3 WHERE account_id = $1 AND id = $2",
            account.Id, Guid.Parse(id), now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) + after)).ShouldBe(1);
        server.Clock.Advance(-TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}

/// <summary>A server whose time only passes when a test says so.</summary>
public sealed class ClockedServer : SecretsServer
{
    public ClockedServer() => With(Clock);

    public ManualClock Clock { get; } = new();
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SecretsService.Access;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>Five requests a minute for each key, and no limit for addresses.</summary>
public sealed class LimitingKeysTests(LimitingKeysTests.OwnServer server) : IClassFixture<LimitingKeysTests.OwnServer>
{
    [Fact]
    public async Task A_key_that_has_used_its_requests_up_is_told_when_the_next_is_answered_and_then_is()
    {
        var account = await server.NewAccountAsync();
        foreach (var _ in Enumerable.Range(0, 5))
        {
            (await account.Client.GetAsync("/sites")).ShouldBe(200);
        }

        var refused = (await account.Client.GetAsync("/sites")).ShouldBeError(429, "rate_limited");

        var seconds = int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture);
        seconds.ShouldBe(12);
        refused.Message!.ShouldContain("12 s");
        server.Clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        (await account.Client.GetAsync("/sites")).ShouldBe(429).Headers["Retry-After"].ShouldBe("1");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await account.Client.GetAsync("/sites")).ShouldBe(200);
        (await account.Client.GetAsync("/sites")).ShouldBe(429);
    }

    [Fact]
    public async Task Refusals_count_too_and_nothing_is_done_beyond_the_limit()
    {
        var account = await server.NewAccountAsync();

        // Whose request it is that no route is for is not looked up: it counts for the address alone.
        (await account.Client.GetAsync("/nowhere")).ShouldBe(404);
        (await account.Client.GetAsync("/sites/nowhere")).ShouldBe(404);
        (await account.Client.PostAsync("/sites", "{")).ShouldBe(400);
        (await account.Client.PostAsync("/sites", new { name = "shop" })).ShouldBe(201);
        (await account.Client.GetAsync("/sites")).ShouldBe(200);
        (await account.Client.GetAsync("/sites")).ShouldBe(200);

        (await account.Client.PostAsync("/sites", new { name = "blog" })).ShouldBe(429);

        (await server.QuerySqlAsync<long>("SELECT count(*) FROM sites WHERE account_id = $1", account.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task Another_key_of_the_account_has_requests_of_its_own()
    {
        var account = await server.NewAccountAsync();
        var other = await server.NewKeyOfAsync(account);
        await UseUpAsync(account);

        (await other.Client.GetAsync("/sites")).ShouldBe(200);
    }

    [Fact]
    public async Task A_merged_map_is_one_request_whether_it_is_made_given_from_memory_or_made_again()
    {
        var account = await server.NewAccountAsync();
        await account.HasSiteAsync("shop", "production");
        var reader = await server.NewKeyOfAsync(account);
        await reader.MapOfAsync(ResolutionSteps.Production);
        await reader.MapOfAsync(ResolutionSteps.Production);

        await account.HasSecretAsync("A", "1");

        foreach (var status in new[] { 200, 200, 200, 429 })
        {
            (await reader.Client.GetAsync($"{ResolutionSteps.Production}/injection")).ShouldBe(status);
        }
    }

    [Fact]
    public async Task What_needs_no_key_is_answered_all_the_same()
    {
        var account = await server.NewAccountAsync();
        await UseUpAsync(account);

        (await account.Client.GetAsync("//health/live")).ShouldBe(200);
        (await account.Client.GetAsync("//api/v1/ping")).ShouldBe(200);
    }

    private static async Task UseUpAsync(Account account)
    {
        foreach (var status in new[] { 200, 200, 200, 200, 200, 429 })
        {
            (await account.Client.GetAsync("/sites")).ShouldBe(status);
        }
    }

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : ManualClockServer
    {
        public OwnServer() => With("RateLimits:RequestsPerMinutePerKey", "5");
    }
}

/// <summary>Thirty requests a minute for each address. The tests come from one; what they send as X-Forwarded-For makes others of it.</summary>
public sealed class LimitingAddressesTests(LimitingAddressesTests.OwnServer server) : IClassFixture<LimitingAddressesTests.OwnServer>
{
    [Theory]
    [InlineData("//health/live", 200)]
    [InlineData("//swagger/v1/swagger.json", 200)]
    [InlineData("//nowhere", 404)]
    [InlineData("/sites", 401)]
    public async Task Every_request_of_an_address_counts_whatever_it_asks_for(string path, int status)
    {
        var address = NewAddress();
        var client = server.ClientWith(null);
        foreach (var _ in Enumerable.Range(0, 30))
        {
            (await client.GetAsync(path, address)).ShouldBe(status);
        }

        (await client.GetAsync(path, address)).ShouldBeError(429, "rate_limited").Headers["Retry-After"].ShouldBe("2");
        (await client.GetAsync(path, NewAddress())).ShouldBe(status);
    }

    [Fact]
    public async Task Made_up_tokens_do_not_make_more_of_an_address()
    {
        var address = NewAddress();
        foreach (var _ in Enumerable.Range(0, 30))
        {
            (await server.ClientWith(ApiToken.Generate()).GetAsync("/sites", address)).ShouldBe(401);
        }

        (await server.ClientWith(ApiToken.Generate()).GetAsync("/sites", address)).ShouldBe(429);
    }

    [Fact]
    public async Task Who_makes_up_addresses_of_an_IPv6_network_gets_no_more_than_one_address_does()
    {
        var client = server.ClientWith(null);
        foreach (var host in Enumerable.Range(1, 30))
        {
            (await client.GetAsync("//health/live", ("X-Forwarded-For", $"2001:db8:1:2::{host}"))).ShouldBe(200);
        }

        (await client.GetAsync("//health/live", ("X-Forwarded-For", "2001:db8:1:2:abcd::1"))).ShouldBe(429);
        (await client.GetAsync("//health/live", ("X-Forwarded-For", "2001:db8:1:3::1"))).ShouldBe(200);
    }

    private static (string Name, string Value) NewAddress() => ("X-Forwarded-For", $"2001:db8:{Random16()}:{Random16()}::1");

    private static string Random16() => System.Security.Cryptography.RandomNumberGenerator.GetHexString(4);

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : ManualClockServer
    {
        public OwnServer() => With("RateLimits:RequestsPerMinutePerAddress", "30").With("Proxies:Known:0", "127.0.0.1").With("Proxies:Known:1", "::1");
    }
}

/// <summary>Three failed authentications a minute for each address.</summary>
public sealed class LimitingFailuresTests(LimitingFailuresTests.OwnServer server) : IClassFixture<LimitingFailuresTests.OwnServer>
{
    public static TheoryData<string?> TokensOfNobody() => [null, "sks_", ApiToken.Generate(), "sks_dt_" + new string('a', 60)];

    [Theory]
    [MemberData(nameof(TokensOfNobody))]
    public async Task Guessing_is_refused_after_a_few_failures_and_goes_on_no_faster_than_the_limit(string? token)
    {
        var guesser = server.ClientWith(token);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var _ in Enumerable.Range(0, 3))
        {
            (await guesser.GetAsync("/sites")).ShouldBeError(401, "unauthenticated");
        }

        var refused = (await guesser.GetAsync("/sites")).ShouldBeError(429, "rate_limited");

        refused.Headers["Retry-After"].ShouldBe("20");
        refused.Headers.Keys.ShouldNotContain("WWW-Authenticate");
        server.Clock.Advance(TimeSpan.FromSeconds(20));
        (await guesser.GetAsync("/sites")).ShouldBe(401);
        (await guesser.GetAsync("/sites")).ShouldBe(429);
    }

    [Fact]
    public async Task A_valid_key_is_answered_from_an_address_that_has_failed_too_often()
    {
        var account = await server.NewAccountAsync();
        var guesser = server.ClientWith(ApiToken.Generate());
        foreach (var _ in Enumerable.Range(0, 10))
        {
            await guesser.GetAsync("/sites");
        }

        (await guesser.GetAsync("/sites")).ShouldBe(429);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => (n % 3 == 0 ? account.Client : guesser).GetAsync("/sites")));

        answers.Select(a => a.Status).ShouldBe(Enumerable.Range(0, 60).Select(n => n % 3 == 0 ? 200 : 429));
    }

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : ManualClockServer
    {
        public OwnServer() => With("RateLimits:FailuresPerMinutePerAddress", "3");
    }
}

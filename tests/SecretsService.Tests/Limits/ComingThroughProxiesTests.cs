using System.Diagnostics.CodeAnalysis;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>The tests' own address is a known proxy, and so is the network 10.0.0.0/8: what they say of a request is believed.</summary>
public sealed class ComingThroughProxiesTests(ComingThroughProxiesTests.OwnServer server) : IClassFixture<ComingThroughProxiesTests.OwnServer>
{
    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("198.51.100.1, 203.0.113.9, 10.1.2.3, 10.3.2.1", "203.0.113.9")]
    [InlineData("10.0.0.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8::9, 10.1.2.3", "2001:db8::9")]
    [InlineData("nonsense, 203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9")]
    public async Task A_request_is_of_the_first_address_from_the_right_that_is_no_proxy(string forwarded, string address)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync(
            "/global-secrets", new { key = "A", value = "1" }, ("X-Forwarded-For", forwarded), ("X-Forwarded-Proto", "https"))).ShouldBe(201);

        (await server.AddressOfLastEventAsync(account)).ShouldBe(address);
    }

    [Theory]
    [InlineData("GET", "//api/v1/ping?x=1", 308)]
    [InlineData("HEAD", "//api/v1/ping?x=1", 308)]
    [InlineData("GET", "//health/live", 200)]
    [InlineData("GET", "//health/ready", 200)]
    public async Task What_can_be_asked_again_over_HTTPS_is_sent_there_but_for_health(string method, string path, int status)
    {
        var answer = await server.ClientWith(null).SendAsync(new HttpMethod(method), path, content: null, ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "203.0.113.9"));

        answer.ShouldBe(status).Headers.Keys.ShouldNotContain("Strict-Transport-Security");
        answer.Headers.GetValueOrDefault("Location").ShouldBe(status == 308 ? $"https://{server.Address.Host}{path[1..]}" : null);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task What_changes_something_is_refused_over_HTTP_and_nothing_of_it_done(string method)
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.SendAsync(new HttpMethod(method), "/global-secrets", null, ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "203.0.113.9"));

        answer.ShouldBeError(400, "https_required").Message!.ShouldContain("replace the API key");
    }

    [Fact]
    public async Task Over_HTTPS_every_answer_says_to_stay_there()
    {
        (string, string)[] https = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9")];

        (await server.ClientWith(null).GetAsync("//api/v1/ping", https)).ShouldBe(200).Headers["Strict-Transport-Security"].ShouldBe("max-age=2592000");
        (await server.ClientWith(null).GetAsync("/sites", https)).ShouldBe(401).Headers["Strict-Transport-Security"].ShouldBe("max-age=2592000");
    }

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : SecretsServer
    {
        public OwnServer() => With("Proxies:Known:0", "127.0.0.1").With("Proxies:Known:1", "::1").With("Proxies:Known:2", "10.0.0.0/8")
            .With("Https:Redirect", "true").With("Https:HstsDays", "30");

        // No route declares what is answered before there is one.
        protected override bool ChecksDeclaredStatuses => false;
    }
}

/// <summary>No proxy is known, so that nobody is believed.</summary>
public sealed class ForgingForwardedHeadersTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task What_a_caller_says_of_its_own_address_is_not_looked_at()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync(
            "/global-secrets",
            new { key = "A", value = "1" },
            ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=203.0.113.9;proto=https"))).ShouldBe(201)
            .Headers.Keys.ShouldNotContain("Strict-Transport-Security");

        (await server.AddressOfLastEventAsync(account)).ShouldBeOneOf("127.0.0.1", "::1");
    }
}

/// <summary>A proxy is known, and it is another one than who sends.</summary>
public sealed class ForgingProxiesTests(ForgingProxiesTests.OwnServer server) : IClassFixture<ForgingProxiesTests.OwnServer>
{
    [Fact]
    public async Task Who_is_no_known_proxy_is_believed_neither_its_address_nor_its_scheme()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync("/sites", ("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Proto", "https"))).ShouldBe(308);
        (await account.Client.GetAsync("//health/live", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"))).ShouldBe(200);
        (await account.Client.GetAsync("//health/live", ("X-Forwarded-For", "203.0.113.10"), ("X-Forwarded-Proto", "https"))).ShouldBe(429);
    }

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : SecretsServer
    {
        public OwnServer() => With("Proxies:Known:0", "10.0.0.1").With("Https:Redirect", "true").With("RateLimits:RequestsPerMinutePerAddress", "1");

        protected override bool ChecksDeclaredStatuses => false;
    }
}

/// <summary>Where a request came from.</summary>
internal static class ProxySteps
{
    /// <summary>The address that the account's last event names.</summary>
    public static Task<string> AddressOfLastEventAsync(this SecretsServer server, Account account) =>
        server.QuerySqlAsync<string>("SELECT host(actor_ip::inet) FROM events WHERE account_id = $1 ORDER BY seq DESC LIMIT 1", account.Id);
}

using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>What every answer says to a browser.</summary>
public sealed class ProtectingAnswersTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string NothingFromAnywhere = "default-src 'none'; frame-ancestors 'none'";

    [Theory]
    [InlineData("GET", "/sites", 200)]
    [InlineData("POST", "/sites", 400)]
    [InlineData("GET", "/sites/nowhere", 404)]
    [InlineData("GET", "//nowhere", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("DELETE", "/sites", 405)]
    [InlineData("GET", "//health/live", 200)]
    [InlineData("GET", "//health/ready", 200)]
    [InlineData("GET", "//api/v1/ping", 200)]
    [InlineData("GET", "//swagger-not", 404)]
    public async Task An_answer_is_kept_nowhere_framed_nowhere_and_loads_nothing(string method, string path, int status)
    {
        var account = await server.NewAccountAsync();

        var headers = (await account.Client.SendAsync(new HttpMethod(method), path, content: null)).ShouldBe(status).Headers;

        ShouldProtect(headers, NothingFromAnywhere);
        headers["Cache-Control"].ShouldBe("no-store");
    }

    [Fact]
    public async Task A_failure_of_the_service_and_a_missing_key_are_protected_too()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "1");
        await server.ExecuteSqlAsync("UPDATE secret_versions SET sealed_value = '' WHERE account_id = $1", account.Id);

        ShouldProtect((await account.Client.GetAsync("/sites/shop/environments/production/injection")).ShouldBe(500).Headers, NothingFromAnywhere);
        ShouldProtect((await server.ClientWith(null).GetAsync("/sites")).ShouldBe(401).Headers, NothingFromAnywhere);
    }

    [Theory]
    [InlineData("index.html")]
    [InlineData("swagger-ui.css")]
    [InlineData("v1/swagger.json")]
    public async Task Swagger_UI_loads_from_this_service_alone(string file)
    {
        var headers = (await server.ClientWith(null).GetAsync($"//swagger/{file}")).ShouldBe(200).Headers;

        ShouldProtect(headers, headers["Content-Security-Policy"]);
        var policy = headers["Content-Security-Policy"].Split("; ");
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self'");
        policy.ShouldContain("connect-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        headers.Keys.ShouldContain("Cache-Control");
    }

    // A script within the page is what its policy forbids: if an upgrade of Swagger UI had one, it would stay empty.
    [Fact]
    public async Task Swagger_UIs_page_has_no_script_within_it()
    {
        var page = (await server.ClientWith(null).GetAsync("//swagger/index.html")).ShouldBe(200).Text;

        page.Split("<script").Skip(1).ShouldAllBe(script => script.StartsWith(" src=\"", StringComparison.Ordinal));
        page.ShouldNotContain("<style");
    }

    [Theory]
    [InlineData("OPTIONS")]
    [InlineData("GET")]
    public async Task Scripts_of_other_origins_are_let_in_nowhere(string method)
    {
        var account = await server.NewAccountAsync();

        var headers = (await account.Client.SendAsync(
            new HttpMethod(method), "/sites", null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"))).Headers;

        headers.Keys.ShouldNotContain(name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    private static void ShouldProtect(IReadOnlyDictionary<string, string> headers, string policy)
    {
        headers["Content-Security-Policy"].ShouldBe(policy);
        headers["X-Content-Type-Options"].ShouldBe("nosniff");
        headers["X-Frame-Options"].ShouldBe("DENY");
        headers["Referrer-Policy"].ShouldBe("no-referrer");
        headers["Cross-Origin-Resource-Policy"].ShouldBe("same-origin");
        headers["Cross-Origin-Opener-Policy"].ShouldBe("same-origin");
        headers["Permissions-Policy"].ShouldBe("camera=(), geolocation=(), microphone=()");
        headers.Keys.ShouldContain("X-Request-Id");
        headers.Keys.ShouldNotContain("Server");
        headers.Keys.ShouldNotContain("Strict-Transport-Security");
    }
}

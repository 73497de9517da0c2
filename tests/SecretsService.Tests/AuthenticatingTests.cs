using SecretsService.Access;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class AuthenticatingTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Malformed = "Bearer realm=\"secrets\", error=\"invalid_token\"";

    public static TheoryData<string> HeadersThatAreNoKey() =>
    [
        "Bearer",
        "Bearer ",
        "Bearer sks_",
        "Bearer sks_" + new string('a', 49),
        "Bearer " + new string('a', 8_000),
        "Basic c2tzOnNrcw==",
        "sks_" + new string('a', 49),
        "Bearer ' OR 1=1 --",
        "Digest username=\"x\"",
    ];

    [Fact]
    public async Task Without_a_key_every_route_answers_401_in_the_envelope()
    {
        var nobody = server.ClientWith(null);
        var paths = (await nobody.GetAsync("//swagger/v1/swagger.json")).Json.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name != "/api/v1/ping").ToList();

        foreach (var path in paths)
        {
            foreach (var method in path.Value.EnumerateObject())
            {
                var answer = await nobody.SendAsync(new HttpMethod(method.Name.ToUpperInvariant()), $"/{path.Name}", null);
                answer.ShouldBeError(401, "unauthenticated").Headers["WWW-Authenticate"].ShouldBe("Bearer realm=\"secrets\"");
            }
        }

        paths.Count.ShouldBeGreaterThan(15);
    }

    [Theory]
    [MemberData(nameof(HeadersThatAreNoKey))]
    public async Task A_header_that_is_no_key_is_401_too(string header)
    {
        var nobody = server.ClientWith(null);

        var answer = await nobody.SendAsync(HttpMethod.Get, "/global-secrets", null, ("Authorization", header));

        answer.ShouldBeError(401, "unauthenticated").Headers["WWW-Authenticate"].ShouldBe(Malformed);
    }

    [Fact]
    public async Task A_well_formed_key_that_nobody_holds_is_401()
    {
        var stranger = server.ClientWith(ApiToken.Generate());

        (await stranger.GetAsync("/global-secrets")).ShouldBeError(401, "unauthenticated");
    }

    [Fact]
    public async Task A_key_with_one_character_changed_is_401()
    {
        var account = await server.NewAccountAsync();
        var changed = account.Token[..10] + (account.Token[10] == 'a' ? 'b' : 'a') + account.Token[11..];

        (await server.ClientWith(changed).GetAsync("/global-secrets")).ShouldBeError(401, "unauthenticated");
    }

    [Fact]
    public async Task Two_authorization_headers_are_401()
    {
        var account = await server.NewAccountAsync();
        var nobody = server.ClientWith(null);

        var answer = await nobody.SendAsync(
            HttpMethod.Get, "/global-secrets", null,
            ("Authorization", $"Bearer {account.Token}"), ("Authorization", $"Bearer {account.Token}"));

        answer.ShouldBeError(401, "unauthenticated");
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_schemes_letter_case_does_not_matter(string scheme)
    {
        var account = await server.NewAccountAsync();

        (await server.ClientWith(null).SendAsync(HttpMethod.Get, "/global-secrets", null, ("Authorization", $"{scheme} {account.Token}"))).ShouldBe(200);
    }

    [Fact]
    public async Task Without_a_key_nothing_of_a_request_is_looked_at()
    {
        var nobody = server.ClientWith(null);

        (await nobody.PostAsync("/global-secrets", "{ not json")).ShouldBeError(401, "unauthenticated");
        (await nobody.PostAsync("/sites/nowhere/environments/x/secrets", new { key = "A" })).ShouldBeError(401, "unauthenticated");
        (await nobody.GetAsync("/sites/nowhere/environments/x/injection?unknown=1")).ShouldBeError(401, "unauthenticated");
    }

    [Fact]
    public async Task A_token_carries_a_prefix_and_a_checksum_and_only_its_hash_is_stored()
    {
        var account = await server.NewAccountAsync();

        account.Token.ShouldStartWith("sks_");
        account.Token.Length.ShouldBe(53);
        ApiToken.HasChecksum(account.Token).ShouldBeTrue();
        ApiToken.HasChecksum(account.Token[..^1] + (account.Token[^1] == '0' ? '1' : '0')).ShouldBeFalse();
        (await server.QuerySqlAsync<long>(
            "SELECT count(*) FROM api_key_tokens WHERE token_hash = sha256($1::text::bytea)", account.Token)).ShouldBe(1);
    }

    [Fact]
    public void Tokens_do_not_repeat() => Enumerable.Range(0, 1_000).Select(_ => ApiToken.Generate()).ShouldBeUnique();

    [Theory]
    [InlineData("sks_1f0c8a51b2d94e7f8c3a6b5d4e2f1a09c8b7a6d5e4f3c2b1a0918273645f5e4d", true)]
    [InlineData("sks_dt_1f0c8a51b2d94e7f8c3a6b5d4e2f1a09c8b7a6d5e4f3c2b1a0918273645f5e4d", false)]
    [InlineData("sks_short", false)]
    [InlineData("sks_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("1f0c8a51b2d94e7f8c3a6b5d4e2f1a09c8b7a6d5e4f3c2b1a0918273645f5e4d", false)]
    public void A_key_that_an_operator_brings_must_be_random(string token, bool isStrongEnough) =>
        ApiToken.IsStrongEnough(token).ShouldBe(isStrongEnough);

    [Fact]
    public async Task Who_am_I_names_the_account_and_the_key()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.GetAsync("//api/v1/auth/whoami");

        answer.ShouldBe(200).Data.GetProperty("account").GetProperty("id").GetString().ShouldBe(account.Id.ToString());
        answer.Data.GetProperty("api_key").GetProperty("name").GetString().ShouldBe("test key");
        (await server.ClientWith(null).GetAsync("//api/v1/auth/whoami")).ShouldBeError(401, "unauthenticated");
    }

    [Theory]
    [InlineData("//api/v1/ping")]
    [InlineData("//health/live")]
    [InlineData("//health/ready")]
    [InlineData("//swagger/v1/swagger.json")]
    [InlineData("//swagger/index.html")]
    public async Task These_routes_need_no_key(string path) => (await server.ClientWith(null).GetAsync(path)).ShouldBe(200);
}

using FsCheck;
using FsCheck.Fluent;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>The merged map that a deployment gets.</summary>
public sealed class ResolvingVariablesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task An_environments_own_value_overrides_the_global_one()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        await account.HasSecretAsync("STRIPE_SECRET_KEY", "sk_live");
        await account.HasSecretAsync("DEBUG_MODE", "false");
        await account.HasSecretAsync("shop", "staging", "STRIPE_SECRET_KEY", "sk_test");

        (await account.InjectAsync("shop", "production")).ShouldBe(Map(("DEBUG_MODE", "false"), ("STRIPE_SECRET_KEY", "sk_live")));
        (await account.InjectAsync("shop", "staging")).ShouldBe(Map(("DEBUG_MODE", "false"), ("STRIPE_SECRET_KEY", "sk_test")));
    }

    [Fact]
    public async Task The_answer_says_what_it_was_made_from()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("B", "2");
        await account.HasSecretAsync("A", "1");

        var answer = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        answer.ShouldBe(200).Text.ShouldBe(
            """{"data":{"A":"1","B":"2"},"meta":{"revision":4,"count":2,"site":"shop","environment":"production","environment_type":"production","expired":[],"withheld":[],"warnings":[]},"""
            + "\"message\":\"Merged map retrieved successfully\",\"http_status\":200}");
        answer.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
    }

    [Fact]
    public async Task An_environment_without_secrets_gets_an_empty_map()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        (await account.InjectAsync("shop", "production")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_flat_path_gives_the_same_bytes()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "1");
        var id = (await account.Client.GetAsync("/sites/shop/environments/production")).Id;

        var nested = await account.Client.GetAsync("/sites/shop/environments/production/injection");
        var flat = await account.Client.GetAsync($"/environments/{id}/injection");

        flat.ShouldBe(200).Text.ShouldBe(nested.Text);
        flat.Headers["ETag"].ShouldBe(nested.Headers["ETag"]);
    }

    [Fact]
    public async Task The_entity_tag_stays_while_the_answer_does_and_changes_with_it()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "1");
        var first = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        var again = await account.Client.GetAsync("/sites/shop/environments/production/injection");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "1" });
        var afterNothing = await account.Client.GetAsync("/sites/shop/environments/production/injection");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        var afterChange = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        again.Headers["ETag"].ShouldBe(first.Headers["ETag"]);
        afterNothing.Headers["ETag"].ShouldBe(first.Headers["ETag"]);
        afterChange.Headers["ETag"].ShouldNotBe(first.Headers["ETag"]);
        first.Headers["ETag"].ShouldMatch("^\"[0-9a-f]{32}\"$");
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("\"other\", {0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    [InlineData("not an entity tag", 200)]
    public async Task An_answer_that_the_caller_holds_is_not_sent_again(string header, int status)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "1");
        var held = (await account.Client.GetAsync("/sites/shop/environments/production/injection")).Headers["ETag"];

        var answer = await account.Client.GetAsync(
            "/sites/shop/environments/production/injection", ("If-None-Match", header.Replace("{0}", held, StringComparison.Ordinal)));

        answer.ShouldBe(status).Headers["ETag"].ShouldBe(held);
        answer.Text.Length.ShouldBe(status == 304 ? 0 : answer.Text.Length);
    }

    [Fact]
    public async Task Equal_maps_of_two_accounts_have_different_entity_tags()
    {
        var first = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var second = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await first.HasSecretAsync("A", "1");
        await second.HasSecretAsync("A", "1");

        var one = await first.Client.GetAsync("/sites/shop/environments/production/injection");
        var other = await second.Client.GetAsync("/sites/shop/environments/production/injection");

        one.Text.ShouldBe(other.Text);
        one.Headers["ETag"].ShouldNotBe(other.Headers["ETag"]);
    }

    [Fact]
    public async Task Every_value_comes_back_byte_for_byte()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "");
        var values = HardValues.Concat(
            Gen.Sample(ArbMap.Default.GeneratorFor<NonNull<string>>(), 40).Select(v => v.Get.Replace("\0", "", StringComparison.Ordinal)).Where(IsUnicode));

        foreach (var value in values)
        {
            (await account.Client.PutAsync($"/secrets/{id}", new { value })).ShouldBe(200);
            (await account.InjectAsync("shop", "production"))["A"].ShouldBe(value);
        }
    }

    [Fact]
    public async Task A_name_that_became_reserved_later_is_left_out_and_said_so()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("KEPT", "1");
        var id = await account.HasSecretAsync("ONCE_FINE", "1");
        await server.ExecuteSqlAsync("UPDATE secrets SET name = 'AWS_REGION' WHERE account_id = $1 AND id = $2", account.Id, Guid.Parse(id));

        var answer = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        Account.VariablesOf(answer.ShouldBe(200)).ShouldBe(Map(("KEPT", "1")));
        answer.Json.GetProperty("meta").GetProperty("warnings")[0].GetString().ShouldBe("AWS_REGION is reserved and was left out.");
    }

    [Fact]
    public async Task A_map_is_read_from_one_snapshot_while_two_secrets_change_together()
    {
        // Two secrets of one value are changed by one statement; a read that sees one of them changed and not the other would be torn.
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("B", "1");
        var flips = Enumerable.Range(0, 40).Select(async flip => await server.ExecuteSqlAsync(
            $"UPDATE secrets SET deleted_at = {(flip % 2 == 0 ? "now()" : "NULL")} WHERE account_id = $1", account.Id));
        var flipping = Task.Run(async () =>
        {
            foreach (var flip in flips)
            {
                await flip;
            }
        });

        while (!flipping.IsCompleted)
        {
            (await account.InjectAsync("shop", "production")).Count.ShouldBeOneOf(0, 2);
        }

        await flipping;
    }

    [Fact]
    public async Task A_map_of_another_accounts_environment_does_not_exist()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "canary-value");
        var stranger = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        (await stranger.InjectAsync("shop", "production")).ShouldBeEmpty();
    }

    private static readonly string[] HardValues =
    [
        " leading and trailing ", "\t", "a\nb", "a\r\nb\r\n", "\n", "\\", "\\n", "trailing\\", "\"", "'", "`", "'\"`", "#", "a #b", "$HOME", "${HOME}",
        "$(id)", "`id`", "%PATH%", "a=b", "{\"json\": [1, \"two\"]}", "-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n", "*", "~", "!", "&&", ";",
        "é", "😀", "\u202Ertl", "\uFEFFbom", "\u0085", "\u2028", "\u0001\u001f\u007f", "\ufffd", "<script>", "null", "true", "0123", "1e3", "=",
        "$2b$12$abcdefghijklmnopqrstuuVhXJ9cFGLGvmC6NBPQ1XgGqKZ5mGm3S", new('x', 10_000),
    ];

    // FsCheck also makes halves of surrogate pairs, which are no Unicode text and are refused.
    private static bool IsUnicode(string text)
    {
        try
        {
            new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
            return true;
        }
        catch (System.Text.EncoderFallbackException)
        {
            return false;
        }
    }

    private static Dictionary<string, string> Map(params (string Key, string Value)[] pairs) =>
        pairs.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
}

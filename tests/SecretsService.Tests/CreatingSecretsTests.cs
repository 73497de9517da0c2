using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class CreatingSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_created_secret_is_answered_with_everything_but_its_value()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync(
            "/global-secrets", new { key = "STRIPE_SECRET_KEY", value = "sk_live_1", description = "Payments" });

        answer.ShouldBe(201).Message.ShouldBe("Global secret created successfully");
        answer.Data.GetProperty("key").GetString().ShouldBe("STRIPE_SECRET_KEY");
        answer.Data.GetProperty("is_secret").GetBoolean().ShouldBeTrue();
        answer.Data.GetProperty("scope").GetProperty("owner").GetString().ShouldBe("global");
        answer.Data.GetProperty("scope").GetProperty("selector").GetString().ShouldBe("any");
        answer.Data.GetProperty("version").GetInt32().ShouldBe(1);
        answer.Data.GetProperty("fingerprint").GetString()!.Length.ShouldBe(8);
        answer.Data.GetProperty("description").GetString().ShouldBe("Payments");
        answer.Data.GetProperty("created_by").GetString().ShouldBe("test key");
        answer.Data.GetProperty("created_at").GetString()!.ShouldEndWith("Z");
        answer.Data.TryGetProperty("value", out _).ShouldBeFalse();
        answer.Text.ShouldNotContain("sk_live_1");
    }

    [Fact]
    public async Task What_a_create_answers_is_what_a_get_answers()
    {
        var account = await server.NewAccountAsync();
        var created = await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1" });

        var read = await account.Client.GetAsync($"/global-secrets/{created.Id}");

        read.ShouldBe(200).Data.GetRawText().ShouldBe(created.Data.GetRawText());
    }

    [Fact]
    public async Task A_secret_of_an_environment_says_which()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        var answer = await account.Client.PostAsync("/sites/shop/environments/production/secrets", new { key = "A", value = "1" });

        answer.ShouldBe(201).Message.ShouldBe("Environment secret created successfully");
        var scope = answer.Data.GetProperty("scope");
        scope.GetProperty("owner").GetString().ShouldBe("site");
        scope.GetProperty("site").GetString().ShouldBe("shop");
        scope.GetProperty("selector").GetString().ShouldBe("environment");
        scope.GetProperty("environment").GetString().ShouldBe("production");
    }

    [Theory]
    [InlineData("DB_NAME")]
    [InlineData("DB_USER")]
    [InlineData("DB_PASSWORD")]
    [InlineData("DB_HOST")]
    [InlineData("DB_CHARSET")]
    [InlineData("DB_COLLATE")]
    [InlineData("db_password")]
    [InlineData("YMIR_")]
    [InlineData("YMIR_ANYTHING")]
    [InlineData("AWS_REGION")]
    [InlineData("Aws_Secret_Access_Key")]
    public async Task A_reserved_key_is_refused_in_any_letter_case(string key)
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync("/global-secrets", new { key, value = "canary" });

        answer.ShouldBeError(422, "validation_failed").ShouldBlame("key", "reserved");
    }

    [Theory]
    [InlineData("DB_NAMES")]
    [InlineData("MY_DB_NAME")]
    [InlineData("AWS")]
    [InlineData("YMIR")]
    [InlineData("_")]
    [InlineData("a")]
    [InlineData("stripe_api_key")]
    [InlineData("Mixed_Case_9")]
    public async Task A_key_that_only_looks_like_a_reserved_one_is_taken(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key, value = "1" })).ShouldBe(201);
    }

    [Theory]
    [InlineData("")]
    [InlineData("9LIVES")]
    [InlineData("WITH SPACE")]
    [InlineData("WITH-HYPHEN")]
    [InlineData("A=B")]
    [InlineData("A\n")]
    [InlineData("A\u0000")]
    [InlineData("ÜMLAUT")]
    [InlineData("$(id)")]
    public async Task A_key_that_is_no_name_of_a_variable_is_refused(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key, value = "1" }))
            .ShouldBeError(422, "validation_failed").ShouldBlame("key", "letter or underscore first");
    }

    [Fact]
    public async Task A_key_of_256_characters_is_taken_and_one_of_257_refused()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key = new string('K', 256), value = "1" })).ShouldBe(201);
        (await account.Client.PostAsync("/global-secrets", new { key = new string('K', 257), value = "1" })).ShouldBlame("key", "256");
    }

    [Theory]
    [InlineData("a", 65_536, 1)]
    [InlineData("é", 32_768, 2)]
    [InlineData("😀", 16_384, 4)]
    public async Task A_value_of_65536_bytes_is_taken_and_one_byte_more_refused(string character, int count, int bytes)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var value = string.Concat(Enumerable.Repeat(character, count));
        (count * bytes).ShouldBe(65_536);

        (await account.Client.PostAsync("/global-secrets", new { key = "A", value })).ShouldBe(201);
        (await account.Client.PostAsync("/global-secrets", new { key = "B", value = value + "x" })).ShouldBlame("value", "65536");

        (await account.InjectAsync("shop", "production")).ShouldHaveSingleItem().Value.ShouldBe(value);
    }

    [Fact]
    public async Task A_value_with_a_NUL_is_refused()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key = "A", value = "a\0b" })).ShouldBlame("value", "NUL");
    }

    [Fact]
    public async Task A_description_of_1024_characters_is_taken_and_one_more_refused()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1", description = new string('d', 1024) })).ShouldBe(201);
        (await account.Client.PostAsync("/global-secrets", new { key = "B", value = "1", description = new string('d', 1025) }))
            .ShouldBlame("description", "1024");
        (await account.Client.PostAsync("/global-secrets", new { key = "C", value = "1", description = "a\0b" }))
            .ShouldBlame("description", "control characters");
    }

    [Theory]
    [InlineData("TOKEN")]
    [InlineData("token")]
    [InlineData("Token")]
    public async Task A_key_that_the_scope_has_already_is_refused_in_any_letter_case(string again)
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("TOKEN", "1");

        (await account.Client.PostAsync("/global-secrets", new { key = again, value = "2" }))
            .ShouldBeError(422, "name_taken").ShouldBlame("key", "has already been taken");
    }

    [Fact]
    public async Task The_same_key_may_stand_at_each_scope_and_in_each_account()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        await account.HasSecretAsync("A", "global");
        await account.HasSecretAsync("shop", "production", "A", "production");
        await account.HasSecretAsync("shop", "staging", "A", "staging");

        await (await server.NewAccountAsync()).HasSecretAsync("A", "other account");
    }

    [Fact]
    public async Task A_scope_holds_100_secrets_and_not_one_more()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        foreach (var number in Enumerable.Range(1, 100))
        {
            await account.HasSecretAsync($"KEY_{number}", "1");
        }

        (await account.Client.PostAsync("/global-secrets", new { key = "KEY_101", value = "1" }))
            .ShouldBeError(422, "limit_reached").ShouldBlame("key", "100 secrets");
        await account.HasSecretAsync("shop", "production", "KEY_101", "another scope has room");
    }

    [Fact]
    public async Task Of_many_that_create_the_same_key_at_once_one_succeeds()
    {
        var account = await server.NewAccountAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number =>
            account.Client.PostAsync("/global-secrets", new { key = number % 2 == 0 ? "RACE" : "race", value = $"{number}" })));

        answers.Count(a => a.Status == 201).ShouldBe(1);
        answers.Where(a => a.Status != 201).ShouldAllBe(a => a.Status == 422);
    }

    [Fact]
    public async Task Many_that_create_at_once_cannot_pass_the_limit_together()
    {
        var account = await server.NewAccountAsync();
        await Task.WhenAll(Enumerable.Range(0, 92).Select(number => account.HasSecretAsync($"KEY_{number}", "1")));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number =>
            account.Client.PostAsync("/global-secrets", new { key = $"MORE_{number}", value = "1" })));

        answers.Count(a => a.Status == 201).ShouldBe(8);
    }

    [Fact]
    public async Task Equal_values_have_equal_fingerprints_within_an_account_and_others_between_accounts()
    {
        var account = await server.NewAccountAsync();
        var other = await server.NewAccountAsync();

        var first = await account.Client.PostAsync("/global-secrets", new { key = "A", value = "same" });
        var second = await account.Client.PostAsync("/global-secrets", new { key = "B", value = "same" });
        var third = await account.Client.PostAsync("/global-secrets", new { key = "C", value = "different" });
        var elsewhere = await other.Client.PostAsync("/global-secrets", new { key = "A", value = "same" });

        Fingerprint(second).ShouldBe(Fingerprint(first));
        Fingerprint(third).ShouldNotBe(Fingerprint(first));
        Fingerprint(elsewhere).ShouldNotBe(Fingerprint(first));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync(
            "/global-secrets", new { key = "DB_NAME", value = "a\0b", description = new string('d', 2000) });

        answer.ShouldBe(422).Errors.Keys.ShouldBe(["key", "value", "description"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_environment_that_is_not_there_takes_no_secret()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        (await account.Client.PostAsync("/sites/shop/environments/nowhere/secrets", new { key = "A", value = "1" }))
            .ShouldBeError(404, "not_found").Message.ShouldBe("Environment not found");
        (await account.Client.PostAsync("/sites/nowhere/environments/production/secrets", new { key = "A", value = "1" }))
            .ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
    }

    private static string? Fingerprint(ApiAnswer answer) => answer.ShouldBe(201).Data.GetProperty("fingerprint").GetString();
}

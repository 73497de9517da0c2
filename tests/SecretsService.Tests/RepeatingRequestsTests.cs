using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A client that lost a connection sends its request again with the same idempotency key, and nothing is done twice.</summary>
public sealed class RepeatingRequestsTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    private static readonly (string Name, string Value) Key = ("Idempotency-Key", "9f5c2a0e-first");
    private static readonly (string Name, string Value) OtherKey = ("Idempotency-Key", "9f5c2a0e-second");

    [Fact]
    public async Task A_repeated_creation_gets_the_first_answer_and_creates_nothing()
    {
        var account = await server.NewAccountAsync();
        var first = (await CreateAsync(account, "A", "1", Key)).ShouldBe(201);

        var second = await CreateAsync(account, "A", "1", Key);

        ShouldBeTheSame(second, first);
        IsReplay(first).ShouldBeFalse();
        second.Headers["Location"].ShouldBe($"/api/v1/vector/secrets/{first.Id}");
        second.Headers["ETag"].ShouldNotBeNullOrEmpty();
        second.Headers["Cache-Control"].ShouldBe("no-store");
        second.Headers["X-Request-Id"].ShouldNotBe(first.Headers["X-Request-Id"]);
        (await SecretsOfAsync(account)).ShouldBe(1);
    }

    [Fact]
    public async Task A_repeated_change_answers_with_the_version_that_it_made_whatever_came_after()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        var first = (await account.Client.PutAsync($"/secrets/{id}", new { value = "2" }, Key)).ShouldBe(200);
        await account.Client.PutAsync($"/secrets/{id}", new { value = "3" }, OtherKey);

        ShouldBeTheSame(await account.Client.PutAsync($"/secrets/{id}", new { value = "2" }, Key), first);

        first.Data.GetProperty("version").GetInt32().ShouldBe(2);
        (await account.Client.GetAsync($"/secrets/{id}")).Data.GetProperty("version").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_is_repeated_too()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "same");

        var first = (await account.Client.PutAsync($"/secrets/{id}", new { value = "same" }, Key)).ShouldBe(200);

        ShouldBeTheSame(await account.Client.PutAsync($"/secrets/{id}", new { value = "same" }, Key), first);
        first.Data.GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_is_done_under_a_key_is_in_the_merged_map_and_moves_its_revision()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var before = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        await CreateAsync(account, "A", "1", Key);
        await CreateAsync(account, "A", "1", Key);

        var after = await account.Client.GetAsync("/sites/shop/environments/production/injection");
        Account.VariablesOf(after)["A"].ShouldBe("1");
        RevisionOf(after).ShouldBe(RevisionOf(before) + 1);
    }

    [Theory]
    [InlineData("another body")]
    [InlineData("another path")]
    [InlineData("another method")]
    [InlineData("another If-Match")]
    [InlineData("another Content-Type")]
    public async Task Another_request_with_the_same_key_is_refused(string difference)
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        var other = await account.HasSecretAsync("B", "1");
        (await account.Client.PutAsync($"/secrets/{id}", """{"value": "2"}""", Key)).ShouldBe(200);

        var answer = difference switch
        {
            "another body" => await account.Client.PutAsync($"/secrets/{id}", """{"value": "2" }""", Key),
            "another path" => await account.Client.PutAsync($"/secrets/{other}", """{"value": "2"}""", Key),
            "another method" => await account.Client.PostAsync("/global-secrets", """{"key": "C", "value": "2"}""", Key),
            "another If-Match" => await account.Client.PutAsync($"/secrets/{id}", """{"value": "2"}""", Key, ("If-Match", "*")),
            _ => await account.Client.SendAsync(HttpMethod.Put, $"/secrets/{id}", JsonWithoutCharset("""{"value": "2"}"""), Key),
        };

        answer.ShouldBeError(422, "idempotency_key_reused").ShouldBlame("Idempotency-Key", "another request");
        (await account.Client.GetAsync($"/secrets/{other}")).Data.GetProperty("version").GetInt32().ShouldBe(1);
        (await SecretsOfAsync(account)).ShouldBe(2);
    }

    [Fact]
    public async Task A_query_that_was_added_makes_it_another_request()
    {
        var account = await server.NewAccountAsync();
        await CreateAsync(account, "A", "1", Key);

        (await account.Client.PostAsync("/global-secrets?page=1", new { key = "A", value = "1" }, Key)).ShouldBeError(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Each_API_key_has_idempotency_keys_of_its_own()
    {
        var account = await server.NewAccountAsync();
        var colleague = await server.NewKeyOfAsync(account);
        var stranger = await server.NewAccountAsync();
        await CreateAsync(account, "A", "1", Key);

        (await CreateAsync(colleague, "B", "1", Key)).ShouldBe(201);
        (await CreateAsync(stranger, "A", "1", Key)).ShouldBe(201);
        (await CreateAsync(colleague, "A", "1", OtherKey)).ShouldBeError(422, "name_taken");
    }

    [Fact]
    public async Task Of_sixteen_at_once_one_is_done_and_all_get_its_answer()
    {
        var account = await server.NewAccountAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CreateAsync(account, "A", "1", Key)));

        answers.ShouldAllBe(answer => answer.Status == 201 && answer.Text == answers[0].Text && answer.Headers["ETag"] == answers[0].Headers["ETag"]);
        answers.Count(answer => !IsReplay(answer)).ShouldBe(1);
        (await SecretsOfAsync(account)).ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_not_kept_so_that_the_mended_request_may_use_the_key()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("TAKEN", "1");

        (await CreateAsync(account, "TAKEN", "1", Key)).ShouldBeError(422, "name_taken");
        (await CreateAsync(account, "DB_NAME", "1", Key)).ShouldBeError(422, "validation_failed");

        (await CreateAsync(account, "FREE", "1", Key)).ShouldBe(201);
        (await SecretsOfAsync(account)).ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("two\twords")]
    [InlineData(256)]
    public async Task A_key_that_is_none_is_refused(object key)
    {
        var account = await server.NewAccountAsync();
        var text = key is int length ? new string('k', length) : (string)key;

        (await CreateAsync(account, "A", "1", ("Idempotency-Key", text))).ShouldBeError(422, "validation_failed").ShouldBlame("Idempotency-Key", "UUID");

        (await SecretsOfAsync(account)).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_sent_twice_is_refused()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1" }, Key, OtherKey)).ShouldBlame("Idempotency-Key", "one key");
    }

    [Fact]
    public async Task A_key_may_have_255_characters_of_any_visible_kind()
    {
        var account = await server.NewAccountAsync();
        var key = ("Idempotency-Key", string.Concat(Enumerable.Range('!', 94).Select(c => (char)c)).PadRight(255, 'k'));

        var first = (await CreateAsync(account, "A", "1", key)).ShouldBe(201);

        ShouldBeTheSame(await CreateAsync(account, "A", "1", key), first);
    }

    [Fact]
    public async Task After_24_hours_the_key_is_free_again()
    {
        var account = await server.NewAccountAsync();
        var first = await CreateAsync(account, "A", "1", Key);
        server.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        ShouldBeTheSame(await CreateAsync(account, "A", "1", Key), first);

        server.Clock.Advance(TimeSpan.FromSeconds(1));

        (await CreateAsync(account, "A", "1", Key)).ShouldBeError(422, "name_taken");
        IsReplay((await CreateAsync(account, "B", "1", Key)).ShouldBe(201)).ShouldBeFalse();
        IsReplay((await CreateAsync(account, "B", "1", Key)).ShouldBe(201)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_kept_answer_cannot_be_read_in_the_database()
    {
        var account = await server.NewAccountAsync();
        var id = (await CreateAsync(account, "READABLE_NAME", "1", Key)).Id;

        foreach (var text in new[] { "READABLE", "created successfully", "application/json", "/api/v1", id })
        {
            (await server.QuerySqlAsync<long>(
                "SELECT count(*) FROM idempotency_records WHERE account_id = $1 AND position(convert_to($2, 'UTF8') IN sealed_answer) > 0", account.Id, text))
                .ShouldBe(0, text);
        }

        (await server.QuerySqlAsync<long>("SELECT count(*) FROM idempotency_records WHERE account_id = $1", account.Id)).ShouldBe(1);
    }

    [Theory]
    [InlineData("sealed_answer = set_byte(sealed_answer, 20, get_byte(sealed_answer, 20) # 1)")]
    [InlineData("sealed_answer = ''")]
    [InlineData("sealed_answer = (SELECT o.sealed_answer FROM idempotency_records o WHERE o.account_id = $1 AND o.key LIKE '%second')")]
    [InlineData("id = gen_random_uuid()")]
    public async Task A_kept_answer_that_was_changed_or_moved_is_not_given(string change)
    {
        var account = await server.NewAccountAsync();
        await CreateAsync(account, "A", "1", Key);
        await CreateAsync(account, "B", "1", OtherKey);

        await server.ExecuteSqlAsync($"UPDATE idempotency_records SET {change} WHERE account_id = $1 AND key LIKE '%first'", account.Id);

        (await CreateAsync(account, "A", "1", Key)).ShouldBeError(500, "value_unreadable");
        (await CreateAsync(account, "B", "1", OtherKey)).ShouldBe(201);
        server.Log.Lines.ShouldContain(line => line.Text.Contains("kept answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kept_answer_is_not_given_to_another_API_key_that_its_row_was_changed_to()
    {
        var account = await server.NewAccountAsync();
        var thief = await server.NewKeyOfAsync(account);
        await CreateAsync(account, "A", "1", Key);

        await server.ExecuteSqlAsync(
            "UPDATE idempotency_records r SET api_key_id = k.id FROM api_keys k WHERE r.account_id = $1 AND k.account_id = $1 AND k.name = 'another key'",
            account.Id);

        (await CreateAsync(thief, "A", "1", Key)).ShouldBeError(500, "value_unreadable");
    }

    [Fact]
    public async Task The_change_is_undone_where_its_answer_cannot_be_kept()
    {
        var account = await server.NewAccountAsync();
        await server.ExecuteSqlAsync(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$");
        await server.ExecuteSqlAsync(
            $"CREATE TRIGGER refuse BEFORE INSERT ON idempotency_records FOR EACH ROW WHEN (NEW.account_id = '{account.Id}') EXECUTE FUNCTION refuse()");

        (await CreateAsync(account, "A", "1", Key)).ShouldBeError(500, "internal_error");
        (await SecretsOfAsync(account)).ShouldBe(0);

        await server.ExecuteSqlAsync("DROP TRIGGER refuse ON idempotency_records");
        (await CreateAsync(account, "A", "1", Key)).ShouldBe(201);
    }

    [Fact]
    public async Task A_repeated_site_is_the_same_site()
    {
        var account = await server.NewAccountAsync();
        var first = (await account.Client.PostAsync("/sites", new { name = "Shop" }, Key)).ShouldBe(201);

        ShouldBeTheSame(await account.Client.PostAsync("/sites", new { name = "Shop" }, Key), first);

        (await account.Client.GetAsync("/sites")).Data.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Other_methods_pass_over_the_header()
    {
        var account = await server.NewAccountAsync();
        var id = (await CreateAsync(account, "A", "1", Key)).Id;

        (await account.Client.GetAsync("/global-secrets", Key)).ShouldBe(200);
        (await account.Client.SendAsync(HttpMethod.Delete, $"/secrets/{id}", content: null, Key)).ShouldBe(200);
        (await account.Client.SendAsync(HttpMethod.Delete, $"/secrets/{id}", content: null, Key)).ShouldBe(404);
    }

    private static Task<ApiAnswer> CreateAsync(Account account, string key, string value, (string Name, string Value) header) =>
        account.Client.PostAsync("/global-secrets", new { key, value }, header);

    private static StringContent JsonWithoutCharset(string json)
    {
        var content = new StringContent(json);
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private static void ShouldBeTheSame(ApiAnswer answer, ApiAnswer first)
    {
        string[] own = ["X-Request-Id", "Idempotency-Replayed", "Date"];
        answer.ShouldBe(first.Status).Text.ShouldBe(first.Text);
        answer.Headers.Where(h => !own.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).ShouldBe(
            first.Headers.Where(h => !own.Contains(h.Key, StringComparer.OrdinalIgnoreCase)), ignoreOrder: true);
        IsReplay(answer).ShouldBeTrue();
    }

    private static bool IsReplay(ApiAnswer answer) => answer.Headers.TryGetValue("Idempotency-Replayed", out var replayed) && replayed == "true";

    private static long RevisionOf(ApiAnswer map) => map.Json.GetProperty("meta").GetProperty("revision").GetInt64();

    private Task<long> SecretsOfAsync(Account account) =>
        server.QuerySqlAsync<long>("SELECT count(*) FROM secrets WHERE account_id = $1", account.Id);
}

using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>Whatever somebody who can write to the database does to the audit trail, a verification finds it and names the first broken record.</summary>
public sealed class VerifyingTrailsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Row3 = "WHERE account_id = @account AND seq = 3";
    private const string OfAccount = "WHERE account_id = @account";

    [Fact]
    public async Task Four_run_at_once_for_an_account_and_the_next_is_told_to_come_again()
    {
        var (account, other) = (await server.WithSixRecordsAsync(), await server.WithSixRecordsAsync());
        List<Task<ApiAnswer>> running = [];
        await using (await server.LockChainAsync(account))
        {
            // What has no place yet gets one first, and that waits for the lock.
            await server.RecordAsync(account, "seven");
            running.AddRange(Enumerable.Range(0, 5).Select(_ => account.Client.GetAsync("/events/verify")));
            var refused = await Task.WhenAny(running).WaitAsync(TimeSpan.FromSeconds(20));
            running.Remove(refused);

            (await refused).ShouldBeError(429, "rate_limited").Headers["Retry-After"].ShouldBe("5");
            (await account.Client.GetAsync("/events/export")).ShouldBe(429);
            (await other.VerifyAsync()).ShouldBe("ok");
        }

        (await Task.WhenAll(running)).ShouldAllBe(answer => answer.Status == 200);
        (await account.VerifyAsync()).ShouldBe("ok");
        (await account.Client.GetAsync("/events/export")).ShouldBe(200);
    }

    [Fact]
    public async Task A_trail_that_nobody_touched_is_whole_and_says_from_where_to_where()
    {
        var account = await server.WithSixRecordsAsync();
        await server.RecordWithManifestAsync(account, """{"A": {"secret_id": "x", "version": 1}}""");

        var found = (await account.Client.GetAsync("/events/verify")).ShouldBe(200).Data;

        found.GetProperty("ok").GetBoolean().ShouldBeTrue(found.GetRawText());
        found.GetProperty("events").GetInt64().ShouldBe(9);
        found.GetProperty("rows").GetInt64().ShouldBe(7);
        found.GetProperty("first_seq").GetInt64().ShouldBe(1);
        found.GetProperty("last_seq").GetInt64().ShouldBe(9);
        found.GetProperty("head").GetProperty("seq").GetInt64().ShouldBe(9);
        found.GetProperty("pruned").ValueKind.ShouldBe(JsonValueKind.Null);
        found.TryGetProperty("problem", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task An_account_without_records_has_nothing_that_could_be_broken() => (await (await server.NewAccountAsync()).VerifyAsync()).ShouldBe("ok");

    [Theory]
    [InlineData("the first one is deleted", "missing 1", "DELETE FROM events WHERE account_id = @account AND seq = 1")]
    [InlineData("one in the middle is deleted", "missing 3", $"DELETE FROM events {Row3}")]
    [InlineData("the last one is deleted", "missing 6", "DELETE FROM events WHERE account_id = @account AND seq = 6")]
    [InlineData("all are deleted", "missing 1", $"DELETE FROM events {OfAccount}")]
    [InlineData("the count", "changed 3", $"UPDATE events SET count = 2 {Row3}")]
    [InlineData("a count of none", "changed 3", $"UPDATE events SET count = 0 {Row3}")]
    [InlineData("the id", "changed 3", $"UPDATE events SET id = gen_random_uuid() {Row3}")]
    [InlineData("the event", "changed 3", $"UPDATE events SET event = 'secret.created' {Row3}")]
    [InlineData("the actor's kind", "changed 3", $"UPDATE events SET actor_type = 'api_key' {Row3}")]
    [InlineData("the actor", "changed 3", $"UPDATE events SET actor_id = gen_random_uuid() {Row3}")]
    [InlineData("the actor's name", "changed 3", $"UPDATE events SET actor_name = 'another' {Row3}")]
    [InlineData("the address", "changed 3", $"UPDATE events SET actor_ip = '' {Row3}")]
    [InlineData("the resource's kind", "changed 3", $"UPDATE events SET resource_type = 'site' {Row3}")]
    [InlineData("the resource", "changed 3", $"UPDATE events SET resource_id = NULL {Row3}")]
    [InlineData("the site", "changed 3", $"UPDATE events SET site_id = gen_random_uuid() {Row3}")]
    [InlineData("the environment", "changed 3", $"UPDATE events SET environment_id = gen_random_uuid() {Row3}")]
    [InlineData("the app", "changed 3", $"UPDATE events SET app_id = gen_random_uuid() {Row3}")]
    [InlineData("the manifest", "changed 3", $"UPDATE events SET manifest = '' {Row3}")]
    [InlineData("the context", "changed 3", $"UPDATE events SET context = '{{}}' {Row3}")]
    [InlineData("a space in the context", "changed 3", $"UPDATE events SET context = (context::text || ' ')::json {Row3}")]
    [InlineData("the time", "changed 3", $"UPDATE events SET occurred_at = occurred_at + interval '1 microsecond' {Row3}")]
    [InlineData("a time that .NET has none for", "changed 3", $"UPDATE events SET occurred_at = '0044-03-15 BC' {Row3}")]
    [InlineData("a time after all that .NET has", "changed 3", $"UPDATE events SET occurred_at = '20000-01-01' {Row3}")]
    [InlineData("such a time of the last one", "changed 6", "UPDATE events SET occurred_at = '0044-03-15 BC' WHERE account_id = @account AND seq = 6")]
    [InlineData("the hash", "changed 3", $"UPDATE events SET hash = sha256(hash) {Row3}")]
    [InlineData("the tag", "forged 3", $"UPDATE events SET tag = sha256(tag) {Row3}")]
    [InlineData("the last one's place", "changed 8", "UPDATE events SET seq = 8 WHERE account_id = @account AND seq = 6")]
    [InlineData("two change places", "reordered 2", "UPDATE events SET seq = 99 WHERE account_id = @account AND seq = 2; UPDATE events SET seq = 2 WHERE account_id = @account AND seq = 5; UPDATE events SET seq = 5 WHERE account_id = @account AND seq = 99")]
    [InlineData("the end is set back", "head 4", $"UPDATE event_chains SET seq = 4, hash = (SELECT hash FROM events e WHERE e.account_id = @account AND e.seq = 4) {OfAccount}")]
    [InlineData("the end's hash", "head 6", $"UPDATE event_chains SET hash = sha256(hash) {OfAccount}")]
    [InlineData("the end's tag", "head 6", $"UPDATE event_chains SET tag = sha256(tag) {OfAccount}")]
    [InlineData("the end is deleted", "head 0", $"DELETE FROM event_chains {OfAccount}")]
    [InlineData("the oldest are deleted as if they were old", "pruned 2", $"DELETE FROM events WHERE account_id = @account AND seq <= 1; UPDATE event_chains SET pruned_seq = 2, pruned_hash = (SELECT hash FROM events e WHERE e.account_id = @account AND e.seq = 2) {OfAccount}; DELETE FROM events WHERE account_id = @account AND seq = 2")]
    public async Task What_was_done_to_a_record_is_found(string what, string problem, string sql)
    {
        var account = await server.WithSixRecordsAsync();

        await server.TamperAsync(account, sql);

        (await account.VerifyAsync()).ShouldBe(problem, what);
        await server.RecordAsync(account, "seven");
        (await account.VerifyAsync()).ShouldBe(problem, $"{what}, and then the service goes on");
    }

    [Fact]
    public async Task A_broken_record_is_named_by_its_id()
    {
        var account = await server.WithSixRecordsAsync();
        var third = (await server.RowsOfAsync(account))[2];

        await server.TamperAsync(account, $"UPDATE events SET actor_name = 'nobody' {Row3}");

        var found = (await account.Client.GetAsync("/events/verify")).ShouldBe(200);
        found.Data.GetProperty("problem").GetProperty("id").GetGuid().ShouldBe(third.Id);
        found.Data.GetProperty("last_seq").GetInt64().ShouldBe(2);
        found.Message.ShouldBe("The audit trail is broken");
    }

    [Fact]
    public async Task A_chain_that_was_computed_anew_without_the_key_is_forged_from_the_first_change_on()
    {
        var account = await server.WithSixRecordsAsync();
        await server.TamperAsync(account, $"UPDATE events SET actor_name = 'nobody' {Row3}");

        await server.RecomputeAsync(account, from: 3);

        (await account.VerifyAsync()).ShouldBe("forged 3");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-7)]
    public async Task A_record_that_is_put_before_the_beginning_is_found_and_listed_nowhere(int place)
    {
        var account = await server.WithSixRecordsAsync();
        await InsertCopyAsync(account, of: 3, at: place);

        (await account.VerifyAsync()).ShouldBe($"inserted {place}");
        (await account.Client.GetAsync("/events")).ShouldBe(200).Data.GetArrayLength().ShouldBe(6);
        (await account.Client.GetAsync("/events?event=secret.updated")).ShouldBe(200).Data.GetArrayLength().ShouldBe(6);
    }

    [Fact]
    public async Task A_record_that_is_put_between_two_others_is_found()
    {
        var account = await server.WithSixRecordsAsync();
        await server.TamperAsync(account, "UPDATE events SET seq = seq + 1000 WHERE account_id = @account AND seq > 3");
        await server.TamperAsync(account, "UPDATE events SET seq = seq - 999 WHERE account_id = @account AND seq > 1000");
        await InsertCopyAsync(account, of: 3, at: 4);

        (await account.VerifyAsync()).ShouldBe("inserted 4");
    }

    [Fact]
    public async Task A_record_that_is_put_at_the_end_is_found()
    {
        var account = await server.WithSixRecordsAsync();
        await InsertCopyAsync(account, of: 3, at: 7);

        (await account.VerifyAsync()).ShouldBe("inserted 7");
    }

    [Fact]
    public async Task A_record_that_is_put_at_the_end_with_a_hash_that_follows_is_found()
    {
        var account = await server.WithSixRecordsAsync();
        await InsertCopyAsync(account, of: 6, at: 7);
        await server.TamperAsync(account, $"UPDATE event_chains SET seq = 7 {OfAccount}");
        await server.RecomputeAsync(account, from: 7);

        (await account.VerifyAsync()).ShouldBe("forged 7");
    }

    [Theory]
    [InlineData("INSERT INTO event_journal (account_id, id, records, tag, is_refused) VALUES (@account, gen_random_uuid(), '[]', '', false)")]
    [InlineData("UPDATE event_journal SET records = (records::text || ' ')::json WHERE account_id = @account")]
    [InlineData("UPDATE event_journal SET is_refused = true WHERE account_id = @account")]
    [InlineData("UPDATE event_journal SET id = gen_random_uuid() WHERE account_id = @account")]
    public async Task What_was_done_to_a_record_on_its_way_into_the_trail_is_found(string sql)
    {
        var account = await server.WithSixRecordsAsync();
        await using (await server.LockChainAsync(account))
        {
            await server.RecordAsync(account, "seven");
            await server.TamperAsync(account, sql);
        }

        (await account.VerifyAsync()).ShouldBe("journal");
    }

    [Fact]
    public async Task A_record_that_is_put_into_the_journal_again_is_not_sealed_twice()
    {
        var account = await server.WithSixRecordsAsync();
        await using (await server.LockChainAsync(account))
        {
            await server.RecordAsync(account, "seven");
            await server.TamperAsync(account, $"CREATE TABLE kept_{account.Id:N} AS SELECT * FROM event_journal {OfAccount}");
        }

        (await account.VerifyAsync()).ShouldBe("ok");
        await server.TamperAsync(account, $"INSERT INTO event_journal OVERRIDING USER VALUE SELECT * FROM kept_{account.Id:N}");

        (await account.VerifyAsync()).ShouldBe("journal");
        (await server.KeysInOrderAsync(account)).ShouldBe(["one", "two", "three", "four", "five", "six", "seven"]);
    }

    [Theory]
    [InlineData($"DELETE FROM event_manifests {OfAccount}")]
    [InlineData($"UPDATE event_manifests SET entries = '{{}}' {OfAccount}")]
    public async Task A_manifest_that_is_gone_or_changed_is_found(string sql)
    {
        var account = await server.WithSixRecordsAsync();
        await server.RecordWithManifestAsync(account, """{"A": {"secret_id": "x", "version": 1}}""");
        (await account.VerifyAsync()).ShouldBe("ok");

        await server.TamperAsync(account, sql);

        (await account.VerifyAsync()).ShouldBe("manifest 9");
    }

    [Fact]
    public async Task Nobody_but_an_unrestricted_key_with_the_ability_may_ask()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop");
        var other = await server.NewKeyOfAsync(account);
        await server.RecordAsync(account, "one");
        var site = Guid.Parse((await account.Client.GetAsync("/sites/shop")).Id);
        await server.TamperAsync(account, $"UPDATE api_keys SET sites = ARRAY['{site}']::uuid[] WHERE account_id = @account AND name = 'another key'; UPDATE accounts SET revision = revision + 1 WHERE id = @account");
        foreach (var path in new[] { "/events/verify", "/events/checkpoint" })
        {
            (await other.Client.GetAsync(path)).ShouldBeError(403, "forbidden").Message!.ShouldContain("restricted to a part of the account");
            (await account.Client.GetAsync(path + "?all=1")).ShouldBe(422);
            (await account.Client.GetAsync(path)).ShouldBe(200);
        }

        await server.TamperAsync(account, "UPDATE api_keys SET sites = '{}', abilities = '{secret:*}' WHERE account_id = @account AND name = 'another key'; UPDATE accounts SET revision = revision + 1 WHERE id = @account");
        (await other.Client.GetAsync("/events/verify")).ShouldBeError(403, "forbidden").Message!.ShouldContain("event:read");
    }

    private Task InsertCopyAsync(Account account, int of, int at) => server.TamperAsync(
        account,
        $"""
         INSERT INTO events SELECT account_id, {at}, count, gen_random_uuid(), event, actor_type, actor_id, 'forger', actor_ip, resource_type, resource_id,
             site_id, environment_id, app_id, manifest, context, occurred_at, hash, sha256(tag) FROM events WHERE account_id = @account AND seq = {of}
         """);
}

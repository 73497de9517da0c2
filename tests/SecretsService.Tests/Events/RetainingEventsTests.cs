using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>Records that are older than they are kept go from the beginning of the trail, and what is left still verifies.</summary>
public sealed class RetainingEventsTests(SweepingServer server) : IClassFixture<SweepingServer>
{
    [Fact]
    public async Task Old_records_go_and_the_trail_says_so_and_verifies()
    {
        var account = await server.WithSixRecordsAsync();
        await server.SweepAfterAsync(TimeSpan.FromDays(60));
        await server.RecordAsync(account, "seven");
        await server.SealAsync();

        await server.SweepAfterAsync(TimeSpan.FromDays(31));

        var found = (await account.Client.GetAsync("/events/verify")).ShouldBe(200).Data;
        found.GetProperty("ok").GetBoolean().ShouldBeTrue(found.GetRawText());
        found.GetProperty("pruned").GetProperty("seq").GetInt64().ShouldBe(6);
        found.GetProperty("first_seq").GetInt64().ShouldBe(7);
        found.GetProperty("last_seq").GetInt64().ShouldBe(8);
        (await server.QuerySqlAsync<string>("SELECT event || ' ' || context::text FROM events WHERE account_id = $1 AND seq = 8", account.Id))
            .ShouldBe("""events.pruned {"from_seq":1,"to_seq":6,"count":6}""");
    }

    [Fact]
    public async Task More_records_than_one_batch_holds_go_in_one_sweep()
    {
        var account = await server.NewAccountAsync();
        await server.RecordTogetherAsync(account, [.. Enumerable.Range(0, 2_100).Select(i => $"{i}")]);
        await server.SealAsync();

        await server.SweepAfterAsync(TimeSpan.FromDays(91));

        (await account.VerifyAsync()).ShouldBe("ok");
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1", account.Id)).ShouldBe(3);
    }

    [Fact]
    public async Task Records_that_were_tampered_with_are_kept_however_old_they_are()
    {
        var account = await server.WithSixRecordsAsync();
        await server.TamperAsync(account, "UPDATE events SET actor_name = 'nobody' WHERE account_id = @account AND seq = 3");

        await server.SweepAfterAsync(TimeSpan.FromDays(91));

        (await server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1", account.Id)).ShouldBe(6);
        server.Log.Lines.ShouldContain(line => line.Text.Contains($"audit trail of account {account.Id} is old enough to be deleted, but was changed", StringComparison.Ordinal));
        (await account.VerifyAsync()).ShouldBe("changed 3");
    }

    [Fact]
    public async Task An_account_whose_records_cannot_be_read_keeps_them_and_the_others_lose_theirs_all_the_same()
    {
        Account[] accounts = [await server.WithSixRecordsAsync(), await server.WithSixRecordsAsync(), await server.WithSixRecordsAsync()];
        await server.TamperAsync(accounts[1], "UPDATE events SET occurred_at = '4713-01-01 BC' WHERE account_id = @account AND seq = 1");

        await server.SweepAfterAsync(TimeSpan.FromDays(91));

        server.Log.Lines.ShouldContain(line => line.Text.Contains($"too old of account {accounts[1].Id} could not be deleted", StringComparison.Ordinal));
        foreach (var (account, kept) in accounts.Zip<Account, long>([1, 6, 1]))
        {
            (await server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1", account.Id)).ShouldBe(kept);
        }
    }

    [Fact]
    public async Task The_oldest_record_that_is_left_cannot_be_deleted_by_hand_unnoticed()
    {
        var account = await server.WithSixRecordsAsync();
        await server.SweepAfterAsync(TimeSpan.FromDays(91));
        await server.RecordAsync(account, "eight");
        await server.SealAsync();

        await server.TamperAsync(account, "DELETE FROM events WHERE account_id = @account AND seq = 7");

        (await account.VerifyAsync()).ShouldBe("missing 7");
    }

    [Fact]
    public async Task An_export_of_what_is_left_verifies_from_there_on()
    {
        var account = await server.WithSixRecordsAsync();
        await server.SweepAfterAsync(TimeSpan.FromDays(91));
        await server.RecordAsync(account, "eight");
        var lines = await server.ExportAsync(account);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines);
            await using var output = new StringWriter();

            (await SecretsService.Events.VerifyExportCommand.RunAsync(["--verify-export", file], output, output)).ShouldBe(0);

            output.ToString().ShouldContain("records 7 to 8 follow from each other");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_manifest_goes_with_the_last_record_that_names_it()
    {
        var account = await server.NewAccountAsync();
        await server.RecordWithManifestAsync(account, """{"A": 1}""");
        await server.SealAsync();

        await server.SweepAfterAsync(TimeSpan.FromDays(80));
        (await ManifestsOfAsync(account)).ShouldBe(1);
        await server.RecordWithManifestAsync(account, """{"B": 1}""");

        await server.SweepAfterAsync(TimeSpan.FromDays(11));
        (await ManifestsOfAsync(account)).ShouldBe(1);
        (await account.VerifyAsync()).ShouldBe("ok");
    }

    private Task<long> ManifestsOfAsync(Account account) => server.QuerySqlAsync<long>("SELECT count(*) FROM event_manifests WHERE account_id = $1", account.Id);
}

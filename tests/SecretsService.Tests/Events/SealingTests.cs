using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>Records get their places in the order in which they were written, and nobody who writes waits for that.</summary>
public sealed class SealingTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_record_that_waited_for_another_comes_after_it()
    {
        var account = await server.NewAccountAsync();
        string[] names = [.. Enumerable.Range(0, 60).Select(i => $"{i}")];
        await using (await server.LockChainOfNewAsync(account))
        {
            await server.RecordAsync(account, names);
        }

        (await server.KeysInOrderAsync(account)).ShouldBe(["first", .. names]);
    }

    [Fact]
    public async Task Records_of_one_transaction_keep_their_order()
    {
        var account = await server.NewAccountAsync();
        string[] names = [.. Enumerable.Range(0, 300).Select(i => $"{i}")];

        await server.RecordTogetherAsync(account, names);

        (await server.KeysInOrderAsync(account)).ShouldBe(names);
    }

    [Fact]
    public async Task Those_who_write_records_do_not_wait_for_the_chain()
    {
        var account = await server.WithSixRecordsAsync();
        await using (await server.LockChainAsync(account))
        {
            // Each would wait until the lock is gone, and that is after them.
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => account.HasSecretAsync($"KEY_{i}", "1"))).WaitAsync(TimeSpan.FromSeconds(20));
        }

        (await account.VerifyAsync()).ShouldBe("ok");
        (await server.RowsOfAsync(account)).Count.ShouldBe(14);
    }

    [Fact]
    public async Task Sealing_ends_though_records_keep_coming()
    {
        var account = await server.NewAccountAsync();
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 6).Select(async w =>
        {
            while (!enough.IsCancellationRequested)
            {
                await server.RecordAsync(account, $"of writer {w}");
            }
        }).ToList();

        // Once more than the first: what was written meanwhile waits for the second.
        await server.SealAsync().WaitAsync(TimeSpan.FromSeconds(20));
        await server.SealAsync().WaitAsync(TimeSpan.FromSeconds(20));

        await enough.CancelAsync();
        await Task.WhenAll(writers);
        (await account.VerifyAsync()).ShouldBe("ok");
    }

    [Fact]
    public async Task Rows_of_somebody_else_that_are_too_large_and_claim_one_place_stop_nothing()
    {
        var account = await server.WithSixRecordsAsync();
        await server.TamperAsync(
            account,
            """
            INSERT INTO event_journal (account_id, id, written, records, tag, is_refused) OVERRIDING SYSTEM VALUE
            SELECT @account, gen_random_uuid(), 0, to_json(repeat('x', 5000000)), '\x00', false FROM generate_series(1, 2)
            """);
        await server.RecordAsync(account, "seven");

        await server.SealAsync().WaitAsync(TimeSpan.FromSeconds(20));

        (await server.RowsOfAsync(account)).Count.ShouldBe(7);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM event_journal WHERE account_id = $1 AND is_refused", account.Id)).ShouldBe(2);
    }

    [Fact]
    public async Task Writers_and_sealers_at_the_same_time_leave_a_chain_that_verifies()
    {
        var account = await server.NewAccountAsync();

        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 6).Select(w => server.RecordAsync(account, [.. Enumerable.Range(0, 20).Select(i => $"{w}-{i}")]))),
            Task.WhenAll(Enumerable.Range(0, 4).Select(async sealer =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await server.SealAsync();

                    // Only so many verify at once.
                    if (sealer < 2)
                    {
                        (await account.VerifyAsync()).ShouldBe("ok");
                    }
                }
            })));

        (await account.VerifyAsync()).ShouldBe("ok");
        var names = await server.KeysInOrderAsync(account);
        names.Length.ShouldBe(120);
        foreach (var writer in names.GroupBy(name => name.Split('-')[0], StringComparer.Ordinal))
        {
            writer.ShouldBe(Enumerable.Range(0, 20).Select(i => $"{writer.Key}-{i}"));
        }
    }
}

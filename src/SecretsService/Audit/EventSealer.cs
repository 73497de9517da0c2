using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>
/// Gives the records of the journal their places in the account's chain, in the order in which they were written. It holds nothing that those who
/// write records wait for.
/// </summary>
internal sealed partial class EventSealer(SecretsDbContext db, AccountKeys keys, ILogger<EventSealer> logger)
{
    private const int BatchSize = 500;

    /// <summary>Finds the accounts with records that have no place yet. The context must see the rows of everybody.</summary>
    public async Task<IReadOnlyList<Guid>> FindDueAsync(CancellationToken cancellation) =>
        await db.EventJournal.Where(e => !e.IsRefused).Select(e => e.AccountId).Distinct().ToListAsync(cancellation);

    /// <summary>Seals all that an account's journal holds: what was committed before this began is in the chain when it ends.</summary>
    public async Task SealAsync(Guid accountId, CancellationToken cancellation)
    {
        while (await SealBatchAsync(accountId, cancellation) == BatchSize)
        {
            // Another transaction for each batch.
        }
    }

    private async Task<int> SealBatchAsync(Guid accountId, CancellationToken cancellation)
    {
        var key = await keys.FindFingerprintKeyAsync(db, accountId, cancellation);
        await using var transaction = await db.BeginWithinAsync(accountId, cancellation);
        var chain = await LockAsync(accountId, key, cancellation);
        var journal = await db.EventJournal.Where(e => e.AccountId == accountId && !e.IsRefused).OrderBy(e => e.Id).Take(BatchSize).ToListAsync(cancellation);
        foreach (var row in journal)
        {
            if (RecordsOf(row, key) is { } records)
            {
                Append(chain, records, key);
                db.EventJournal.Remove(row);
            }
            else
            {
                LogRefused(row.Id, accountId);
                row.IsRefused = true;
            }
        }

        chain.Tag = EventChain.TagOf(chain, key);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        db.ChangeTracker.Clear();
        return journal.Count;
    }

    private void Append(EventChainRow chain, IReadOnlyList<EventRecord> records, FingerprintKey key)
    {
        foreach (var record in records)
        {
            var row = RowOf(chain.AccountId, chain.Seq + record.Count, record, hash: [], tag: []);
            var hash = EventChain.HashOf(chain.Hash, row);
            db.Events.Add(RowOf(chain.AccountId, row.Seq, record, hash, EventChain.TagOf(hash, key)));
            (chain.Seq, chain.Hash) = (row.Seq, hash);
        }
    }

    private static EventRow RowOf(Guid accountId, long seq, EventRecord record, byte[] hash, byte[] tag) => new()
    {
        AccountId = accountId,
        Seq = seq,
        Count = record.Count,
        Id = record.Id,
        Event = record.Event,
        ActorType = record.ActorType,
        ActorId = record.ActorId,
        ActorName = record.ActorName,
        ActorIp = record.Ip,
        ResourceType = record.ResourceType,
        ResourceId = record.ResourceId,
        SiteId = record.SiteId,
        EnvironmentId = record.EnvironmentId,
        AppId = record.AppId,
        Manifest = record.Manifest,
        Context = record.Context.GetRawText(),
        OccurredAt = record.OccurredAt,
        Hash = hash,
        Tag = tag,
    };

    // Null for a row that the service did not write.
    private static IReadOnlyList<EventRecord>? RecordsOf(EventJournalRow row, FingerprintKey key)
    {
        var text = Encoding.UTF8.GetBytes(row.Records);
        return CryptographicOperations.FixedTimeEquals(EventJournal.TagOf(row.AccountId, row.Id, text, key), row.Tag)
            ? JsonSerializer.Deserialize(text, JournalJson.Default.IReadOnlyListEventRecord)
            : null;
    }

    private async Task<EventChainRow> LockAsync(Guid accountId, FingerprintKey key, CancellationToken cancellation)
    {
        var start = new EventChainRow { AccountId = accountId, Seq = 0, Hash = EventChain.Start, PrunedSeq = 0, PrunedHash = EventChain.Start, Tag = [] };
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO event_chains (account_id, seq, hash, pruned_seq, pruned_hash, tag)
             VALUES ({accountId}, 0, {start.Hash}, 0, {start.PrunedHash}, {EventChain.TagOf(start, key)}) ON CONFLICT DO NOTHING
             """,
            cancellation);
        return await db.EventChains.FromSql($"SELECT * FROM event_chains WHERE account_id = {accountId} FOR UPDATE").SingleAsync(cancellation);
    }

    [LoggerMessage(1, LogLevel.Critical, "The row {RowId} in the audit journal of account {AccountId} was not written by the service, or was changed since. It is kept out of the chain")]
    private partial void LogRefused(Guid rowId, Guid accountId);
}

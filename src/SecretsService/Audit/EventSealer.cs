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
    private const int BatchSize = 1_000;
    private const int BatchBytes = 4 * 1_048_576;

    /// <summary>Finds the accounts with records that have no place yet. The context must see the rows of everybody.</summary>
    public async Task<IReadOnlyList<Guid>> FindDueAsync(CancellationToken cancellation) =>
        await db.EventJournal.Where(e => !e.IsRefused).Select(e => e.AccountId).Distinct().ToListAsync(cancellation);

    /// <summary>Seals all that an account's journal holds: what was committed before this began is in the chain when it ends.</summary>
    /// <returns>
    /// False where the end of the chain was tampered with. Then nothing is added to it: that would give what was done to it the service's own tag. The
    /// records stay in the journal, and a verification says what is wrong.
    /// </returns>
    public async Task<bool> SealAsync(Guid accountId, CancellationToken cancellation)
    {
        // What is written meanwhile is for the next time: while maps are handed out there is always something, and many records cost little more than one.
        // Rows that another one is just sealing are still seen here, and waited for.
        if (await Due(accountId).MaxAsync(e => (long?)e.Written, cancellation) is not { } last)
        {
            // Most often there is nothing, and nothing is locked then.
            return true;
        }

        do
        {
            if (!await SealBatchAsync(accountId, cancellation))
            {
                return false;
            }
        }
        while (await Due(accountId).AnyAsync(e => e.Written <= last, cancellation));
        return true;
    }

    private async Task<bool> SealBatchAsync(Guid accountId, CancellationToken cancellation)
    {
        var key = await keys.FindFingerprintKeyAsync(db, accountId, cancellation);
        await using var transaction = await db.BeginWithinAsync(accountId, cancellation);
        var chain = await ChainHead.LockAsync(db, accountId, key, cancellation);
        if (!await ChainHead.IsWholeAsync(db, chain, key, cancellation))
        {
            return false;
        }

        var journal = await FindOldestAsync(accountId, cancellation);
        var sound = await RefuseAsync(accountId, journal, key, cancellation);
        var rows = sound.SelectMany(row => row.Records).Select(record => Append(chain, record, key)).ToList();
        chain.Tag = EventChain.TagOf(chain, key);
        await db.SaveChangesAsync(cancellation);
        await ChainedEvents.InsertAsync(db, rows, cancellation);
        db.ChangeTracker.Clear();
        var sealedIds = sound.ConvertAll(row => row.Id);
        await db.EventJournal.Where(e => e.AccountId == accountId && sealedIds.Contains(e.Id)).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private IQueryable<EventJournalRow> Due(Guid accountId) => db.EventJournal.Where(e => e.AccountId == accountId && !e.IsRefused);

    // Each row holds the records of up to a thousand reads. The first is always among them, so that every batch brings the sealing forward.
    private Task<List<EventJournalRow>> FindOldestAsync(Guid accountId, CancellationToken cancellation) => db.EventJournal
        .FromSql(
            $"""
             SELECT * FROM (
                 SELECT *, sum(octet_length(records::text)) OVER (ORDER BY written ROWS UNBOUNDED PRECEDING) - octet_length(records::text) AS bytes_before
                 FROM (SELECT * FROM event_journal WHERE account_id = {accountId} AND NOT is_refused ORDER BY written LIMIT {BatchSize}) AS oldest) AS j
             WHERE bytes_before < {BatchBytes}
             """)
        .AsNoTracking().OrderBy(e => e.Written).ToListAsync(cancellation);

    // Keeps out what the service did not write, and what it wrote once and somebody has put there again.
    private async Task<List<SoundRow>> RefuseAsync(
        Guid accountId, List<EventJournalRow> journal, FingerprintKey key, CancellationToken cancellation)
    {
        var read = journal.ConvertAll(row => new SoundRow(row.Id, RecordsOf(row, key) ?? []));
        var known = await FindSealedAsync(accountId, [.. read.SelectMany(row => row.Records)], cancellation);
        var sound = read.FindAll(row => row.Records.Count > 0 && row.Records.All(record => known.Add(record.Id)));
        var refused = journal.Select(row => row.Id).Except(sound.Select(row => row.Id)).ToList();
        if (refused.Count > 0)
        {
            refused.ForEach(id => LogRefused(id, accountId));
            await db.EventJournal.Where(e => e.AccountId == accountId && refused.Contains(e.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.IsRefused, true), cancellation);
        }

        return sound;
    }

    // By time, which there is an index for, and id.
    private async Task<HashSet<Guid>> FindSealedAsync(Guid accountId, IReadOnlyList<EventRecord> records, CancellationToken cancellation)
    {
        var ids = records.Select(r => r.Id).ToArray();
        var times = records.Select(r => r.OccurredAt).ToArray();
        var found = await db.Database.SqlQuery<Guid>(
            $"""
             SELECT e.id AS "Value" FROM unnest({ids}, {times}) AS r (id, occurred_at)
             JOIN events e ON e.account_id = {accountId} AND e.occurred_at = r.occurred_at AND e.id = r.id
             """).ToListAsync(cancellation);
        return [.. found];
    }

    private static EventRow Append(EventChainRow chain, EventRecord record, FingerprintKey key)
    {
        var row = RowOf(chain.AccountId, chain.Seq + record.Count, record, hash: [], tag: []);
        var hash = EventChain.HashOf(chain.Hash, row);
        (chain.Seq, chain.Hash) = (row.Seq, hash);
        return RowOf(chain.AccountId, row.Seq, record, hash, EventChain.TagOf(hash, key));
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

    private sealed record SoundRow(Guid Id, IReadOnlyList<EventRecord> Records);

    [LoggerMessage(
        1, LogLevel.Critical,
        "The row {RowId} in the audit journal of account {AccountId} was not written by the service, was changed since, or is in the chain already. It is kept out of the chain")]
    private partial void LogRefused(Guid rowId, Guid accountId);
}

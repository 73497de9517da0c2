using Microsoft.EntityFrameworkCore;
using SecretsService.Cryptography;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>Where an account's chain begins and ends, for whoever appends to it or deletes from it.</summary>
internal static class ChainHead
{
    /// <summary>The head of a chain without records, but for its tag.</summary>
    public static EventChainRow Start(Guid accountId) =>
        new() { AccountId = accountId, Seq = 0, Hash = EventChain.Start, PrunedSeq = 0, PrunedHash = EventChain.Start, Tag = [] };

    /// <summary>Finds it, that of a chain without records where nothing has been sealed yet.</summary>
    public static async Task<EventChainRow> FindAsync(SecretsDbContext db, Guid accountId, CancellationToken cancellation) =>
        await db.EventChains.AsNoTracking().SingleOrDefaultAsync(c => c.AccountId == accountId, cancellation) ?? Start(accountId);

    /// <summary>Locks it until the transaction ends. Those who write records do not wait for it.</summary>
    public static async Task<EventChainRow> LockAsync(SecretsDbContext db, Guid accountId, FingerprintKey key, CancellationToken cancellation)
    {
        var start = Start(accountId);
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO event_chains (account_id, seq, hash, pruned_seq, pruned_hash, tag)
             VALUES ({accountId}, 0, {start.Hash}, 0, {start.PrunedHash}, {EventChain.TagOf(start, key)}) ON CONFLICT DO NOTHING
             """,
            cancellation);
        return await db.EventChains.FromSql($"SELECT * FROM event_chains WHERE account_id = {accountId} FOR UPDATE").SingleAsync(cancellation);
    }

    /// <summary>
    /// True where it is as the service left it: it has its tag, the last record is the one that it names, and none stands beyond. The records between are for
    /// a verification to look at.
    /// </summary>
    public static async Task<bool> IsWholeAsync(SecretsDbContext db, EventChainRow chain, FingerprintKey key, CancellationToken cancellation)
    {
        var last = await db.Events.AsNoTracking().Where(e => e.AccountId == chain.AccountId)
            .OrderByDescending(e => e.Seq).Select(e => new { e.Seq, e.Hash }).FirstOrDefaultAsync(cancellation);
        var (seq, hash) = last is null ? (chain.PrunedSeq, chain.PrunedHash) : (last.Seq, last.Hash);
        return EventChain.IsGenuine(chain, key) && seq == chain.Seq && hash.AsSpan().SequenceEqual(chain.Hash);
    }
}

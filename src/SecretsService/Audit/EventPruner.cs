using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>
/// Deletes the oldest records of a chain, so that what is left verifies: what says where the chain begins is moved in the same transaction. Only records that
/// stand as the service wrote them are deleted; others are evidence.
/// </summary>
internal sealed partial class EventPruner(SecretsDbContext db, AccountKeys keys, EventTrail trail, ILogger<EventPruner> logger)
{
    /// <summary>How many rows a batch deletes at most.</summary>
    public const int BatchSize = 1_000;

    /// <summary>Finds the accounts with records that are old enough. The context must see the rows of everybody.</summary>
    /// <param name="before">Older than this.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public Task<List<Guid>> FindDueAsync(DateTimeOffset before, CancellationToken cancellation) =>
        db.EventChains.Where(c => db.Events.Any(e => e.AccountId == c.AccountId && e.OccurredAt < before)).Select(c => c.AccountId).ToListAsync(cancellation);

    /// <summary>Deletes a batch of the oldest rows of a chain, up to the first one that is not old enough, in a transaction of its own.</summary>
    /// <param name="caller">In whose name the deletion is recorded.</param>
    /// <param name="before">Older than this.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>How many rows.</returns>
    public async Task<int> PruneBatchAsync(Caller caller, DateTimeOffset before, CancellationToken cancellation)
    {
        var key = await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation);
        await using var transaction = await db.BeginWithinAsync(caller.AccountId, cancellation);
        var chain = await ChainHead.LockAsync(db, caller.AccountId, key, cancellation);
        var rows = await db.Events.AsNoTracking().Where(e => e.AccountId == caller.AccountId && e.Seq > chain.PrunedSeq)
            .OrderBy(e => e.Seq).Take(BatchSize).ToListAsync(cancellation);
        var old = rows.TakeWhile(row => row.OccurredAt < before).ToList();
        if (old.Count == 0)
        {
            return 0;
        }

        var (first, hash, seq) = (chain.PrunedSeq + 1, chain.PrunedHash, chain.PrunedSeq);
        foreach (var row in old)
        {
            if (!EventChain.IsGenuine(chain, key) || !EventChain.Follows(seq, hash, row) || !EventChain.IsGenuine(row, key))
            {
                LogKept(caller.AccountId, seq + 1);
                return 0;
            }

            (seq, hash) = (row.Seq, row.Hash);
        }

        (chain.PrunedSeq, chain.PrunedHash) = (seq, hash);
        chain.Tag = EventChain.TagOf(chain, key);
        await AppendAsync(caller, first, seq, cancellation);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
        await db.Events.Where(e => e.AccountId == caller.AccountId && e.Seq <= seq).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return old.Count;
    }

    /// <summary>
    /// Deletes manifests that no record names any more. Those that were written of late are left: what names them may be on its way, or be a read that is
    /// answered from memory. A chain whose end is broken keeps them all.
    /// </summary>
    /// <param name="accountId">The account. Its journal is sealed.</param>
    /// <param name="before">Written before this.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public Task<int> DeleteManifestsAsync(Guid accountId, DateTimeOffset before, CancellationToken cancellation) =>
        Unnamed(before).Where(m => m.AccountId == accountId).Take(BatchSize).ExecuteDeleteAsync(cancellation);

    /// <summary>Finds the accounts with manifests that no record names any more. The context must see the rows of everybody.</summary>
    /// <inheritdoc cref="DeleteManifestsAsync"/>
    public Task<List<Guid>> FindManifestsAsync(DateTimeOffset before, CancellationToken cancellation) =>
        Unnamed(before).Select(m => m.AccountId).Distinct().ToListAsync(cancellation);

    private IQueryable<EventManifestRow> Unnamed(DateTimeOffset before) =>
        db.EventManifests.Where(m => m.CreatedAt < before && !db.Events.Any(e => e.AccountId == m.AccountId && e.Manifest == m.Hash));

    private Task AppendAsync(Caller caller, long first, long last, CancellationToken cancellation) =>
        trail.AppendAsync(
            caller, EventNames.EventsPruned, EventSubject.OfAccount("events", id: null),
            new Dictionary<string, object>(StringComparer.Ordinal) { ["from_seq"] = first, ["to_seq"] = last, ["count"] = last - first + 1 }, cancellation);

    [LoggerMessage(
        1, LogLevel.Critical,
        "Record {Seq} of the audit trail of account {AccountId} is old enough to be deleted, but was changed outside of the service. Nothing from there on is deleted: GET /events/verify says what is wrong")]
    private partial void LogKept(Guid accountId, long seq);
}

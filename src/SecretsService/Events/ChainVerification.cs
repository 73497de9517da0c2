using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>
/// Verifies an account's audit trail, from the first record that is left to the last one that there was when it began. It reads in batches, with neither a
/// transaction nor a lock, so that it holds up nobody however long the trail is.
/// </summary>
internal sealed class ChainVerification(SecretsDbContext db, AccountKeys keys, EventSealer sealer, TimeProvider clock)
{
    private const int BatchSize = 1_000;

    // Each time because records were deleted for their age meanwhile.
    private const int MostWalks = 3;

    // PostgreSQL keeps times that .NET has none for, and a row with one cannot even be read.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Latest = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Verifies. What was committed before is sealed first, and so is verified with the rest.</summary>
    public async Task<EventVerification> VerifyAsync(Guid accountId, CancellationToken cancellation)
    {
        var key = await keys.FindFingerprintKeyAsync(db, accountId, cancellation);
        await sealer.SealAsync(accountId, cancellation);
        if (await FindImpossibleAsync(accountId, cancellation) is { } impossible)
        {
            var start = await ChainHead.FindAsync(db, accountId, cancellation);
            return new ChainWalk(start, key).Report(impossible, clock.Now());
        }

        var walks = 0;
        while (true)
        {
            walks++;

            // The last row before the head: what is sealed in between must not seem to stand beyond it.
            var last = await db.Events.AsNoTracking().Where(e => e.AccountId == accountId).OrderByDescending(e => e.Seq).FirstOrDefaultAsync(cancellation);
            var head = await FindHeadAsync(accountId, cancellation) ?? StartOf(accountId, key, isEmpty: last is null);
            var walk = new ChainWalk(head, key);
            var problem = await WalkAsync(walk, cancellation) ?? walk.ProblemOfHead(last)
                ?? await FindBeforeAsync(head, cancellation) ?? await FindProblemOfJournalAsync(accountId, cancellation);
            if (problem is null || walks == MostWalks || (await FindHeadAsync(accountId, cancellation))?.PrunedSeq is not { } pruned || pruned == head.PrunedSeq)
            {
                return walk.Report(problem, clock.Now());
            }
        }
    }

    private Task<EventChainRow?> FindHeadAsync(Guid accountId, CancellationToken cancellation) =>
        db.EventChains.AsNoTracking().SingleOrDefaultAsync(c => c.AccountId == accountId, cancellation);

    // There is no head before anything was sealed; where there are records without one, somebody has deleted it.
    private static EventChainRow StartOf(Guid accountId, FingerprintKey key, bool isEmpty)
    {
        var start = ChainHead.Start(accountId);
        start.Tag = isEmpty ? EventChain.TagOf(start, key) : [];
        return start;
    }

    private async Task<ChainProblem?> WalkAsync(ChainWalk walk, CancellationToken cancellation)
    {
        List<EventRow> batch;
        do
        {
            batch = await ReadAsync(walk.AccountId, walk.Seq, BatchSize, cancellation);
            await CheckManifestsAsync(walk, batch, cancellation);
            if (walk.Take(batch) is { } broken)
            {
                var later = await ReadAsync(walk.AccountId, broken.Seq, ChainFault.LooksAhead, cancellation);
                return walk.ProblemOf(broken, later);
            }
        }
        while (batch.Count == BatchSize && !walk.IsAtEnd);

        return null;
    }

    private Task<List<EventRow>> ReadAsync(Guid accountId, long after, int count, CancellationToken cancellation) =>
        db.Events.AsNoTracking().Where(e => e.AccountId == accountId && e.Seq > after).OrderBy(e => e.Seq).Take(count).ToListAsync(cancellation);

    private async Task CheckManifestsAsync(ChainWalk walk, List<EventRow> batch, CancellationToken cancellation)
    {
        var unknown = walk.UnknownManifestsOf(batch);
        if (unknown.Count == 0)
        {
            return;
        }

        var manifests = db.EventManifests.AsNoTracking().Where(m => m.AccountId == walk.AccountId && unknown.Contains(m.Hash))
            .Select(m => new { m.Hash, m.Entries }).AsAsyncEnumerable();
        await foreach (var manifest in manifests.WithCancellation(cancellation))
        {
            walk.TakeManifest(manifest.Hash, manifest.Entries);
        }
    }

    private Task<ChainProblem?> FindImpossibleAsync(Guid accountId, CancellationToken cancellation) => FindFirstAsync(
        db.Events.Where(e => e.AccountId == accountId && (e.OccurredAt < Earliest || e.OccurredAt > Latest)),
        ChainProblemKind.Changed,
        seq => $"Record {seq} was changed: it has a time at which the service wrote none. Other records were not looked at.",
        cancellation);

    // The walk begins where the trail does: what stands before that, it does not come by.
    private Task<ChainProblem?> FindBeforeAsync(EventChainRow head, CancellationToken cancellation) => FindFirstAsync(
        db.Events.Where(e => e.AccountId == head.AccountId && e.Seq <= head.PrunedSeq),
        ChainProblemKind.Inserted,
        seq => $"Record {seq} stands before the beginning of the trail, which is {head.PrunedSeq + 1}: it was put there.",
        cancellation);

    private static async Task<ChainProblem?> FindFirstAsync(
        IQueryable<EventRow> broken, ChainProblemKind kind, Func<long, string> message, CancellationToken cancellation) =>
        await broken.OrderBy(e => e.Seq).Select(e => new { e.Seq, e.Id }).FirstOrDefaultAsync(cancellation) is { } row
            ? new ChainProblem { Seq = row.Seq, Id = row.Id, Kind = kind, Message = message(row.Seq) }
            : null;

    private async Task<ChainProblem?> FindProblemOfJournalAsync(Guid accountId, CancellationToken cancellation)
    {
        var refused = await db.EventJournal.AsNoTracking().Where(e => e.AccountId == accountId && e.IsRefused).OrderBy(e => e.Id).FirstOrDefaultAsync(cancellation);
        return refused is null ? null : new ChainProblem
        {
            Id = refused.Id,
            Kind = ChainProblemKind.Journal,
            Message = $"The row {refused.Id} of the journal is kept out of the trail: the service did not write it so, or it is in the trail already.",
        };
    }
}

/// <summary>How far a chain was followed, and what was found.</summary>
/// <param name="head">Where the chain begins and ends.</param>
/// <param name="key">The account's key.</param>
internal sealed class ChainWalk(EventChainRow head, FingerprintKey key)
{
    // A manifest is looked at once, unless there are so many that they are forgotten again.
    private const int MostManifests = 100_000;

    private readonly HashSet<string> _manifests = new(StringComparer.Ordinal);
    private byte[] _hash = head.PrunedHash;
    private long _rows;

    public Guid AccountId => head.AccountId;

    /// <summary>The place of the last sound record.</summary>
    public long Seq { get; private set; } = head.PrunedSeq;

    /// <summary>True where the records that there were at the beginning have been followed.</summary>
    public bool IsAtEnd => Seq >= head.Seq;

    /// <summary>Follows rows until the chain's end.</summary>
    /// <returns>The first one that is broken; null where none is.</returns>
    public EventRow? Take(IEnumerable<EventRow> rows)
    {
        foreach (var row in rows.TakeWhile(_ => !IsAtEnd))
        {
            if (!EventChain.Follows(Seq, _hash, row) || !EventChain.IsGenuine(row, key) || !HasManifest(row))
            {
                return row;
            }

            (Seq, _hash) = (row.Seq, row.Hash);
            _rows++;
        }

        return null;
    }

    /// <summary>The manifests that rows name and that were not looked at yet.</summary>
    public List<byte[]> UnknownManifestsOf(IEnumerable<EventRow> rows)
    {
        if (_manifests.Count > MostManifests)
        {
            _manifests.Clear();
        }

        return [.. rows.Select(row => row.Manifest).OfType<byte[]>().Where(hash => !_manifests.Contains(Convert.ToHexString(hash)))];
    }

    /// <summary>Takes a manifest; one that is not what it is named after is as good as none.</summary>
    public void TakeManifest(byte[] hash, string entries)
    {
        if (SHA256.HashData(Encoding.UTF8.GetBytes(entries)).AsSpan().SequenceEqual(hash))
        {
            _manifests.Add(Convert.ToHexString(hash));
        }
    }

    /// <summary>What is wrong with a row that <see cref="Take(IEnumerable{EventRow})"/> returned.</summary>
    public ChainProblem ProblemOf(EventRow broken, IEnumerable<EventRow> later) =>
        EventChain.Follows(Seq, _hash, broken) && EventChain.IsGenuine(broken, key)
            ? ChainFault.Manifest(broken)
            : ChainFault.Of(Seq, _hash, broken, later, row => EventChain.IsGenuine(row, key));

    /// <summary>What is wrong with the chain's beginning and end; null where they are what the rows say.</summary>
    /// <param name="last">The row that was the last one at the beginning.</param>
    public ChainProblem? ProblemOfHead(EventRow? last)
    {
        var isGenuine = EventChain.IsGenuine(head, key);
        var isAtHead = Seq == head.Seq && _hash.AsSpan().SequenceEqual(head.Hash);
        return isGenuine && Seq < head.Seq ? ChainFault.Missing(Seq + 1, head.Seq)
            : isGenuine && isAtHead && last?.Seq > head.Seq ? Problem(
                ChainProblemKind.Inserted, last, $"Record {last.Seq} stands after the end of the trail, which is {head.Seq}: it was put there, or the end was set back.")
            : isGenuine && isAtHead ? null
            : isAtHead && last?.Seq == head.Seq && head.PrunedSeq > 0 ? Problem(
                ChainProblemKind.Pruned, null, $"What says that the trail begins after record {head.PrunedSeq} was not written by the service: older records may have been deleted.")
            : Problem(ChainProblemKind.Head, null, $"What says that the trail ends with record {head.Seq} was not written by the service: the last sound one is {Seq}.");
    }

    /// <summary>What a caller is told.</summary>
    public EventVerification Report(ChainProblem? problem, DateTimeOffset now) => new()
    {
        Ok = problem is null,
        Events = Seq - head.PrunedSeq,
        Rows = _rows,
        FirstSeq = _rows == 0 ? null : head.PrunedSeq + 1,
        LastSeq = _rows == 0 ? null : Seq,
        Head = new() { Seq = head.Seq, Hash = Convert.ToHexStringLower(head.Hash) },
        Pruned = head.PrunedSeq == 0 ? null : new() { Seq = head.PrunedSeq, Hash = Convert.ToHexStringLower(head.PrunedHash) },
        VerifiedAt = now,
        Problem = problem,
    };

    private bool HasManifest(EventRow row) => row.Manifest is null || _manifests.Contains(Convert.ToHexString(row.Manifest));

    private ChainProblem Problem(ChainProblemKind kind, EventRow? row, string message) =>
        new() { Seq = row?.Seq ?? (kind == ChainProblemKind.Pruned ? head.PrunedSeq : head.Seq), Id = row?.Id, Kind = kind, Message = message };
}

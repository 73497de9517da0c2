using System.Runtime.InteropServices;
using SecretsService.Audit;

namespace SecretsService.WarmReads;

/// <summary>
/// The reads of one account at one revision that are made sure of and recorded together. Those of one answer for one address are equal, and become one
/// record that says how many there were.
/// </summary>
internal sealed class ReadGroup(DateTimeOffset now)
{
    // So many requests go on one after the other, without a thread of the pool being woken for each; more would keep the last of them waiting.
    private const int Slice = 16;

    private readonly List<AuditedRead> _reads = [];
    private readonly Dictionary<(WarmAnswer Answer, string? Ip), int> _counts = [];

    /// <summary>The id of the journal's row (UUIDv7).</summary>
    public Guid Id { get; } = Guid.CreateVersion7(now);

    public Guid AccountId => _reads[0].Answer.AccountId;

    public long Revision => _reads[0].Answer.Revision;

    /// <summary>How many reads there are.</summary>
    public int Count => _reads.Count;

    /// <summary>True once the revision is known to be the account's, and the record to be stored for good.</summary>
    public bool IsFresh { get; set; }

    /// <summary>Sorts reads by account and revision.</summary>
    /// <param name="reads">The reads; few enough that one record can count them all.</param>
    /// <param name="now">The time of their records.</param>
    public static IReadOnlyList<ReadGroup> Of(IReadOnlyList<AuditedRead> reads, DateTimeOffset now)
    {
        var groups = new Dictionary<(Guid, long), ReadGroup>();
        foreach (var read in reads)
        {
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, (read.Answer.AccountId, read.Answer.Revision), out _);
            group ??= new ReadGroup(now);
            group.Add(read);
        }

        return [.. groups.Values];
    }

    /// <summary>The journal's text and its tag; nulls where nothing is handed out.</summary>
    public (string? Records, byte[]? Tag) Sign()
    {
        if (_counts.Count == 0)
        {
            return (null, null);
        }

        var records = new List<EventRecord>(_counts.Count);
        foreach (var ((answer, ip), count) in _counts)
        {
            records.Add(answer.Record with { Id = Guid.CreateVersion7(now), Ip = ip, Count = count, OccurredAt = now });
        }

        var row = EventJournal.Row(AccountId, Id, records, _reads[0].Answer.JournalKey);
        return (row.Records, row.Tag);
    }

    /// <summary>Tells every read what came of it, on other threads: who learned of it has the next group to send.</summary>
    public void Complete()
    {
        for (var first = 0; first < _reads.Count; first += Slice)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static work => work.Group.CompleteSlice(work.First), (Group: this, First: first), preferLocal: false);
        }
    }

    private void CompleteSlice(int first)
    {
        for (var i = first; i < Math.Min(first + Slice, _reads.Count); i++)
        {
            _reads[i].Complete(IsFresh);
        }
    }

    private void Add(AuditedRead read)
    {
        _reads.Add(read);
        if (read.HandsOut)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, (read.Answer, read.Ip), out _)++;
        }
    }
}

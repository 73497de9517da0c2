using System.Diagnostics.CodeAnalysis;
using Npgsql;
using SecretsService.Storage;

namespace SecretsService.WarmReads;

/// <summary>
/// Makes sure, for answers that were kept, that they are what a read would give now, and records that they are given: in one statement for all that wait.
/// What arrives while a statement runs is the next group, so that the cost of one read falls as the load rises; there is no timer.
/// </summary>
/// <remarks>
/// A statement is sent after every read of its group has arrived. So it sees every change that was acknowledged before any of them began, on whichever
/// replica, and the reads are linearizable with no message between replicas. The record is stored for good before the first byte of the answer is sent.
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="clock">The time of the records.</param>
/// <param name="logger">Takes what failed.</param>
/// <param name="sql">The statement. Another than <see cref="ReadLane.CheckedSql"/> is for the proof that it matters.</param>
internal sealed partial class AuditedReads(NpgsqlDataSource database, TimeProvider clock, ILogger<AuditedReads> logger, string sql = ReadLane.CheckedSql)
    : IAsyncDisposable
{
    // While the database commits one group, the next may be on its way.
    private const int Lanes = 2;

    // So many that one record can count them: ids count up from a record's own.
    private const int LargestGroup = 1_000;

    private readonly Lock _lock = new();
    private readonly Stack<ReadLane> _idle = new(Enumerable.Range(0, Lanes).Select(_ => new ReadLane(database, sql)));
    private readonly Queue<AuditedRead> _waiting = new();

    // How many reads the statements have that run, and whether a lane is about to send one.
    private int _running;
    private bool _isStarting;
    private long _given;

    /// <summary>How many reads were made sure of, and so given from memory.</summary>
    public long Given => Interlocked.Read(ref _given);

    /// <summary>Makes sure of an answer and records that it is given.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="ip">The address that the request came from.</param>
    /// <param name="handsOut">False where the caller holds the answer already: there is nothing to record then.</param>
    /// <returns>
    /// True where the answer may be given. False where it is stale, or nothing can be said because the database failed: the request is then answered as
    /// though nothing had been kept. It is not cancelled with the request, since others wait for the same statement.
    /// </returns>
    [SuppressMessage("Reliability", "CA2000", Justification = "A lane that runs goes back to the idle ones, which are disposed of at the end")]
    public ValueTask<bool> RecordAsync(WarmAnswer answer, string? ip, bool handsOut)
    {
        var read = new AuditedRead(answer, ip, handsOut);
        ReadLane? lane = null;
        lock (_lock)
        {
            _waiting.Enqueue(read);
            if (!_isStarting && IsWorthAStatement)
            {
                _isStarting = _idle.TryPop(out lane);
            }
        }

        if (lane is not null)
        {
            _ = RunAsync(lane);
        }

        return read.IsFresh;
    }

    public async ValueTask DisposeAsync()
    {
        LogGiven(Given);
        foreach (var lane in _idle)
        {
            await lane.DisposeAsync();
        }
    }

    // As many wait as are being made sure of. Where there are fewer, they cost less by waiting for one of those statements than by another for them alone.
    private bool IsWorthAStatement => _waiting.Count > 0 && _waiting.Count >= _running;

    private async Task RunAsync(ReadLane lane)
    {
        do
        {
            // Behind the requests that are being read at this moment, so that they join the group.
            await Task.Yield();
            IReadOnlyList<ReadGroup> done = [];
            while (Take() is { } reads)
            {
                // On its way before anybody hears of the last one: those requests go on while the database works.
                var storing = StoreAsync(lane, reads);
                Complete(done);
                done = await storing;
            }

            Complete(done);
        }
        while (!MayRest(lane));
    }

    // Null where it is not worth a statement yet.
    private List<AuditedRead>? Take()
    {
        lock (_lock)
        {
            _isStarting = false;
            if (!IsWorthAStatement)
            {
                return null;
            }

            var reads = new List<AuditedRead>(Math.Min(_waiting.Count, LargestGroup));
            while (reads.Count < LargestGroup && _waiting.TryDequeue(out var read))
            {
                reads.Add(read);
            }

            _running += reads.Count;
            return reads;
        }
    }

    private bool MayRest(ReadLane lane)
    {
        lock (_lock)
        {
            if (IsWorthAStatement)
            {
                return false;
            }

            _idle.Push(lane);
            return true;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Those who wait must hear of it, whatever it was")]
    private async Task<IReadOnlyList<ReadGroup>> StoreAsync(ReadLane lane, List<AuditedRead> reads)
    {
        IReadOnlyList<ReadGroup> groups = [];
        try
        {
            groups = ReadGroup.Of(reads, clock.Now());
            var fresh = await lane.StoreAsync(groups);
            foreach (var group in groups)
            {
                group.IsFresh = fresh.Contains(group.Id);
            }
        }
        catch (Exception e)
        {
            // Whatever it was: each request asks the database by itself, and says what that says.
            LogFailed(e);
            if (groups.Count == 0)
            {
                reads.ForEach(read => read.Complete(isFresh: false));
            }
        }

        lock (_lock)
        {
            _running -= reads.Count;
        }

        return groups;
    }

    private void Complete(IReadOnlyList<ReadGroup> groups)
    {
        foreach (var group in groups)
        {
            Interlocked.Add(ref _given, group.IsFresh ? group.Count : 0);
            group.Complete();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Reads could not be recorded together, so each is made and recorded by itself")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "{Given} merged maps were given from memory, each made sure of and recorded")]
    private partial void LogGiven(long given);
}

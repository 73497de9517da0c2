using System.Runtime.InteropServices;

namespace SecretsService.Audit;

/// <summary>Attempts that one record may stand for: nothing that it says differs between them.</summary>
/// <param name="Account">Whose trail they are recorded in.</param>
/// <param name="Address">Where they came from.</param>
/// <param name="Actor">The credential that they were made with; null for none that there is.</param>
/// <param name="Reason">Why they failed.</param>
internal readonly record struct AttemptSource(Guid Account, string Address, Guid? Actor, string Reason);

/// <summary>
/// Says which failed attempts are recorded: of one source one a minute, which stands for those since the one before. It remembers so
/// many sources and no more; all others share one tally for each account, so that a flood from many addresses is not a flood of records.
/// </summary>
internal sealed class AttemptTallies
{
    /// <summary>How many sources are told apart.</summary>
    public const int MaxSources = 1_000;

    /// <summary>How long after one record the next may be written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<AttemptSource, Tally> _ofSources = [];
    private readonly Dictionary<Guid, Tally> _ofOthers = [];

    // While there is no room a flood would have all of them looked through for each attempt.
    private DateTimeOffset _nextForget = DateTimeOffset.MinValue;

    /// <summary>Counts an attempt.</summary>
    /// <returns>How many attempts a record that is written now stands for; 0 where none is to be written.</returns>
    public int Count(AttemptSource source, DateTimeOffset now)
    {
        lock (_lock)
        {
            var tally = Find(source, now);
            tally.Attempts++;
            if (tally.RecordedAt is { } recordedAt && now - recordedAt < Interval)
            {
                return 0;
            }

            var attempts = tally.Attempts;
            (tally.Attempts, tally.RecordedAt) = (0, now);
            return attempts;
        }
    }

    private Tally Find(AttemptSource source, DateTimeOffset now)
    {
        if (_ofSources.TryGetValue(source, out var known))
        {
            return known;
        }

        if (_ofSources.Count >= MaxSources && now >= _nextForget)
        {
            Forget(now);
            _nextForget = now.AddSeconds(1);
        }

        return _ofSources.Count < MaxSources ? FindOrAdd(_ofSources, source) : FindOrAdd(_ofOthers, source.Account);
    }

    // What was counted and not recorded yet is not lost: the record of the account's other sources stands for it.
    private void Forget(DateTimeOffset now)
    {
        foreach (var (key, tally) in _ofSources.Where(t => now - t.Value.RecordedAt >= Interval).ToList())
        {
            FindOrAdd(_ofOthers, key.Account).Attempts += tally.Attempts;
            _ofSources.Remove(key);
        }
    }

    private static Tally FindOrAdd<TKey>(Dictionary<TKey, Tally> tallies, TKey key)
        where TKey : notnull
    {
        ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(tallies, key, out _);
        tally ??= new Tally();
        return tally;
    }

    private sealed class Tally
    {
        public int Attempts { get; set; }

        public DateTimeOffset? RecordedAt { get; set; }
    }
}

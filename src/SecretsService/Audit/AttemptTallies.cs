using System.Runtime.InteropServices;

namespace SecretsService.Audit;

/// <summary>
/// Says which failed attempts are recorded: of one account and address one a minute, which stands for those since the one before. It remembers so
/// many addresses and no more; all others share one tally for each account, so that a flood from many addresses is not a flood of records.
/// </summary>
internal sealed class AttemptTallies
{
    /// <summary>How many addresses are told apart.</summary>
    public const int MaxAddresses = 1_000;

    /// <summary>How long after one record the next may be written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Account, string Address), Tally> _ofAddresses = [];
    private readonly Dictionary<Guid, Tally> _ofOthers = [];

    // While there is no room a flood would have all of them looked through for each attempt.
    private DateTimeOffset _nextForget = DateTimeOffset.MinValue;

    /// <summary>Counts an attempt.</summary>
    /// <returns>How many attempts a record that is written now stands for; 0 where none is to be written.</returns>
    public int Count(Guid account, string address, DateTimeOffset now)
    {
        lock (_lock)
        {
            var tally = Find(account, address, now);
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

    private Tally Find(Guid account, string address, DateTimeOffset now)
    {
        if (_ofAddresses.TryGetValue((account, address), out var known))
        {
            return known;
        }

        if (_ofAddresses.Count >= MaxAddresses && now >= _nextForget)
        {
            Forget(now);
            _nextForget = now.AddSeconds(1);
        }

        return _ofAddresses.Count < MaxAddresses ? FindOrAdd(_ofAddresses, (account, address)) : FindOrAdd(_ofOthers, account);
    }

    // What was counted and not recorded yet is not lost: the record of the account's other addresses stands for it.
    private void Forget(DateTimeOffset now)
    {
        foreach (var (key, tally) in _ofAddresses.Where(t => now - t.Value.RecordedAt >= Interval).ToList())
        {
            FindOrAdd(_ofOthers, key.Account).Attempts += tally.Attempts;
            _ofAddresses.Remove(key);
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

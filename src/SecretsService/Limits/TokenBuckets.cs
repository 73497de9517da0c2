using System.Collections.Concurrent;

namespace SecretsService.Limits;

/// <summary>
/// A token bucket for each key: it holds a minute's tokens at most, and fills by as many a minute. A bucket is one number, the time at which it is
/// full again (the generic cell rate algorithm); one that is full is as good as none, and is forgotten. The framework's limiters would
/// cost a timer and several objects for each key, keep no bound on how many there are, and tell time by a clock that no test can move.
/// </summary>
/// <typeparam name="TKey">What has a bucket of its own.</typeparam>
internal sealed class TokenBuckets<TKey>
    where TKey : notnull
{
    /// <summary>The most buckets. Whoever comes when there are as many, each of them in use, shares one with all others that do.</summary>
    public const int MaxBuckets = 100_000;

    private const int SweepSeconds = 10;

    private readonly ConcurrentDictionary<TKey, Bucket> _buckets = new();
    private readonly Bucket _shared = new();
    private readonly TimeProvider _clock;
    private readonly long _token;
    private readonly long _minute;
    private readonly long _sweepTicks;
    private long _nextSweep;
    private int _count;

    /// <summary>Makes full buckets.</summary>
    /// <param name="perMinute">The tokens of a minute; 0 for as many as anybody wants.</param>
    /// <param name="clock">Its timestamps are used, which no change of the wall clock moves.</param>
    public TokenBuckets(int perMinute, TimeProvider clock)
    {
        _clock = clock;
        _token = perMinute == 0 ? 0 : clock.TimestampFrequency * 60 / perMinute;
        _minute = _token * perMinute;
        _sweepTicks = clock.TimestampFrequency * SweepSeconds;
        _nextSweep = clock.GetTimestamp() + _sweepTicks;
    }

    /// <summary>How many buckets there are that may be less than full.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a token.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="retryAfter">How long it takes until there is one; zero where one was taken.</param>
    /// <returns>False where there is none.</returns>
    public bool TryTake(TKey key, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (_token == 0)
        {
            return true;
        }

        var now = _clock.GetTimestamp();
        var bucket = BucketOf(key, now);
        while (true)
        {
            var fullAt = Volatile.Read(ref bucket.FullAt);
            var next = Math.Max(fullAt, now) + _token;
            if (next - now > _minute)
            {
                retryAfter = _clock.GetElapsedTime(now, next - _minute);
                return false;
            }

            if (Interlocked.CompareExchange(ref bucket.FullAt, next, fullAt) == fullAt)
            {
                return true;
            }
        }
    }

    /// <summary>True where there is no token to take.</summary>
    public bool IsEmpty(TKey key) =>
        _token != 0 && _buckets.TryGetValue(key, out var bucket) && Volatile.Read(ref bucket.FullAt) + _token - _clock.GetTimestamp() > _minute;

    private Bucket BucketOf(TKey key, long now)
    {
        if (_buckets.TryGetValue(key, out var bucket))
        {
            return bucket;
        }

        SweepIfDue(now);
        if (Count >= MaxBuckets)
        {
            return _shared;
        }

        var added = new Bucket();
        bucket = _buckets.GetOrAdd(key, added);
        if (ReferenceEquals(bucket, added))
        {
            Interlocked.Increment(ref _count);
        }

        return bucket;
    }

    // Only who adds a bucket pays for it: nothing grows otherwise. Whoever holds one that is taken out meanwhile has one token more, once.
    private void SweepIfDue(long now)
    {
        var due = Volatile.Read(ref _nextSweep);
        if (now < due || Interlocked.CompareExchange(ref _nextSweep, now + _sweepTicks, due) != due)
        {
            return;
        }

        foreach (var entry in _buckets)
        {
            if (Volatile.Read(ref entry.Value.FullAt) <= now && _buckets.TryRemove(entry))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Bucket
    {
        /// <summary>The timestamp at which it is full.</summary>
        public long FullAt;
    }
}

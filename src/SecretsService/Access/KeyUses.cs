using System.Collections.Concurrent;
using Npgsql;
using SecretsService.Storage;

namespace SecretsService.Access;

/// <summary>
/// Remembers when each API key was used last, until that is stored: a request must not wait for a write of its own, and a time that is right to about a
/// minute tells all that is asked of it, which is whether anybody uses the key yet.
/// </summary>
internal sealed class KeyUses(NpgsqlDataSource database)
{
    // In one order, so that two replicas which store at once cannot wait for each other in a circle.
    private const string StoreSql =
        """
        WITH due AS (
            SELECT k.account_id, k.id, u.used_at
            FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS u (account_id, id, used_at)
            JOIN api_keys k ON k.account_id = u.account_id AND k.id = u.id
            WHERE k.last_used_at IS NULL OR k.last_used_at < u.used_at
            ORDER BY k.account_id, k.id
            FOR NO KEY UPDATE OF k)
        UPDATE api_keys k SET last_used_at = due.used_at FROM due WHERE k.account_id = due.account_id AND k.id = due.id
        """;

    private readonly ConcurrentDictionary<(Guid Account, Guid Key), LastUse> _latest = new();

    /// <summary>Notes that a key was used: every request does, so that this neither locks nor allocates for a key that was used lately.</summary>
    public void Note(Guid accountId, Guid keyId, DateTimeOffset now)
    {
        while (!_latest.GetOrAdd((accountId, keyId), static _ => new LastUse()).TryNote(now.UtcTicks))
        {
            // It was given up at this moment, and the next look finds another.
        }
    }

    /// <summary>Stores what was noted since the last time, of all accounts at once. No revision changes by it, and no record is made of it.</summary>
    /// <exception cref="NpgsqlException">It could not be stored, and is kept for the next time.</exception>
    public async Task StoreAsync(CancellationToken cancellation)
    {
        var due = new List<((Guid Account, Guid Key) Id, LastUse Use, long Ticks)>();
        foreach (var (id, use) in _latest)
        {
            if (use.IsDue(out var ticks))
            {
                due.Add((id, use, ticks));
            }
            else if (use.TryGiveUp())
            {
                // Those that nobody uses any more must not pile up.
                _latest.TryRemove(KeyValuePair.Create(id, use));
            }
        }

        if (due.Count > 0)
        {
            await StoreAsync([.. due.Select(d => d.Id.Account)], [.. due.Select(d => d.Id.Key)], [.. due.Select(d => new DateTimeOffset(d.Ticks, TimeSpan.Zero))], cancellation);
            due.ForEach(d => d.Use.IsStored(d.Ticks));
        }
    }

    private async Task StoreAsync(Guid[] accounts, Guid[] keys, DateTimeOffset[] times, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(AccountWall.LocalCommand(accountId: null));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(StoreSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = accounts },
                new NpgsqlParameter<Guid[]> { TypedValue = keys },
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = times },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>When one key was used last, in ticks.</summary>
    private sealed class LastUse
    {
        private const long GivenUp = -1;

        private long _ticks;
        private long _storedTicks;

        /// <summary>Takes a use down.</summary>
        /// <returns>False where nothing looks at this object any more.</returns>
        public bool TryNote(long ticks)
        {
            var seen = Volatile.Read(ref _ticks);
            while (seen != GivenUp && seen < ticks)
            {
                var before = Interlocked.CompareExchange(ref _ticks, ticks, seen);
                if (before == seen)
                {
                    return true;
                }

                seen = before;
            }

            return seen != GivenUp;
        }

        public bool IsDue(out long ticks)
        {
            ticks = Volatile.Read(ref _ticks);
            return ticks > Volatile.Read(ref _storedTicks);
        }

        public void IsStored(long ticks) => Volatile.Write(ref _storedTicks, ticks);

        /// <summary>Ends the taking down, unless something was taken down that is not stored.</summary>
        public bool TryGiveUp()
        {
            var stored = Volatile.Read(ref _storedTicks);
            return Interlocked.CompareExchange(ref _ticks, GivenUp, stored) == stored;
        }
    }
}

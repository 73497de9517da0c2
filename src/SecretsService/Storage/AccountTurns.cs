using System.Collections.Concurrent;
using Npgsql;

namespace SecretsService.Storage;

/// <summary>
/// Lets a few changes of one account to the database at a time. Only one of them gets on, for it holds the account's row locked; the others would each keep a
/// connection while they wait, until a single busy account has them all and no other account is answered any more.
/// </summary>
internal static class AccountTurns
{
    // More than one, so that the next change stands ready at the lock when one ends.
    private const int AtOnce = 4;

    // As long as a statement may take.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly ConcurrentDictionary<Guid, SemaphoreSlim> Turns = new();

    /// <summary>Waits for a turn.</summary>
    /// <returns>The turn, which ends when it is disposed of.</returns>
    /// <exception cref="NpgsqlException">None was free for 30 seconds: as where the account's row is not.</exception>
    public static async Task<IDisposable> TakeAsync(Guid accountId, CancellationToken cancellation)
    {
        var turns = Turns.GetOrAdd(accountId, _ => new SemaphoreSlim(AtOnce));
        return await turns.WaitAsync(LongestWait, cancellation)
            ? new Turn(turns)
            : throw new NpgsqlException("Too many changes of one account are waiting for each other", new TimeoutException());
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}

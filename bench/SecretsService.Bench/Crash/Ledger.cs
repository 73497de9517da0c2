using System.Collections.Concurrent;

namespace SecretsService.Bench.Crash;

/// <summary>What clients were told: it must be true for ever, whatever is killed.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, int> _reads = new(StringComparer.Ordinal);
    private int _numbers;

    /// <summary>The secrets by key. Each is written by one client alone.</summary>
    public ConcurrentDictionary<string, SecretState> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>How many answers with values arrived, by the event that each must have left before.</summary>
    public IReadOnlyDictionary<string, int> Reads => _reads;

    /// <summary>A value that no other change writes.</summary>
    public string NextValue() => $"value {Interlocked.Increment(ref _numbers)}";

    /// <summary>The body of an answer with values has arrived.</summary>
    public void Received(string eventName) => _reads.AddOrUpdate(eventName, 1, (_, count) => count + 1);
}

/// <summary>One secret as its only writer knows it.</summary>
/// <param name="Id">Its id; null while it has none that is known.</param>
/// <param name="Value">The value of the last change that was acknowledged; null where it does not exist.</param>
internal sealed record SecretState(string? Id, string? Value)
{
    /// <summary>True while a change was sent and not answered: it may have been stored, whole, or not.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>The value that the change under way writes; null for a deletion.</summary>
    public string? Attempted { get; init; }

    /// <summary>True where what is stored follows from what was acknowledged.</summary>
    public bool Allows(string? stored) => stored == Value || (IsUnderWay && stored == Attempted);
}

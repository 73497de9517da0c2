using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>Tells what was done to a chain at the first row that does not stand as the service wrote it.</summary>
internal static class ChainFault
{
    /// <summary>How many of the rows after the broken one it looks at, to tell a row that was moved or put there from one that was changed.</summary>
    public const int LooksAhead = 1_000;

    /// <summary>Names the fault.</summary>
    /// <param name="seq">The place of the last sound record.</param>
    /// <param name="hash">That record's hash.</param>
    /// <param name="row">The row after it, which does not follow or is not the service's.</param>
    /// <param name="later">Rows that stand after that one.</param>
    /// <param name="isGenuine">Whether the service made a row's hash, as far as can be told.</param>
    public static ChainProblem Of(long seq, byte[] hash, EventRow row, IEnumerable<EventRow> later, Func<EventRow, bool> isGenuine)
    {
        if (later.Any(other => BelongsAfter(seq, hash, other) && isGenuine(other)))
        {
            return isGenuine(row)
                ? Problem(row, ChainProblemKind.Reordered, $"Record {row.Seq} was written at another place than it stands at.")
                : Problem(row, ChainProblemKind.Inserted, $"Record {row.Seq} was put among the others: the one that follows here stands after it.");
        }

        if (BelongsAfter(seq, hash, row) || HasOtherCount(seq, hash, row))
        {
            return isGenuine(row)
                ? Problem(row, ChainProblemKind.Changed, $"Record {row.Seq} was changed: its place, or the number of records that it stands for.")
                : Problem(row, ChainProblemKind.Forged, $"Record {row.Seq} does not have the service's tag: it was changed, or computed anew, without the account's key.");
        }

        return row.Seq - row.Count > seq
            ? Missing(seq + 1, row.Seq - row.Count)
            : Problem(row, ChainProblemKind.Changed, $"Record {row.Seq} was changed: its hash does not follow from what it says and from the record before it.");
    }

    /// <summary>Says that records are gone.</summary>
    /// <param name="first">The place of the first one.</param>
    /// <param name="last">The place of the last one.</param>
    public static ChainProblem Missing(long first, long last) => new()
    {
        Seq = first,
        Kind = ChainProblemKind.Missing,
        Message = first == last ? $"Record {first} is missing." : $"Records {first} to {last} are missing.",
    };

    /// <summary>Says that what a record names is gone or changed.</summary>
    public static ChainProblem Manifest(EventRow row) =>
        Problem(row, ChainProblemKind.Manifest, $"Record {row.Seq} names the keys and versions that were handed out by a hash, and these are missing or changed.");

    private static ChainProblem Problem(EventRow row, ChainProblemKind kind, string message) =>
        new() { Seq = row.Seq, Id = row.Id, Kind = kind, Message = message };

    // Wherever it stands now.
    private static bool BelongsAfter(long seq, byte[] hash, EventRow row) =>
        row.Count >= 1 && EventChain.HashOf(hash, row, seq + row.Count, row.Count).AsSpan().SequenceEqual(row.Hash);

    private static bool HasOtherCount(long seq, byte[] hash, EventRow row) =>
        row.Seq - seq is var count and >= 1 and <= int.MaxValue && EventChain.HashOf(hash, row, row.Seq, (int)count).AsSpan().SequenceEqual(row.Hash);
}

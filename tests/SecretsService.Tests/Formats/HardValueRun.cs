using System.Collections.Concurrent;

namespace SecretsService.Tests.Formats;

/// <summary>What became of each hard value on its way to a consumer.</summary>
internal static class HardValueRun
{
    public const string Same = "same";
    public const string Refused = "refused";
    public const string Wrong = "wrong";

    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<string>>>> Runs = new(StringComparer.Ordinal);

    /// <summary>
    /// Puts each hard value between two others in a file of its own, and lets the consumer read it, once for all tests.
    /// </summary>
    /// <returns>For each hard value whether all three came out the same, or the format refused it, or neither.</returns>
    public static Task<IReadOnlyList<string>> OfAsync(Consumer consumer) =>
        Runs.GetOrAdd(consumer.Name, _ => new Lazy<Task<IReadOnlyList<string>>>(() => RunAsync(consumer))).Value;

    private static async Task<IReadOnlyList<string>> RunAsync(Consumer consumer)
    {
        var format = Carrying.FormatOf(consumer);
        var carried = HardValues.All.Where(v => format.Carries(v.Value)).ToList();
        var files = carried.Select(v => new[] { Carrying.Variable("BEFORE", "b"), Carrying.Variable("HARD", v.Value), Carrying.Variable("LATER", "l") });
        var readings = await consumer.ReadAsync([.. files.Select(format.Written)]);
        var same = carried.Zip(files, readings)
            .Where(run => run.Third.Variables is { } read && run.Second.AsRead().OrderBy(v => v.Key, StringComparer.Ordinal)
                .SequenceEqual(read.OrderBy(v => v.Key, StringComparer.Ordinal)))
            .Select(run => run.First).ToHashSet();
        return [.. HardValues.All.Select(v => same.Contains(v) ? Same : carried.Contains(v) ? Wrong : Refused)];
    }
}

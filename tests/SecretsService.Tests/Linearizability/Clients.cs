#pragma warning disable RS0030, CA5394 // A run is repeated by its seed; nothing here is secret.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SecretsService.Testing;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests.Linearizability;

/// <summary>
/// Clients that change and read one merged map through several replicas at the same time, and write down what they see. Each group of keys has one writer, which
/// imports the next number into all keys of the group at once; readers read the whole map. Who asks which replica next is drawn from a seed.
/// </summary>
/// <param name="replicas">A client for each replica, all with keys of one account.</param>
/// <param name="seed">The seed.</param>
internal sealed class Clients(IReadOnlyList<ApiClient> replicas, int seed)
{
    private const int Groups = 2;
    private const int Keys = 3;
    private const int Readers = 4;

    private readonly ConcurrentBag<Change> _changes = [];
    private readonly ConcurrentBag<Reading> _readings = [];
    private int _writers = Groups;

    /// <summary>Lets them go on until all changes are made.</summary>
    /// <param name="changes">How many changes there are of each group.</param>
    /// <param name="readings">How many reads each reader makes at most.</param>
    public async Task<History> RunAsync(int changes, int readings)
    {
        var writers = Enumerable.Range(0, Groups).Select(group => WriteAsync(group, changes));
        var readers = Enumerable.Range(0, Readers).Select(reader => ReadAsync(reader, readings));
        await Task.WhenAll([.. writers, .. readers]);
        return new History([.. _changes], [.. _readings]);
    }

    private async Task WriteAsync(int group, int changes)
    {
        var random = new Random(seed + group);
        for (var value = 1; value <= changes; value++)
        {
            var map = Enumerable.Range(0, Keys).ToDictionary(key => NameOf(group, key), _ => $"{value}", StringComparer.Ordinal);
            var began = Stopwatch.GetTimestamp();
            (await Any(random).PostAsync("/global-secrets/import", map)).ShouldBe(200);
            _changes.Add(new Change(group, value, began, Stopwatch.GetTimestamp()));
        }

        Interlocked.Decrement(ref _writers);
    }

    private async Task ReadAsync(int reader, int readings)
    {
        var random = new Random(seed + Groups + reader);
        for (var i = 0; i < readings && Volatile.Read(ref _writers) > 0; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var answer = (await Any(random).GetAsync(Production + "/injection")).ShouldBe(200);
            var ended = Stopwatch.GetTimestamp();
            var data = answer.Data;
            _readings.Add(new Reading([.. Enumerable.Range(0, Groups).Select(group => ValuesOf(data, group))], began, ended));
        }
    }

    private ApiClient Any(Random random) => replicas[random.Next(replicas.Count)];

    private static int[] ValuesOf(JsonElement data, int group) =>
    [
        .. Enumerable.Range(0, Keys).Select(key =>
            data.TryGetProperty(NameOf(group, key), out var value) ? int.Parse(value.GetString()!, CultureInfo.InvariantCulture) : 0),
    ];

    private static string NameOf(int group, int key) => $"GROUP_{group}_KEY_{key}";
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;
using SecretsService.Testing;

namespace SecretsService.Bench;

/// <summary>
/// What the wall between accounts costs: the same requests, in turns, to two servers of this process that differ in whether the tables of their databases have
/// row-level security. Both send the setting; what that costs is measured by itself, on one connection.
/// </summary>
internal static class Walls
{
    private const int Rounds = 201;
    private const int WarmUp = 30;
    private const string Production = "/sites/shop/environments/production";

    private const string TakeDown =
        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND rowsecurity LOOP "
        + "EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t); END LOOP; END $$";

    public static async Task RunAsync()
    {
        await using var walled = new BenchServer();
        await using var open = new BenchServer();
        var (within, without) = (await FillAsync(walled), await FillAsync(open));
        await open.ExecuteSqlAsync(TakeDown);
        Console.WriteLine($"{ManySecrets.Count} secrets in an account, one request at a time, in turns, medians of {Rounds}");
        Console.WriteLine("| request | with the wall, ms | without, ms | ratio |");
        Console.WriteLine("|--|--:|--:|--:|");
        foreach (var (name, send) in Requests())
        {
            await ReportAsync(name, round => AnswerAsync(send(within, round)), round => AnswerAsync(send(without, round)));
        }

        await using var source = NpgsqlDataSource.Create(walled.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await ReportAsync(
            "the smallest query, with `SET` and without", _ => QueryAsync(connection, within.Few.Id, isSet: true), _ => QueryAsync(connection, within.Few.Id, isSet: false));
    }

    private static IReadOnlyList<(string Name, Func<Accounts, int, Task<ApiAnswer>> Send)> Requests() =>
    [
        ("merged map of 50 secrets, given from memory", (accounts, _) => accounts.Few.Client.GetAsync($"{Production}/injection")),
        ("merged map of 50 secrets, made", (accounts, round) => accounts.Few.Client.GetAsync($"{Production}/injection?prefix=P{round}_")),
        ("100 of 10,000 secrets", (accounts, _) => accounts.Many.Client.GetAsync("/secrets?per_page=100")),
        ("what an environment receives", (accounts, _) => accounts.Many.Client.GetAsync($"{Production}/secrets?per_page=100&inherited=true")),
        ("create a secret", (accounts, round) => accounts.Few.Client.PostAsync("/sites/shop/secrets", new { key = $"CREATED_{round}", value = "a value of some length" })),
    ];

    private static async Task<Accounts> FillAsync(BenchServer server)
    {
        server.With("Secrets:PerScope", "1000");
        await server.InitializeAsync();
        var many = await ManySecrets.FillAsync(server);
        var few = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        foreach (var number in Enumerable.Range(0, 50))
        {
            await few.HasSecretAsync("shop", "production", $"BENCHMARK_SECRET_{number}", $"value-{number}-{new string('x', 40)}");
        }

        return new Accounts(many, few);
    }

    private static async Task ReportAsync(string name, Func<int, Task> one, Func<int, Task> other)
    {
        var times = new List<double>();
        var others = new List<double>();
        foreach (var round in Enumerable.Range(0, WarmUp + Rounds))
        {
            // Who goes first changes, for what the first one leaves to be done falls on the second.
            var (first, second) = round % 2 == 0 ? (one, other) : (other, one);
            var (a, b) = (await MeasureAsync(first, round), await MeasureAsync(second, round));
            if (round >= WarmUp)
            {
                times.Add(round % 2 == 0 ? a : b);
                others.Add(round % 2 == 0 ? b : a);
            }
        }

        times.Sort();
        others.Sort();
        var (median, without) = (times[Rounds / 2], others[Rounds / 2]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:0.00} | {without:0.00} | {median / without:0.000} |"));
    }

    private static async Task<double> MeasureAsync(Func<int, Task> send, int round)
    {
        var began = Stopwatch.GetTimestamp();
        await send(round);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task AnswerAsync(Task<ApiAnswer> sending)
    {
        var answer = await sending;
        if (answer.Status is not (200 or 201))
        {
            throw new InvalidOperationException(answer.Text);
        }
    }

    // As the service sends it: in one round trip.
    [SuppressMessage("Security", "CA2100", Justification = "A constant and an id")]
    private static async Task QueryAsync(NpgsqlConnection connection, Guid id, bool isSet)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (isSet)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"SET secrets.account = '{id}'"));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT revision FROM accounts WHERE id = $1") { Parameters = { new() { Value = id } } });
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
            {
                // All of it.
            }
        }
        while (await reader.NextResultAsync());
    }

    private sealed record Accounts(Account Many, Account Few);
}

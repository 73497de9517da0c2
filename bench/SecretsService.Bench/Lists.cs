using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SecretsService.Testing;

namespace SecretsService.Bench;

/// <summary>
/// Lists secrets of an account that has 10,000, among others with as many; then sends the very queries of each list to PostgreSQL again, one after
/// the other on one connection, and reports the median time from sending one to having read its last row.
/// </summary>
internal static class Lists
{
    private const int Rounds = 51;

    private static readonly IReadOnlyList<(string Name, string Path)> All =
    [
        ("first page of the global secrets", "/global-secrets?per_page=100"),
        ("deep page", "/global-secrets?per_page=100&page=50"),
        ("`q`, 75 found", "/global-secrets?per_page=100&q=ame_77"),
        ("`q`, none found", "/global-secrets?per_page=100&q=nowhere"),
        ("`expired=true`", "/global-secrets?per_page=100&expired=true"),
        ("`expired=false`", "/global-secrets?per_page=100&expired=false"),
        ("`secret_type=smtp`", "/global-secrets?per_page=100&secret_type=smtp"),
        ("`environment_type=production`", "/global-secrets?per_page=100&environment_type=production"),
        ("`deleted=true`", "/global-secrets?per_page=100&deleted=true"),
        ("one environment", "/sites/shop/environments/production/secrets?per_page=100"),
        ("what an environment receives", "/sites/shop/environments/production/secrets?per_page=100&inherited=true"),
        ("all of the account, first page", "/secrets?per_page=100"),
        ("all of the account, deep page", "/secrets?per_page=100&page=90"),
        ("all of the account, `q`", "/secrets?per_page=100&q=ame_77"),
        ("all of the account, `expired=true`", "/secrets?per_page=100&expired=true"),
        ("all of the account, `secret_type=smtp`", "/secrets?per_page=100&secret_type=smtp"),
        ("counts of the account", "/secrets/stats"),
    ];

    public static async Task RunAsync()
    {
        using var queries = new CapturedQueries();
        await using var server = new BenchServer();
        await server.InitializeAsync();
        var account = await ManySecrets.FillAsync(server);
        queries.Follow(server);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        Console.WriteLine($"{ManySecrets.Count} secrets in the account, PostgreSQL {connection.PostgreSqlVersion}, medians of {Rounds}");
        Console.WriteLine("| list | rows | each query, ms | together, ms |");
        Console.WriteLine("|--|--:|--:|--:|");
        foreach (var (name, path) in All)
        {
            var sent = await queries.OfAsync(async () => (await account.Client.GetAsync(path)).ShouldBe(200));
            var medians = new List<double>();
            var rows = 0;
            foreach (var query in sent.Where(q => q.Sql.Contains("FROM secrets", StringComparison.Ordinal)))
            {
                var (median, count) = await MeasureAsync(connection, query);
                medians.Add(median);
                rows = query.Sql.Contains("sealed_value", StringComparison.Ordinal) ? count : rows;
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {rows} | {string.Join(" + ", medians.Select(m => m.ToString("0.0", CultureInfo.InvariantCulture)))} | {medians.Sum():0.0} |"));
        }
    }

    private static async Task<(double Median, int Rows)> MeasureAsync(NpgsqlConnection connection, CapturedQuery query)
    {
        var times = new List<double>();
        var rows = 0;
        foreach (var _ in Enumerable.Range(0, Rounds))
        {
            var began = Stopwatch.GetTimestamp();
            await using var command = query.On(connection);
            await using var reader = await command.ExecuteReaderAsync();
            rows = 0;
            while (await reader.ReadAsync())
            {
                rows++;
            }

            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return (times[Rounds / 2], rows);
    }
}

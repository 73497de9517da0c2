using System.Diagnostics;
using System.Globalization;
using SecretsService.Testing;

namespace SecretsService.Bench;

/// <summary>
/// Makes the requests of a pipeline one after the other, for an environment with 50 secrets, and reports the median of each beside that of the merged
/// map, which is measured in turns with it.
/// </summary>
internal static class Deployments
{
    private const int Secrets = 50;
    private const int Rounds = 101;
    private const string Environment = "/sites/shop/environments/production";

    public static async Task RunAsync()
    {
        await using var server = new BenchServer();
        await server.InitializeAsync();
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        foreach (var number in Enumerable.Range(0, Secrets))
        {
            await account.HasSecretAsync($"BENCHMARK_SECRET_{number}", $"value-{number}-{new string('x', 40)}");
        }

        var id = (await account.Client.PostAsync($"{Environment}/deployments", "{}")).ShouldBe(202).Id;
        await account.Client.PatchAsync($"/deployments/{id}", new { status = "deploying" });
        await account.Client.PatchAsync($"/deployments/{id}", new { status = "deployed" });
        Console.WriteLine($"{Secrets} secrets, one request at a time, medians of {Rounds}");
        Console.WriteLine("| request | ms | merged map, ms | ratio |");
        Console.WriteLine("|--|--:|--:|--:|");
        foreach (var (name, send) in Requests(account.Client, id))
        {
            await ReportAsync(name, send, () => account.Client.GetAsync($"{Environment}/injection"));
        }
    }

    private static IEnumerable<(string Name, Func<Task<ApiAnswer>> Send)> Requests(ApiClient client, string id) =>
    [
        ("merged map, `format=dotenv`", () => client.GetAsync($"{Environment}/injection?format=dotenv")),
        ("preflight", () => client.GetAsync($"{Environment}/preflight")),
        ("preflight, `target=lambda`", () => client.GetAsync($"{Environment}/preflight?target=lambda")),
        ("make a deployment", () => client.PostAsync($"{Environment}/deployments", "{}")),
        ("its variables", () => client.GetAsync($"/deployments/{id}/variables")),
        ("pending changes", () => client.GetAsync($"{Environment}/pending-changes")),
    ];

    private static async Task ReportAsync(string name, Func<Task<ApiAnswer>> send, Func<Task<ApiAnswer>> merged)
    {
        var times = new List<double>();
        var others = new List<double>();
        foreach (var _ in Enumerable.Range(0, Rounds))
        {
            times.Add(await MeasureAsync(send));
            others.Add(await MeasureAsync(merged));
        }

        times.Sort();
        others.Sort();
        var (median, other) = (times[Rounds / 2], others[Rounds / 2]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:0.0} | {other:0.0} | {median / other:0.0} |"));
    }

    private static async Task<double> MeasureAsync(Func<Task<ApiAnswer>> send)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await send();
        var elapsed = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return answer.Status is 200 or 202 ? elapsed : throw new InvalidOperationException(answer.Text);
    }
}

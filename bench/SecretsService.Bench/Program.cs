using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using SecretsService.Bench;
using SecretsService.Bench.Crash;
using SecretsService.Testing;

if (args is ["lists"])
{
    await Lists.RunAsync();
    return 0;
}

if (args is ["walls"])
{
    await Walls.RunAsync();
    return 0;
}

if (args is ["crash", ..])
{
    return await CrashRun.MainAsync(args);
}

if (args is ["deployments"])
{
    await Deployments.RunAsync();
    return 0;
}

// Serves the merged map of 50 secrets and, from the same process, a constant body of the same bytes; loads both with wrk on the other core;
// reports requests per second and the ratio of the two, which is what can be compared between machines.
const int Secrets = 50;
const int Rounds = 9;
const string Injection = $"{ApiClient.Api}/sites/shop/environments/production/injection";
var isDiverse = args is ["diverse", ..];
var counts = isDiverse ? args[1..] : args;
int[] connectionCounts = counts.Length > 0 ? [.. counts.Select(a => int.Parse(a, CultureInfo.InvariantCulture))] : [1, 16, 64];

await using var server = new BenchServer();
await server.InitializeAsync();
var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
foreach (var number in Enumerable.Range(0, Secrets))
{
    await account.HasSecretAsync($"BENCHMARK_SECRET_{number}", $"value-{number}-{new string('x', 40)}");
}

var script = isDiverse ? await Diverse.PrepareAsync(server, account) : null;
BenchServer.ConstantBody = System.Text.Encoding.UTF8.GetBytes((await account.Client.GetAsync(Injection["/api/v1/vector".Length..])).ShouldBe(200).Text);
Console.WriteLine($"body: {BenchServer.ConstantBody.Length} bytes, {Secrets} secrets");
Console.WriteLine("| connections | constant, requests/s | injection, requests/s | ratio | constant, µs of CPU | injection, µs of CPU | constant p50 | injection p50 | p99 |");
Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");

// From here on this process has core 0 and wrk core 1. PostgreSQL, which was started before, floats.
using (var pin = Process.Start(new ProcessStartInfo("taskset", ["--all-tasks", "--cpu-list", "--pid", "0", $"{Environment.ProcessId}"]) { RedirectStandardOutput = true, UseShellExecute = false })!)
{
    await pin.WaitForExitAsync();
}

await LoadAsync(BenchServer.ConstantPath, 16, seconds: 3);
await LoadAsync(Injection, 16, seconds: 6);
foreach (var connections in connectionCounts)
{
    // In turns, so that what else the machine does falls on both.
    var rounds = new List<(Load Constant, Load Injected)>();
    foreach (var _ in Enumerable.Range(0, Rounds))
    {
        rounds.Add((await LoadAsync(BenchServer.ConstantPath, connections, seconds: 2), await LoadAsync(Injection, connections, seconds: 2)));
    }

    var (constant, injected) = rounds.OrderBy(r => r.Injected.PerSecond / r.Constant.PerSecond).ElementAt(Rounds / 2);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {connections} | {constant.PerSecond:N0} | {injected.PerSecond:N0} | {injected.PerSecond / constant.PerSecond:0.000} | {constant.ProcessorMicroseconds:0.0} | {injected.ProcessorMicroseconds:0.0} | {constant.Median} | {injected.Median} | {injected.Slowest} |"));
}

if (script is not null)
{
    File.Delete(script);
}

return 0;

async Task<Load> LoadAsync(string path, int connections, int seconds)
{
    string[] what = script is not null && path == Injection ? ["-s", script] : ["-H", $"Authorization: Bearer {account.Token}"];
    var before = ProcessorTime();
    using var wrk = Process.Start(new ProcessStartInfo("taskset",
        ["-c", "1", "wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "--latency", .. what, $"{server.Address.GetLeftPart(UriPartial.Authority)}{path}"])
    {
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;
    var output = await wrk.StandardOutput.ReadToEndAsync();
    await wrk.WaitForExitAsync();
    var used = ProcessorTime() - before;
    return output.Contains("Non-2xx", StringComparison.Ordinal)
        ? throw new InvalidOperationException($"Some answers were errors: {output}")
        : new Load(
            double.Parse(Find(output, @"Requests/sec: +(?<found>[0-9.]+)"), CultureInfo.InvariantCulture),
            used.TotalMicroseconds / double.Parse(Find(output, @"(?<found>[0-9]+) requests in"), CultureInfo.InvariantCulture),
            Find(output, @"50% +(?<found>\S+)"),
            Find(output, @"99% +(?<found>\S+)"));
}

// Of this process alone. What else the machine does changes it much less than the time that passes.
static TimeSpan ProcessorTime()
{
    using var process = Process.GetCurrentProcess();
    return process.TotalProcessorTime;
}

static string Find(string output, string pattern) => Regex.Match(output, pattern, RegexOptions.NonBacktracking).Groups["found"].Value;

namespace SecretsService.Bench
{
    internal sealed record Load(double PerSecond, double ProcessorMicroseconds, string Median, string Slowest);
}

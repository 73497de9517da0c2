#pragma warning disable RS0030, CA5394 // A run is repeated by its seed; nothing here is secret.
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SecretsService.Testing;
using SecretsService.Tests;

namespace SecretsService.Bench.Crash;

/// <summary>
/// Starts the real service on a folder of its own, loads it, kills it or its PostgreSQL with SIGKILL at a random moment, starts it again, and compares what is
/// stored with what clients were told. The seed chooses victims and moments; what the machine makes of them differs each time.
/// </summary>
internal sealed class CrashRun : IAsyncDisposable
{
    private static readonly string[] Victims = ["service", "postgres", "both"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sks-");
    private readonly Ledger _ledger = new();
    private ServiceProcess? _service;
    private string _token = "";
    private int _passed;
    private int _failed;

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0 where every check passed.</returns>
    public static async Task<int> MainAsync(string[] arguments)
    {
        var rounds = Option(arguments, "--rounds", 6);
        var seed = Option(arguments, "--seed", Environment.ProcessId);
        Console.WriteLine($"{rounds} rounds with --seed {seed}");
        await using var run = new CrashRun();
        return await run.RunAsync(rounds, new Random(seed));
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<int> RunAsync(int rounds, Random random)
    {
        var clients = await PrepareAsync();
        for (var round = 1; round <= rounds; round++)
        {
            var (victim, milliseconds) = (Victims[random.Next(Victims.Length)], random.Next(500, 3000));
            Console.WriteLine($"round {round}: {victim} after {milliseconds} ms");
            var load = clients.RunAsync(Client());
            await Task.WhenAny(load, Task.Delay(milliseconds));
            await KillAsync(victim);
            await load;
            await StartAsync();
            await CheckSecretsAsync();
        }

        await CheckReadsAsync();
        Console.WriteLine($"{_passed} checks passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }

    private async Task<Clients> PrepareAsync()
    {
        await StartAsync();
        _token = _service!.PrintedKey ?? throw new InvalidOperationException(_service.Output);
        var account = await new Account(Guid.Empty, _token, Client()).HasSiteAsync("shop", "production");
        var revealed = await account.HasSecretAsync("shop", "production", "REVEALED", "a value");
        var deployment = (await account.Client.PostAsync($"{Clients.Production}/deployments", "{}")).ShouldBe(202).Id;
        return new Clients(_ledger, deployment, revealed);
    }

    private ApiClient Client() => _service!.ClientWith(_token);

    private async Task StartAsync()
    {
        _service = ServiceProcess.Start(
            [("ASPNETCORE_ENVIRONMENT", "Development"), ("Embedded__DataDirectory", _folder.FullName), ("Logging__LogLevel__Default", "Warning")]);
        await _service.ReadyAsync();
    }

    private async Task KillAsync(string victim)
    {
        // Read before anything ends: the file goes with the process.
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, "postgres", "data", "postmaster.pid")))[0];
        if (victim != "service")
        {
            using var kill = Process.Start("kill", ["-KILL", postmaster]);
            await kill.WaitForExitAsync();
        }

        if (victim != "postgres")
        {
            _service!.Signal("KILL");
        }

        // A service whose database has gone ends by itself.
        await _service!.ExitAsync();
        await _service.DisposeAsync();
        _service = null;
    }

    // What is stored is what was acknowledged, or what was under way when the service was killed; from here on it is what is known.
    private async Task CheckSecretsAsync()
    {
        var ids = (await Client().GetAsync($"{Clients.Production}/secrets?per_page=100")).ShouldBe(200).Data.EnumerateArray()
            .ToDictionary(secret => secret.GetProperty("key").GetString()!, secret => secret.GetProperty("id").GetString()!, StringComparer.Ordinal);
        var stored = Account.VariablesOf((await Client().GetAsync($"{Clients.Production}/injection")).ShouldBe(200));
        foreach (var (key, state) in _ledger.Secrets)
        {
            var value = stored.GetValueOrDefault(key);
            Check(state.Allows(value), $"{key} is {value ?? "absent"}, and {state} was known");
            _ledger.Secrets[key] = new SecretState(ids.GetValueOrDefault(key), value);
        }

        Check(stored.GetValueOrDefault("IMPORTED_1") == stored.GetValueOrDefault("IMPORTED_2"), "an import was stored in part");
    }

    // Each answer with values left its record before it left the service. The records of the last requests may still wait in the journal for their places.
    private async Task CheckReadsAsync()
    {
        await using var source = NpgsqlDataSource.Create(await ConnectionStringAsync());
        foreach (var (name, received) in _ledger.Reads)
        {
            await using var command = source.CreateCommand(
                """
                SELECT (SELECT coalesce(sum(count), 0) FROM events WHERE event = $1)
                     + (SELECT coalesce(sum(coalesce((r->>'count')::int, 1)), 0) FROM event_journal, json_array_elements(records) r WHERE r->>'event' = $1)
                """);
            command.Parameters.Add(new() { Value = name });
            var recorded = Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
            Check(recorded >= received, $"{received} answers arrived that {name} stands for, and {recorded} are recorded");
            Console.WriteLine($"{name}: {received} answers arrived, {recorded} are recorded");
        }

        var verify = await Client().GetAsync("/events/verify");
        Check(verify.Status == 200 && verify.Data.GetProperty("ok").GetBoolean(), $"the chain of the audit trail is broken: {verify.Text}");
    }

    private async Task<string> ConnectionStringAsync() => new NpgsqlConnectionStringBuilder
    {
        Host = Path.Combine(_folder.FullName, "postgres", "run"),
        Username = "secrets",
        Password = (await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "postgres", "password"))).Trim(),
        Database = "secrets",
        Options = "-c secrets.account=*",
    }.ConnectionString;

    private void Check(bool holds, string otherwise)
    {
        _passed += holds ? 1 : 0;
        _failed += holds ? 0 : 1;
        if (!holds)
        {
            Console.WriteLine($"FAILED: {otherwise}");
        }
    }

    private static int Option(string[] arguments, string name, int otherwise) =>
        Array.IndexOf(arguments, name) is var index and >= 0 && index + 1 < arguments.Length
            ? int.Parse(arguments[index + 1], CultureInfo.InvariantCulture)
            : otherwise;
}

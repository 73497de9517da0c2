using System.Diagnostics;
using System.Globalization;
using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class StartingAfterACrashTests(StoppedDatabase stopped) : IClassFixture<StoppedDatabase>
{
    private PrivateDatabase Database => stopped.Database;

    [Fact]
    public async Task A_killed_PostgreSQL_is_reported_and_recovers_at_the_next_start()
    {
        await using (var crashing = await Database.StartAsync())
        {
            await PrivateDatabase.QueryAsync(crashing, "CREATE TABLE late AS SELECT 43 AS number");
            Database.KillPostmaster();
            (await crashing.Exited.WaitAsync(TimeSpan.FromSeconds(10))).ShouldStartWith("PostgreSQL ended by itself.");
        }

        (await ReadAsync("late")).ShouldBe(43);
    }

    [Fact]
    public async Task A_PostgreSQL_whose_service_was_killed_is_stopped_and_replaced()
    {
        using var orphan = await LaunchWithoutServiceAsync();

        (await ReadAsync("kept")).ShouldBe(42);
        orphan.HasExited.ShouldBeTrue();
        orphan.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_process_number_that_passed_to_another_program_is_no_obstacle()
    {
        var program = new ChildProgram("/bin/sleep", ["60"]) { Timeout = TimeSpan.FromSeconds(60), User = PostgresUser() };
        using var unrelated = ChildProgram.Start(program.StartInfo());
        try
        {
            var processFile = Path.Combine(Database.Data, "postmaster.pid");
            var id = unrelated.Id.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(processFile, $"{id}\n{Database.Data}\n1700000000\n5432\n\n\n0 0\nready\n");
            PostgresUser()?.Own(processFile);

            (await ReadAsync("kept")).ShouldBe(42);
            unrelated.HasExited.ShouldBeFalse();
        }
        finally
        {
            unrelated.Kill();
            await unrelated.WaitForExitAsync();
        }
    }

    [FactForRoot]
    public async Task Data_that_belongs_to_another_user_is_given_to_the_one_that_runs_PostgreSQL()
    {
        await PrivateDatabase.PrintAsync("/bin/chown", "-R", "daemon", Database.Data);
        (await ReadAsync("kept")).ShouldBe(42);
    }

    [FactForRoot]
    public async Task A_folder_that_was_refused_opens_after_the_chown_that_the_refusal_names()
    {
        await PrivateDatabase.PrintAsync("/bin/chown", "-R", "daemon", Database.Folder);
        (await Database.RefusalAsync()).ShouldContain($"`chown -R root {Database.Folder}`");
        await PrivateDatabase.PrintAsync("/bin/chown", "-R", "root", Database.Folder);
        (await ReadAsync("kept")).ShouldBe(42);
    }

    private static UnprivilegedUser? PostgresUser() => UnprivilegedUser.ForThisProcess(SearchLocations.OfThisMachine());

    private async Task<object?> ReadAsync(string table)
    {
        await using var postgres = await Database.StartAsync();
        return await PrivateDatabase.QueryAsync(postgres, $"SELECT number FROM {table}");
    }

    private async Task<Process> LaunchWithoutServiceAsync()
    {
        var binaries = await PrivateDatabase.PostgresOfThisMachineAsync();
        string[] arguments = ["-D", Database.Data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={Database.Folder}/postgres/run"];
        var program = new ChildProgram(binaries.Postgres, arguments) { Timeout = TimeSpan.FromSeconds(10), User = PostgresUser() };
        var process = ChildProgram.Start(program.StartInfo());
        var processFile = Path.Combine(Database.Data, "postmaster.pid");
        while (!File.Exists(processFile) || !(await File.ReadAllTextAsync(processFile)).Contains("ready", StringComparison.Ordinal))
        {
            await Task.Delay(5);
        }

        return process;
    }
}

/// <summary>A private database that was started once, with a row in the table <c>kept</c>, and stopped.</summary>
public sealed class StoppedDatabase : IAsyncLifetime
{
    public PrivateDatabase Database { get; } = new();

    public async Task InitializeAsync()
    {
        await using var first = await Database.StartAsync();
        await PrivateDatabase.QueryAsync(first, "CREATE TABLE kept AS SELECT 42 AS number");
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();
}

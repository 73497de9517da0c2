using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SecretsService.Access;
using SecretsService.Startup;
using SecretsService.Storage.Embedded;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>One command on a machine with nothing configured: the service brings its own PostgreSQL.</summary>
public sealed class RunningWithNothingConfiguredTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sks-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task The_first_start_prints_a_key_that_works_and_later_ones_find_everything_again()
    {
        string key;
        await using (var first = await StartAsync())
        {
            key = first.PrintedKey.ShouldNotBeNull(first.Output);
            first.Output.ShouldContain($"{first.Address}/swagger");
            ApiToken.HasChecksum(key).ShouldBeTrue();
            (await first.ClientWith(key).PostAsync("/global-secrets", new { key = "A", value = "1" })).ShouldBe(201);
            File.GetUnixFileMode(Path.Combine(_data.FullName, "keyring.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using var second = await StartAsync();
        second.PrintedKey.ShouldBeNull();
        second.Output.ShouldNotContain(key);
        (await second.ClientWith(key).GetAsync("/global-secrets")).ShouldBe(200).Data.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task The_printed_curl_line_works_when_pasted()
    {
        await using var service = await StartAsync();
        var line = Regex.Match(service.Output, "^ *(?<line>curl .*)$", RegexOptions.Multiline | RegexOptions.NonBacktracking).Groups["line"].Value;

        var (exitCode, output) = await ShellAsync($"{line} --silent");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("\"http_status\":201");
    }

    [Fact]
    public async Task A_service_that_was_killed_leaves_nothing_that_the_next_start_cannot_take_over()
    {
        var killed = await StartAsync();
        var key = killed.PrintedKey!;
        (await killed.ClientWith(key).PostAsync("/global-secrets", new { key = "A", value = "1" })).ShouldBe(201);

        killed.Signal("KILL");
        await killed.ExitAsync();

        await using var next = await StartAsync();
        (await next.ClientWith(key).GetAsync("/global-secrets")).ShouldBe(200).Data.GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_the_service_and_its_database_cleanly(string signal)
    {
        var service = await StartAsync();

        service.Signal(signal);

        (await service.ExitAsync()).ShouldBe(0, service.Output);
        PostgresProcesses().ShouldBeEmpty();
        File.Exists(Path.Combine(_data.FullName, "postgres", "data", "postmaster.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_service_ends_with_a_sentence_when_its_database_dies()
    {
        var service = await StartAsync();
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(_data.FullName, "postgres", "data", "postmaster.pid")))[0];

        await ShellAsync($"kill -9 {postmaster}");

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("database that the service started has ended");
    }

    [Fact]
    public async Task A_lost_key_ring_is_noticed_and_not_replaced_by_a_new_one()
    {
        await (await StartAsync()).DisposeAsync();
        var keyring = Path.Combine(_data.FullName, "keyring.json");
        File.Move(keyring, keyring + ".lost");

        var service = Launch();

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("is missing, and the database was sealed with kek-");
        File.Exists(keyring).ShouldBeFalse();

        File.Move(keyring + ".lost", keyring);
        await using var restored = await StartAsync();
    }

    [Fact]
    public async Task A_key_ring_of_another_installation_is_refused_and_named()
    {
        await (await StartAsync()).DisposeAsync();
        var keyring = Path.Combine(_data.FullName, "keyring.json");
        var own = await File.ReadAllTextAsync(keyring);
        var id = Regex.Match(own, "kek-[0-9a-f]+", RegexOptions.NonBacktracking).Value;

        await File.WriteAllTextAsync(keyring, SecretsServer.NewKeyring());
        await ShouldRefuseAsync($"The key ring lacks {id}");

        // The same id, with another key under it.
        await File.WriteAllTextAsync(
            keyring, Regex.Replace(SecretsServer.NewKeyring(), "kek-[0-9a-f]+", id, RegexOptions.NonBacktracking));
        await ShouldRefuseAsync($"holds another key under the id {id}");

        await File.WriteAllTextAsync(keyring, "{}");
        await ShouldRefuseAsync("keyring.json");

        await File.WriteAllTextAsync(keyring, own);
        File.SetUnixFileMode(keyring, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await ShouldRefuseAsync("can be read by others");
    }

    [Fact]
    public async Task An_operator_may_bring_the_first_key()
    {
        var key = "sks_1f0c8a51b2d94e7f8c3a6b5d4e2f1a09c8b7a6d5e4f3c2b1a0918273645f5e4d";
        await using var service = await StartAsync(("Bootstrap__ApiKey", key));

        service.PrintedKey.ShouldBeNull();
        service.Output.ShouldNotContain(key);
        (await service.ClientWith(key).GetAsync("/global-secrets")).ShouldBe(200);
    }

    [Fact]
    public async Task A_first_start_that_cannot_serve_shows_its_key_all_the_same()
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var failed = Launch(("ASPNETCORE_URLS", $"http://{occupied.LocalEndpoint}"));

        (await failed.ExitAsync()).ShouldBe(1);
        failed.Output.ShouldContain("The address to listen on is in use");
        var key = failed.PrintedKey.ShouldNotBeNull(failed.Output);

        await using var next = await StartAsync();
        (await next.ClientWith(key).GetAsync("/global-secrets")).ShouldBe(200);
    }

    [Fact]
    public async Task A_first_key_that_could_be_guessed_is_refused()
    {
        var service = Launch(("Bootstrap__ApiKey", "sks_password"));

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("Bootstrap:ApiKey must be sks_ and at least 43 random letters and digits");
        service.Output.ShouldNotContain("sks_password");
    }

    [Fact]
    public async Task A_second_service_on_the_same_folder_is_refused_and_does_not_harm_the_first()
    {
        await using var first = await StartAsync();

        var second = Launch();

        (await second.ExitAsync()).ShouldBe(1);
        second.Output.ShouldContain("The service cannot start:");
        (await first.ClientWith(null).GetAsync("//health/ready")).ShouldBe(200);
    }

    private static async Task<(int ExitCode, string Output)> ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return (shell.ExitCode, output);
    }

    private ServiceProcess Launch(params (string Name, string Value)[] settings) =>
        ServiceProcess.Start([("ASPNETCORE_ENVIRONMENT", "Development"), ("Embedded__DataDirectory", _data.FullName), .. settings]);

    private Task<ServiceProcess> StartAsync(params (string Name, string Value)[] settings) => Launch(settings).ReadyAsync();

    private async Task ShouldRefuseAsync(string sentence)
    {
        var service = Launch();
        (await service.ExitAsync()).ShouldBe(1, service.Output);
        service.Output.ShouldContain(sentence);
        PostgresProcesses().ShouldBeEmpty();
    }

    private IEnumerable<string> PostgresProcesses() =>
        from process in Directory.EnumerateDirectories("/proc")
        where Path.GetFileName(process).All(char.IsAsciiDigit)
        let commandLine = CommandLineOf(process)
        where commandLine.Contains(_data.FullName, StringComparison.Ordinal) && commandLine.Contains("postgres", StringComparison.Ordinal)
        select commandLine;

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}

/// <summary>With a server of the operator's own.</summary>
public sealed class RunningInProductionTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sks-");
    private string _database = "";

    public async Task InitializeAsync() => _database = await PostgresTemplate.CreateEmptyAsync();

    public async Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await PostgresTemplate.DropAsync(_database);
    }

    [Fact]
    public async Task Without_settings_it_says_in_one_sentence_each_what_is_missing()
    {
        var service = ServiceProcess.Start([]);

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("  - ConnectionStrings:Secrets is not set");
        service.Output.ShouldContain("  - Neither Keys:KeyringFile nor Keys:Keyring is set");
        service.Output.ShouldNotContain("   at SecretsService");
    }

    [Theory]
    [InlineData("Secrets__PerScope", "abc", "Secrets:PerScope")]
    [InlineData("Secrets__PerScope", "0", "Secrets:PerScope must be a number from 1 to 100000")]
    [InlineData("Secrets__ReservedNames__0", "NOT A NAME", "Secrets:ReservedNames must be names")]
    [InlineData("Retention__DeletedSecretsDays", "0", "Retention:DeletedSecretsDays must be a number from 1 to 3650")]
    [InlineData("Retention__VersionsPerSecret", "0", "Retention:VersionsPerSecret must be a number from 1 to 100000")]
    [InlineData("Retention__DeploymentDays", "0", "Retention:DeploymentDays must be a number from 1 to 3650")]
    [InlineData("Retention__EventDays", "0", "Retention:EventDays must be a number from 1 to 3650")]
    [InlineData("Injection__CacheMegabytes", "-1", "Injection:CacheMegabytes must be a number from 0 to 65536")]
    [InlineData("Retention__SweepMinutes", "1441", "Retention:SweepMinutes must be a number from 1 to 1440")]
    [InlineData("RateLimits__RequestsPerMinutePerKey", "-1", "RateLimits:RequestsPerMinutePerKey must be a number from 0 to 6000000")]
    [InlineData("Limits__Connections", "0", "Limits:Connections must be a number from 1 to 1000000")]
    [InlineData("Https__HstsDays", "3651", "Https:HstsDays must be a number from 0 to 3650")]
    [InlineData("Proxies__Known__0", "proxy.example", "Proxies:Known:0 must be an address, for example 10.0.0.5, or a network")]
    [InlineData("Proxies__Known__0", "0.0.0.0/0", "Proxies:Known:0 is a network that everybody is in")]
    [InlineData("Proxies__Known", "10.0.0.5", "Proxies:Known is a list")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", "ForwardedHeaders_Enabled must not be set")]
    [InlineData("Database__MigrateAtStart", "maybe", "Database:MigrateAtStart")]
    [InlineData("Keys__KeyringFile", "/nowhere/keyring.json", "The key ring /nowhere/keyring.json cannot be read")]
    [InlineData("Keys__KeyringFile", "", "Neither Keys:KeyringFile nor Keys:Keyring is set")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "The address to listen on cannot be used")]
    [InlineData("ASPNETCORE_URLS", "http://203.0.113.7:80", "The address to listen on cannot be used")]
    [InlineData("ConnectionStrings__Secrets", "postgres://bob:c4n4ry@db/x?sslmode=require", "ConnectionStrings:Secrets is not a connection string")]
    public async Task A_wrong_setting_stops_the_start_with_a_sentence(string name, string value, string sentence)
    {
        var service = ServiceProcess.Start([.. Settings(), ("Bootstrap__ApiKey", ApiToken.Generate()), (name, value)]);

        (await service.ExitAsync()).ShouldBe(1, service.Output);
        service.Output.ShouldContain(sentence);
        service.Output.ShouldNotContain("   at ");
        service.Output.ShouldNotContain("c4n4ry");
    }

    [Fact]
    public async Task A_database_of_a_newer_release_is_refused()
    {
        (await ServiceProcess.Start([("ConnectionStrings__Secrets", _database)], "--migrate").ExitAsync()).ShouldBe(0);
        await using (var connection = new NpgsqlConnection(_database))
        {
            await connection.OpenAsync();
            await using var insert = new NpgsqlCommand("INSERT INTO \"__EFMigrationsHistory\" VALUES ('20991231000000_Future', '99')", connection);
            await insert.ExecuteNonQueryAsync();
        }

        var service = ServiceProcess.Start([.. Settings(), ("Bootstrap__ApiKey", ApiToken.Generate())]);

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("does not know (20991231000000_Future)");

        var migrating = ServiceProcess.Start([("ConnectionStrings__Secrets", _database)], "--migrate");
        (await migrating.ExitAsync()).ShouldBe(1);
        migrating.Output.ShouldContain("does not know (20991231000000_Future)");
    }

    [Theory]
    [InlineData("Host=x", 40, "secrets-service")]
    [InlineData("Host=x;Maximum Pool Size=100", 100, "secrets-service")]
    [InlineData("Host=x;MaxPoolSize=7;Application Name=mine", 7, "mine")]
    public void What_the_connection_string_sets_stands(string connectionString, int poolSize, string applicationName)
    {
        var address = new DatabaseAddress();
        address.Use(connectionString);

        var used = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        used.MaxPoolSize.ShouldBe(poolSize);
        used.ApplicationName.ShouldBe(applicationName);
    }

    [Fact]
    public async Task Connections_that_the_server_has_ended_cost_no_request()
    {
        var key = ApiToken.Generate();
        await using var service = await ServiceProcess.Start([.. Settings(), ("Bootstrap__ApiKey", key)]).ReadyAsync();
        var client = service.ClientWith(key);
        await using var admin = new NpgsqlConnection(_database);
        await admin.OpenAsync();
        await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'secrets-service' AND datname = current_database()", admin);

        // At first before any statement was prepared, then when some were, then when all were.
        await end.ExecuteNonQueryAsync();
        (await client.PostAsync("/sites", new { name = "shop" })).ShouldBe(201);
        await end.ExecuteNonQueryAsync();
        (await client.PostAsync("/sites/shop/environments", new { name = "production" })).ShouldBe(201);
        foreach (var round in Enumerable.Range(0, 8))
        {
            await end.ExecuteNonQueryAsync();
            (await client.GetAsync("/sites/shop/environments/production/injection")).ShouldBe(200).Data.GetRawText().ShouldBe("{}");
            (await client.GetAsync("/sites")).ShouldBe(200).Data[0].GetProperty("slug").GetString().ShouldBe("shop");
            if (round % 2 == 0)
            {
                await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetAsync("/sites/shop/environments/production/injection")));
            }
        }
    }

    [Fact]
    public async Task Without_a_first_key_it_does_not_make_one_up()
    {
        var service = ServiceProcess.Start(Settings());

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("set Bootstrap:ApiKey for the first start");
    }

    [Fact]
    public async Task Replicas_that_start_together_on_an_empty_database_make_one_account()
    {
        var key = ApiToken.Generate();
        var replicas = Enumerable.Range(0, 3).Select(_ => ServiceProcess.Start([.. Settings(), ("Bootstrap__ApiKey", key)])).ToList();
        try
        {
            foreach (var replica in replicas)
            {
                await replica.ReadyAsync();
            }

            (await replicas[0].ClientWith(key).PostAsync("/global-secrets", new { key = "A", value = "1" })).ShouldBe(201);
            foreach (var replica in replicas)
            {
                (await replica.ClientWith(key).GetAsync("/global-secrets")).ShouldBe(200).Data.GetArrayLength().ShouldBe(1);
                replica.Output.ShouldNotContain(key);
            }
        }
        finally
        {
            foreach (var replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Migrate_applies_the_schema_and_ends()
    {
        var refused = ServiceProcess.Start([.. Settings(), ("Database__MigrateAtStart", "false"), ("Bootstrap__ApiKey", ApiToken.Generate())]);
        (await refused.ExitAsync()).ShouldBe(1);
        refused.Output.ShouldContain("run the service with --migrate first");

        var migrating = ServiceProcess.Start([("ConnectionStrings__Secrets", _database)], "--migrate");
        (await migrating.ExitAsync()).ShouldBe(0, migrating.Output);

        await using var service = ServiceProcess.Start([.. Settings(), ("Database__MigrateAtStart", "false"), ("Bootstrap__ApiKey", ApiToken.Generate())]);
        await service.ReadyAsync();
        (await service.ClientWith(null).GetAsync("//health/ready")).ShouldBe(200).Text
            .ShouldBe("""{"status":"ok","checks":{"database":"ok","keyring":"ok"}}""");
    }

    [Fact]
    public async Task Verify_events_looks_at_every_audit_trail_and_ends_with_what_it_found()
    {
        var key = ApiToken.Generate();
        await using (var service = await ServiceProcess.Start([.. Settings(), ("Bootstrap__ApiKey", key)]).ReadyAsync())
        {
            (await service.ClientWith(key).PostAsync("/global-secrets", new { key = "A", value = "1" })).ShouldBe(201);
        }

        await using var whole = ServiceProcess.Start(Settings(), "--verify-events");
        (await whole.ExitAsync()).ShouldBe(0, whole.Output);
        whole.Output.ShouldContain("The audit trails of 1 account(s) are whole.");

        await using (var connection = new NpgsqlConnection(_database))
        {
            await connection.OpenAsync();
            await using var tamper = new NpgsqlCommand("SET secrets.account = '*'; UPDATE events SET actor_name = 'nobody' WHERE seq = 1", connection);
            (await tamper.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        await using var broken = ServiceProcess.Start(Settings(), "--verify-events");
        (await broken.ExitAsync()).ShouldBe(1, broken.Output);
        broken.Output.ShouldContain("BROKEN (Changed, id ");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so_without_its_password()
    {
        var service = ServiceProcess.Start([.. Settings(), ("ConnectionStrings__Secrets", "Host=127.0.0.1;Port=1;Username=x;Password=c4n4ry")]);

        (await service.ExitAsync()).ShouldBe(1);
        service.Output.ShouldContain("The database cannot be reached");
        service.Output.ShouldNotContain("c4n4ry");
    }

    [Fact]
    public async Task An_address_in_use_is_said_so()
    {
        var settings = Settings().Append(("Bootstrap__ApiKey", ApiToken.Generate())).ToList();
        await using var first = await ServiceProcess.Start(settings).ReadyAsync();

        var second = ServiceProcess.Start([.. settings, ("ASPNETCORE_URLS", first.Address)]);

        (await second.ExitAsync()).ShouldBe(1);
        second.Output.ShouldContain("The address to listen on is in use");
    }

    [Fact]
    public async Task A_database_that_goes_away_is_503_and_the_service_comes_back_with_it()
    {
        var key = ApiToken.Generate();
        var options = new EmbeddedPostgresOptions { DataDirectory = _folder.FullName };
        var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        await using var service = await ServiceProcess.Start(
            [.. Settings(), ("ConnectionStrings__Secrets", postgres.ConnectionString), ("Bootstrap__ApiKey", key)]).ReadyAsync();
        var client = service.ClientWith(key);
        (await client.GetAsync("/global-secrets")).ShouldBe(200);

        await postgres.DisposeAsync();
        (await client.GetAsync("/global-secrets")).ShouldBeError(503, "unavailable").Headers["Retry-After"].ShouldBe("1");
        (await client.GetAsync("//health/ready")).ShouldBe(503);
        (await client.GetAsync("//health/live")).ShouldBe(200);

        await using var again = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        var back = await client.GetAsync("/global-secrets");
        back.Status.ShouldBe(200, service.Output);
        (await client.GetAsync("//health/ready")).ShouldBe(200);
    }

    private (string Name, string Value)[] Settings()
    {
        var keyring = Path.Combine(_folder.FullName, "keyring.json");
        if (!File.Exists(keyring))
        {
            File.WriteAllText(keyring, SecretsServer.NewKeyring());
            File.SetUnixFileMode(keyring, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return [("ConnectionStrings__Secrets", _database), ("Keys__KeyringFile", keyring)];
    }
}

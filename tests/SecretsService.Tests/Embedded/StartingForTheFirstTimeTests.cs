using Npgsql;
using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class StartingForTheFirstTimeTests : IClassFixture<StartedDatabase>
{
    private readonly StartedDatabase _started;

    public StartingForTheFirstTimeTests(StartedDatabase started) => _started = started;

    [Fact]
    public async Task The_database_answers()
    {
        (await QueryAsync("SELECT current_database() || ' ' || current_user")).ShouldBe("secrets secrets");
    }

    [Theory]
    [InlineData("rolsuper", false)]
    [InlineData("rolcreaterole", false)]
    [InlineData("rolreplication", false)]
    [InlineData("rolbypassrls", false)]
    [InlineData("rolcreatedb", true)]
    public async Task The_role_is_no_superuser_and_may_create_databases(string attribute, bool expected)
    {
        (await QueryAsync($"SELECT {attribute} FROM pg_roles WHERE rolname = current_user")).ShouldBe(expected);
    }

    [Fact]
    public async Task The_role_owns_its_database_and_may_clone_one_of_its_own()
    {
        (await QueryAsync("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")).ShouldBe("secrets");
        await QueryAsync("CREATE DATABASE original");
        await QueryAsync("CREATE DATABASE clone TEMPLATE original");
        await QueryAsync("DROP DATABASE clone WITH (FORCE)");
    }

    [Theory]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'true'")]
    [InlineData("COPY (SELECT 1) TO '/tmp/written-by-postgres'")]
    [InlineData("SELECT pg_read_file('PG_VERSION')")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("ALTER ROLE secrets SUPERUSER")]
    [InlineData("SET ROLE postgres")]
    public async Task A_flaw_in_our_SQL_reaches_nothing_but_the_data(string sql)
    {
        var refusal = await Should.ThrowAsync<PostgresException>(() => QueryAsync(sql));
        refusal.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Theory]
    [InlineData("fsync", "on")]
    [InlineData("synchronous_commit", "on")]
    [InlineData("full_page_writes", "on")]
    [InlineData("data_checksums", "on")]
    [InlineData("password_encryption", "scram-sha-256")]
    [InlineData("server_encoding", "UTF8")]
    [InlineData("max_connections", "100")]
    [InlineData("listen_addresses", "")]
    public async Task It_is_set_up_to_lose_nothing_and_to_be_private(string setting, string value)
    {
        (await QueryAsync($"SHOW {setting}")).ShouldBe(value);
    }

    [Fact]
    public void No_port_listens()
    {
        var sockets = Directory.GetFiles($"/proc/{_started.Database.PostmasterId()}/fd")
            .Select(file => new FileInfo(file).LinkTarget ?? string.Empty)
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target["socket:[".Length..^1])
            .ToList();
        var networkSockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists)
            .SelectMany(path => File.ReadLines(path).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9]);

        sockets.ShouldNotBeEmpty();
        networkSockets.Intersect(sockets, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "700")]
    [InlineData("lock", "600")]
    [InlineData("postgres", "700")]
    [InlineData("postgres/password", "600")]
    [InlineData("postgres/pg.log", "600")]
    [InlineData("postgres/run", "700")]
    [InlineData("postgres/data", "700")]
    public async Task No_other_user_reads_anything(string path, string mode)
    {
        // For root the two outer folders let others pass, but not look.
        var expected = Environment.IsPrivilegedProcess && path is "" or "postgres" ? "711" : mode;
        var printed = await PrivateDatabase.PrintAsync("/usr/bin/stat", "-c", "%a", Path.Combine(_started.Database.Folder, path));
        printed.ShouldBe(expected);
    }

    [FactForRoot]
    public async Task Root_keeps_what_is_its_own_and_gives_the_rest_to_an_unprivileged_user()
    {
        var user = UnprivilegedUser.ForThisProcess(SearchLocations.OfThisMachine())!.Name;
        const string Ask = "cd \"$1\" && stat -c '%n %U' . lock postgres postgres/* && find postgres/data | xargs stat -c %U | sort -u";
        var owners = await PrivateDatabase.PrintAsync("/bin/sh", "-c", Ask, "sh", _started.Database.Folder);
        owners.Split('\n').ShouldBe(
        [
            ". root", "lock root", "postgres root", $"postgres/data {user}", "postgres/password root",
            $"postgres/pg.log {user}", $"postgres/run {user}", user,
        ]);
    }

    [FactForRoot]
    public async Task An_empty_folder_of_another_user_is_taken_over_by_root()
    {
        await using var database = new PrivateDatabase();
        Directory.CreateDirectory(database.Folder);
        await PrivateDatabase.PrintAsync("/bin/chown", "nobody", database.Folder);

        await using var postgres = await database.StartAsync();

        FileOwnership.IsOwn(database.Folder).ShouldBeTrue();
        (await PrivateDatabase.PrintAsync("/usr/bin/stat", "-c", "%U %a", database.Folder)).ShouldBe("root 711");
    }

    [Fact]
    public async Task PostgreSQL_gets_nothing_of_our_environment()
    {
        var environment = await File.ReadAllTextAsync($"/proc/{_started.Database.PostmasterId()}/environ");
        environment.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')[0])
            .ShouldBeSubsetOf(["PATH", "LC_ALL", "PWD", "OLDPWD"], StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_password_is_wanted()
    {
        var forged = _started.Postgres.ConnectionString.Replace("Password=", "Password=0", StringComparison.Ordinal);
        await using var source = NpgsqlDataSource.Create(forged);
        var refusal = await Should.ThrowAsync<PostgresException>(async () => await source.OpenConnectionAsync());
        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task A_second_service_in_the_same_folder_is_refused_and_harms_nothing()
    {
        (await _started.Database.RefusalAsync()).ShouldBe(
            $"The data folder {_started.Database.Folder} is in use by another running service: "
            + "stop that one, or set Embedded:DataDirectory to another folder.");
        (await QueryAsync("SELECT 1")).ShouldBe(1);
    }

    private Task<object?> QueryAsync(string sql) => PrivateDatabase.QueryAsync(_started.Postgres, sql);
}

/// <summary>A private database that has been started for the first time.</summary>
public sealed class StartedDatabase : IAsyncLifetime
{
    public PrivateDatabase Database { get; } = new();

    internal EmbeddedPostgres Postgres { get; private set; } = null!;

    public async Task InitializeAsync() => Postgres = await Database.StartAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();
}

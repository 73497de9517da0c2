using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SecretsService.Storage;
using SecretsService.Storage.Embedded;

namespace SecretsService.Testing;

/// <summary>
/// One PostgreSQL server for the whole test run, with a migrated database that the others are cloned from. It is the server of
/// <c>SECRETS_TEST_POSTGRES</c> (a connection string of a user that may create databases), else a private one that is started here. Where there
/// is neither, every test fails: none is skipped.
/// </summary>
public static class PostgresTemplate
{
    private const int DropAttempts = 6;

    private static readonly Lazy<Task<Server>> Running = new(StartAsync);

    /// <summary>Makes an empty database with the current schema.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CloneAsync()
    {
        var server = await Running.Value;
        return await server.CreateAsync($"TEMPLATE {server.Template}");
    }

    /// <summary>Makes a database without a schema.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateEmptyAsync()
    {
        var server = await Running.Value;
        return await server.CreateAsync("");
    }

    /// <summary>Drops a database that one of the other methods made.</summary>
    public static async Task DropAsync(string connectionString)
    {
        var server = await Running.Value;
        var drop = $"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)";
        for (var attempt = 1; attempt <= DropAttempts; attempt++)
        {
            try
            {
                await server.ExecuteAsync(drop);
                return;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.ObjectInUse or PostgresErrorCodes.InsufficientPrivilege)
            {
                // It gives the backends five seconds to end, which a busy machine may not have for them, and may not end a worker of the autovacuum.
            }
        }

        // It is left to the end of the server, which a private one shares with the test run.
    }

    private static async Task<Server> StartAsync()
    {
        var configured = new ConfigurationBuilder().AddEnvironmentVariables("SECRETS_TEST_").Build()["POSTGRES"];
        var server = new Server(configured ?? await StartPrivateAsync());
        if (configured is not null)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
                server.ExecuteAsync($"DROP DATABASE IF EXISTS {server.Template} WITH (FORCE)").GetAwaiter().GetResult();
        }

        await server.ExecuteAsync($"CREATE DATABASE {server.Template}");
        await using var db = new SecretsDbContext(
            new DbContextOptionsBuilder<SecretsDbContext>().UseNpgsql(server.ConnectionStringOf(server.Template, isPooled: false)).Options);
        await db.Database.MigrateAsync();
        return server;
    }

    private static async Task<string> StartPrivateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sks-");
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = folder.FullName }, NullLogger.Instance, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
            folder.Delete(recursive: true);
        };
        return postgres.ConnectionString;
    }

    private sealed class Server(string connectionString)
    {
        public string Template { get; } = $"secrets_template_{Guid.CreateVersion7():N}";

        public async Task<string> CreateAsync(string options)
        {
            var name = $"secrets_test_{Guid.CreateVersion7():N}";
            await ExecuteAsync($"CREATE DATABASE {name} {options}");
            return ConnectionStringOf(name);
        }

        // A connection that a pool keeps open would stand against cloning.
        public string ConnectionStringOf(string database, bool isPooled = true) =>
            new NpgsqlConnectionStringBuilder(connectionString) { Database = database, Pooling = isPooled, MaxPoolSize = 20 }.ConnectionString;

        public async Task ExecuteAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}

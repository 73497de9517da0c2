using System.Globalization;
using Npgsql;
using SecretsService.Storage;
using SecretsService.Testing;

namespace SecretsService.Tests.Walls;

/// <summary>A server with two accounts that have rows in every tenant's table, and the SQL of somebody within the wall of one.</summary>
public sealed class TwoAccounts : SecretsServer
{
    /// <summary>The column of an account's id in each tenant's table, whatever tables there are.</summary>
    public IReadOnlyDictionary<string, string> Tables { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public Account One { get; private set; } = null!;

    public Account Other { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (One, Other) = (await FilledAsync(), await FilledAsync());
        Tables = (await AskAsync(
            """
            SELECT table_name || ' account_id' FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'account_id'
            UNION ALL SELECT 'accounts id' ORDER BY 1
            """)).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal);
    }

    /// <summary>The first column of what a query gives to somebody who sees the rows of every account.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(string sql, params object[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        return await AskAsync(connection, sql, parameters);
    }

    /// <summary>The first column of what a query gives on a connection.</summary>
    public static async Task<IReadOnlyList<string>> AskAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        }

        return lines;
    }

    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters.Select(value => new NpgsqlParameter { Value = value }).ToArray());
        return command;
    }

    /// <summary>Does something in a transaction that shows an account's rows, or nobody's, and is rolled back.</summary>
    internal async Task WithinAsync(Guid? account, Func<NpgsqlConnection, Task> work)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Options = "" }.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (account is { } id)
        {
            await Command(connection, AccountWall.SetLocal(id)).ExecuteNonQueryAsync();
        }

        await work(connection);
    }

    private async Task<Account> FilledAsync()
    {
        var account = await (await (await NewAccountAsync()).HasSiteAsync("shop", "production")).HasAppsAsync("shop", "worker");
        await account.HasSecretAsync("GLOBAL", "1");
        (await account.Client.PostAsync(
            "/sites/shop/environments/production/secrets", new { key = "OWN", value = "2" }, ("Idempotency-Key", "once"))).ShouldBe(201);
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "OWN"}]""")).ShouldBe(200);
        await account.HasTypeAsync("pair", "json", "left", "right");
        var deployment = await account.HasDeployedAsync();
        (await account.Client.PostAsync($"/deployments/{deployment}/token", "{}")).ShouldBe(201);
        await SealAsync();

        // What the sealing takes out of the journal, and what only an injection with a record writes.
        await ExecuteSqlAsync("INSERT INTO event_journal (account_id, id, records, tag, is_refused) VALUES ($1, gen_random_uuid(), '[]', '', true)", account.Id);
        await ExecuteSqlAsync(
            "INSERT INTO event_manifests (account_id, hash, entries, created_at) VALUES ($1, '\\x00', '[]', now()) ON CONFLICT DO NOTHING", account.Id);
        return account;
    }
}

using System.Data;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using SecretsService.Storage;

namespace SecretsService.WarmReads;

/// <summary>
/// A connection of its own for one statement at a time, which it keeps prepared. It sees the rows of every account, because the reads of several are
/// recorded at once; what it says of an account is whether its revision is the expected one, and nothing else.
/// </summary>
internal sealed class ReadLane(NpgsqlDataSource database, string sql) : IAsyncDisposable
{
    /// <summary>
    /// Compares the revisions and stores the records of those that are as expected: one statement, so one snapshot, which begins after the statement was
    /// sent, and one commit. A row without records is only compared.
    /// </summary>
    public const string CheckedSql =
        """
        WITH fresh AS (
            SELECT g.* FROM unnest($1, $2, $3, $4, $5) AS g(id, account_id, revision, records, tag)
            JOIN accounts a ON a.id = g.account_id AND a.revision = g.revision),
        stored AS (
            INSERT INTO event_journal (account_id, id, records, tag, is_refused)
            SELECT account_id, id, records::json, tag, false FROM fresh WHERE records IS NOT NULL)
        SELECT id FROM fresh
        """;

    // It waits for no lock, so that a longer time means a database that hangs. The requests then ask it by themselves, within the time that each may take.
    private const int PatienceSeconds = 5;

    private readonly NpgsqlParameter<Guid[]> _ids = new() { TypedValue = [] };
    private readonly NpgsqlParameter<Guid[]> _accounts = new() { TypedValue = [] };
    private readonly NpgsqlParameter<long[]> _revisions = new() { TypedValue = [] };
    private readonly NpgsqlParameter<string?[]> _records = new() { TypedValue = [] };
    private readonly NpgsqlParameter<byte[]?[]> _tags = new() { TypedValue = [] };
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;

    /// <summary>Makes sure of groups of reads.</summary>
    /// <returns>The ids of those whose accounts' revisions are as expected; their records are stored for good.</returns>
    public async Task<HashSet<Guid>> StoreAsync(IReadOnlyList<ReadGroup> groups)
    {
        try
        {
            var command = _command ?? await OpenAsync();
            Fill(groups);
            return await ReadIdsAsync(command);
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private void Fill(IReadOnlyList<ReadGroup> groups)
    {
        var rows = groups.Count;
        var (ids, accounts, revisions, records, tags) = (new Guid[rows], new Guid[rows], new long[rows], new string?[rows], new byte[]?[rows]);
        for (var i = 0; i < rows; i++)
        {
            (ids[i], accounts[i], revisions[i]) = (groups[i].Id, groups[i].AccountId, groups[i].Revision);
            (records[i], tags[i]) = groups[i].Sign();
        }

        (_ids.TypedValue, _accounts.TypedValue, _revisions.TypedValue) = (ids, accounts, revisions);
        (_records.TypedValue, _tags.TypedValue) = (records, tags);
    }

    private static async Task<HashSet<Guid>> ReadIdsAsync(NpgsqlCommand command)
    {
        var ids = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult);
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        // Only now the commit is known to have succeeded.
        return ids;
    }

    [SuppressMessage("Security", "CA2100", Justification = "A constant")]
    private async Task<NpgsqlCommand> OpenAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(PatienceSeconds));
        _connection = await database.OpenConnectionAsync(patience.Token);

        // One plan for all groups, however many reads they have: making one anew costs more than running it.
        await using (var settings = new NpgsqlCommand(
            $"SET {AccountWall.Setting} = '{AccountWall.Everybody}'; SET plan_cache_mode = force_generic_plan", _connection))
        {
            await settings.ExecuteNonQueryAsync(patience.Token);
        }

        // A parameter belongs to one command: the one before let go of them when it was closed, as this one must even where it cannot be prepared.
        _command = new NpgsqlCommand(sql, _connection) { CommandTimeout = PatienceSeconds, Parameters = { _ids, _accounts, _revisions, _records, _tags } };
        await _command.PrepareAsync(patience.Token);
        return _command;
    }

    private async Task CloseAsync()
    {
        var (command, connection) = (_command, _connection);
        (_command, _connection) = (null, null);
        if (command is not null)
        {
            command.Parameters.Clear();
            await command.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}

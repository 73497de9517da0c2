using Npgsql;
using SecretsService.Access;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Sites;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>Rows of a target's scopes.</summary>
/// <param name="Sql">The statement. Its first parameter is the account, its second the storage keys of the target's scopes.</param>
/// <param name="Read">Reads the current row.</param>
internal sealed record ScopedQuery<TRow>(string Sql, Func<NpgsqlDataReader, TRow> Read)
{
    /// <summary>True for a statement with a third parameter: the keys of the collections that list the target's scopes.</summary>
    public bool TakesCollections { get; init; }
}

/// <summary>What one snapshot holds of a target.</summary>
/// <param name="Origin">The target, with its account's revision.</param>
/// <param name="Rows">What a query gave for it.</param>
internal sealed record Snapshot<TRow>(MapOrigin Origin, IReadOnlyList<TRow> Rows);

/// <summary>What one snapshot holds of a target, in two ways.</summary>
/// <param name="Origin">The target, with its account's revision.</param>
/// <param name="Rows">What one query gave for it.</param>
/// <param name="Others">What another gave for it.</param>
internal sealed record Snapshot<TRow, TOther>(MapOrigin Origin, IReadOnlyList<TRow> Rows, IReadOnlyList<TOther> Others);

/// <summary>
/// Reads what a merged map is made of, in one snapshot. It is SQL by hand, in two round trips and prepared, because every deployment makes this
/// read. Statements are prepared one by one and explicitly; Npgsql 10.0.0 must not do it by itself (Startup's DatabaseAddress says why).
/// </summary>
internal sealed class SnapshotReader(NpgsqlDataSource database, SiteQueries sites)
{
    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private const string EnvironmentSql =
        """
        SELECT a.revision, e.type, s.id, s.slug, e.id, e.slug, p.id, p.slug, e.target_profile
        FROM environments e
        JOIN sites s ON s.account_id = e.account_id AND s.id = e.site_id
        JOIN accounts a ON a.id = e.account_id
        LEFT JOIN apps p ON p.account_id = e.account_id AND p.site_id = e.site_id AND (p.id = $7 OR p.slug = $8)
        WHERE e.account_id = $1 AND (e.id = $2 OR e.slug = $3) AND ($4 OR e.site_id = $5 OR s.slug = $6)
        """;

    private const string AccountSql = "SELECT revision FROM accounts WHERE id = $1";

    /// <summary>Reads a target with its account's revision, and the rows of its scopes.</summary>
    public async Task<Outcome<Snapshot<TRow>>> ReadAsync<TRow>(
        Caller caller, TargetReference target, ScopedQuery<TRow> query, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await FindOriginAsync(caller, connection, begins: true, target, cancellation);
        return found.Succeeded(out var origin, out var failure)
            ? new Snapshot<TRow>(origin, await ReadRowsAsync(connection, caller.AccountId, origin.Target, query, ends: true, cancellation))
            : failure;
    }

    /// <summary>Reads a target with the rows that two queries give for it, of one snapshot.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="target">The target.</param>
    /// <param name="one">The first query.</param>
    /// <param name="other">The second query.</param>
    /// <param name="within">
    /// A connection whose transaction holds the account's row locked, so that no other can change what is read; null to read in a repeatable-read
    /// transaction of its own.
    /// </param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<Snapshot<TOne, TOther>>> ReadBothAsync<TOne, TOther>(
        Caller caller, TargetReference target, ScopedQuery<TOne> one, ScopedQuery<TOther> other, NpgsqlConnection? within, CancellationToken cancellation)
    {
        await using var own = within is null ? await database.OpenConnectionAsync(cancellation) : null;
        var connection = within ?? own!;
        var found = await FindOriginAsync(caller, connection, begins: within is null, target, cancellation);
        return found.Succeeded(out var origin, out var failure)
            ? new Snapshot<TOne, TOther>(
                origin,
                await ReadRowsAsync(connection, caller.AccountId, origin.Target, one, ends: false, cancellation),
                await ReadRowsAsync(connection, caller.AccountId, origin.Target, other, ends: within is null, cancellation))
            : failure;
    }

    private async Task<Outcome<MapOrigin>> FindOriginAsync(
        Caller caller, NpgsqlConnection connection, bool begins, TargetReference target, CancellationToken cancellation)
    {
        if (await ReadOriginAsync(connection, caller.AccountId, target, begins, cancellation) is not { } origin || !caller.Reach.SeesEnvironment(origin))
        {
            return await ExplainAbsenceAsync(caller, target, cancellation);
        }

        return target.App is not null && !caller.Reach.SeesApp(origin) ? SiteQueries.AppNotFound
            : caller.Reach.Refuse(origin) is { } refusal ? refusal
            : origin with { Reach = caller.Reach };
    }

    private async Task<Failure> ExplainAbsenceAsync(Caller caller, TargetReference target, CancellationToken cancellation) =>
        target.Environment is { } path && (await sites.FindEnvironmentAsync(caller, path, cancellation)).Failure is { } failure
            ? failure
            : SiteQueries.EnvironmentNotFound;

    // Leaves the transaction open: where there is no such target, giving the connection back to the pool rolls it back.
    private static async Task<MapOrigin?> ReadOriginAsync(
        NpgsqlConnection connection, Guid accountId, TargetReference target, bool begins, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (begins)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin));
            batch.BatchCommands.Add(AccountWall.LocalCommand(accountId));
        }

        batch.BatchCommands.Add(target.Environment is { } path ? OriginOf(accountId, path, target.App) : OriginOf(accountId));
        await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        if (begins)
        {
            await reader.NextResultAsync(cancellation);
        }

        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        return target.Environment is null
            ? new MapOrigin(reader.GetInt64(0), target.EnvironmentType, Site: null, Environment: null, App: null)
            : new MapOrigin(reader.GetInt64(0), reader.GetString(1), PlaceAt(reader, 2), PlaceAt(reader, 4), PlaceAt(reader, 6))
            {
                Profile = reader.StringOrNull(8),
            };
    }

    private static NpgsqlBatchCommand OriginOf(Guid accountId, EnvironmentPath path, ResourceReference? app) => new(EnvironmentSql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = accountId },
            Id(path.Environment.Id),
            Text(path.EnvironmentSlug),
            new NpgsqlParameter<bool> { TypedValue = path.Site is null },
            Id(path.Site?.Id),
            Text(path.Site?.Slug),
            Id(app?.Id),
            Text(app?.Slug),
        },
    };

    private static NpgsqlBatchCommand OriginOf(Guid accountId) =>
        new(AccountSql) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = accountId } } };

    private static async Task<IReadOnlyList<TRow>> ReadRowsAsync<TRow>(
        NpgsqlConnection connection, Guid accountId, Target target, ScopedQuery<TRow> query, bool ends, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        var command = new NpgsqlBatchCommand(query.Sql)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = accountId }, Texts(target.Scopes().Select(s => s.StorageKey)) },
        };
        if (query.TakesCollections)
        {
            command.Parameters.Add(Texts(target.Scopes().Select(s => s.CollectionKey).Distinct(StringComparer.Ordinal)));
        }

        batch.BatchCommands.Add(command);
        if (ends)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        }

        await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var rows = new List<TRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(query.Read(reader));
        }

        return rows;
    }

    private static Place? PlaceAt(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : new Place(row.GetGuid(column), row.GetString(column + 1));

    private static NpgsqlParameter Id(Guid? id) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid, Value = id is { } known ? known : DBNull.Value };

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> texts) => new() { TypedValue = [.. texts] };

    private static NpgsqlParameter Text(string? text) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value };
}

using Npgsql;
using SecretsService.Scopes;
using SecretsService.Sites;

namespace SecretsService.Resolution;

/// <summary>A secret that may give the target a value, with the sealed value of its current version.</summary>
/// <param name="Id">The secret.</param>
/// <param name="Name">The secret's name.</param>
/// <param name="Scope">Where it applies.</param>
/// <param name="IsPinned">Whether no narrower scope may override it.</param>
/// <param name="IsSecret">Whether the version was sealed as a secret.</param>
/// <param name="Version">The current version.</param>
/// <param name="SealedName">The name that the version was sealed under.</param>
/// <param name="DataKeyId">The data encryption key that sealed it.</param>
/// <param name="Sealed">The sealed value.</param>
internal sealed record Candidate(
    Guid Id, string Name, SecretScope Scope, bool IsPinned, bool IsSecret, int Version, string SealedName, Guid DataKeyId, byte[] Sealed) : ICandidate;

/// <summary>
/// Reads what a merged map is made of, in one snapshot. It is SQL by hand, in two round trips and prepared, because every deployment makes this
/// read. Statements are prepared one by one and explicitly; Npgsql 10.0.0 must not do it by itself (Startup's DatabaseAddress says why).
/// </summary>
internal sealed class SnapshotReader(NpgsqlDataSource database)
{
    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private const string OriginSql =
        """
        SELECT s.slug, e.site_id, e.slug, e.id, e.type, a.revision
        FROM environments e
        JOIN sites s ON s.account_id = e.account_id AND s.id = e.site_id
        JOIN accounts a ON a.id = e.account_id
        WHERE e.account_id = $1 AND (e.id = $2 OR e.slug = $3) AND ($4 OR e.site_id = $5 OR s.slug = $6)
        """;

    private const string CandidatesSql =
        """
        SELECT s.id, s.name, s.site_id, s.app_id, s.environment_type, s.environment_id, s.is_pinned, v.is_secret, v.version, v.name, v.data_key_id, v.sealed_value
        FROM secrets s
        JOIN secret_versions v ON v.account_id = s.account_id AND v.secret_id = s.id AND v.version = s.version
        WHERE s.account_id = $1 AND s.scope_key = ANY($2) AND s.deleted_at IS NULL
        """;

    /// <summary>Reads the environment with its account's revision, and every secret of its scopes.</summary>
    /// <returns>Both, or null where the account has no such environment.</returns>
    public async Task<(MapOrigin Origin, IReadOnlyList<Candidate> Candidates)?> ReadAsync(
        Guid accountId, EnvironmentPath path, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ReadOriginAsync(connection, accountId, path, cancellation) is { } origin
            ? (origin, await ReadCandidatesAsync(connection, accountId, origin, cancellation))
            : null;
    }

    // Leaves the transaction open: where there is no environment, giving the connection back to the pool rolls it back.
    private static async Task<MapOrigin?> ReadOriginAsync(
        NpgsqlConnection connection, Guid accountId, EnvironmentPath path, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OriginSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = accountId },
                Id(path.Environment.Id),
                Text(path.EnvironmentSlug),
                new NpgsqlParameter<bool> { TypedValue = path.Site is null },
                Id(path.Site?.Id),
                Text(path.Site?.Slug),
            },
        });
        await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new MapOrigin(
                reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetGuid(3), reader.GetString(4), reader.GetInt64(5))
            : null;
    }

    private static async Task<IReadOnlyList<Candidate>> ReadCandidatesAsync(
        NpgsqlConnection connection, Guid accountId, MapOrigin origin, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(CandidatesSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = accountId },
                new NpgsqlParameter<string[]> { TypedValue = [.. origin.Target.Scopes().Select(s => s.StorageKey)] },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var candidates = new List<Candidate>();
        while (await reader.ReadAsync(cancellation))
        {
            candidates.Add(CandidateOf(reader));
        }

        return candidates;
    }

    private static Candidate CandidateOf(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        SecretScope.Of(IdAt(row, 2), IdAt(row, 3), row.IsDBNull(4) ? null : row.GetString(4), IdAt(row, 5)),
        row.GetBoolean(6),
        row.GetBoolean(7),
        row.GetInt32(8),
        row.GetString(9),
        row.GetGuid(10),
        row.GetFieldValue<byte[]>(11));

    private static Guid? IdAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static NpgsqlParameter Id(Guid? id) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid, Value = id is { } known ? known : DBNull.Value };

    private static NpgsqlParameter Text(string? text) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value };
}

using Npgsql;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>A secret that may give the target a value, with the sealed value of its current version.</summary>
/// <param name="Id">The secret.</param>
/// <param name="Name">The secret's name.</param>
/// <param name="Scope">Where it applies.</param>
/// <param name="IsPinned">Whether no narrower scope may override it.</param>
/// <param name="IsWithheld">Whether it is a tombstone.</param>
/// <param name="ExpiresAt">From when on it gives nothing.</param>
/// <param name="GivesFields">Whether it gives a variable for each field of its value: the row then has their names.</param>
/// <param name="SecretType">The key of its type; null where its value is any text.</param>
/// <param name="Version">The current version; 0 for a tombstone.</param>
/// <param name="Value">The value; null for a tombstone, and where the version's row is gone.</param>
internal sealed record Candidate(
    Guid Id,
    string Name,
    SecretScope Scope,
    bool IsPinned,
    bool IsWithheld,
    DateTimeOffset? ExpiresAt,
    bool GivesFields,
    string? SecretType,
    int Version,
    StoredValue? Value) : ISecretSource
{
    // The version is joined from the left: a tombstone has none, and a secret that has lost its own must not pass for one that is not there.
    private const string Sql =
        """
        SELECT s.id, s.name, s.site_id, s.app_id, s.environment_type, s.environment_id, s.is_pinned, s.is_withheld, s.expires_at,
               s.variables IS NOT NULL, s.version, v.name, v.data_key_id, v.sealed_value, v.is_secret,
               s.secret_type
        FROM secrets s
        LEFT JOIN secret_versions v ON v.account_id = s.account_id AND v.secret_id = s.id AND v.version = s.version
        WHERE s.account_id = $1 AND s.scope_key = ANY($2) AND s.deleted_at IS NULL
        """;

    /// <summary>Reads the living secrets of a target's scopes.</summary>
    public static readonly ScopedQuery<Candidate> Query = new(Sql, Read);

    private static Candidate Read(NpgsqlDataReader row)
    {
        var scope = SecretScope.Of(row.GuidOrNull(2), row.GuidOrNull(3), row.StringOrNull(4), row.GuidOrNull(5));
        return new Candidate(
            row.GetGuid(0),
            row.GetString(1),
            scope,
            row.GetBoolean(6),
            row.GetBoolean(7),
            row.TimeOrNull(8),
            row.GetBoolean(9),
            row.StringOrNull(15),
            row.GetInt32(10),
            row.IsDBNull(13) ? null : ValueAt(row, scope));
    }

    private static StoredValue ValueAt(NpgsqlDataReader row, SecretScope scope) => new(
        row.GetGuid(0),
        row.GetInt32(10),
        scope.StorageKey,
        row.GetString(1),
        row.GetString(11),
        SecretSealer.KindOf(row.GetBoolean(14)),
        row.GetGuid(12),
        row.GetFieldValue<byte[]>(13));
}

using Npgsql;
using SecretsService.Contracts;
using SecretsService.Scopes;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>A secret of a target's scopes, deleted or not, without its value: the statement that reads it has no column that could carry one.</summary>
internal sealed record SecretSource : ISecretSource
{
    // Deleted ones are found by their collection, because that is what their index begins with.
    private const string Sql =
        """
        SELECT s.id, s.name, s.site_id, s.app_id, s.environment_type, s.environment_id, s.is_pinned, s.is_withheld, s.is_secret,
               s.secret_type, s.variables, s.expires_at, s.deleted_at, s.version, v.fingerprint,
               coalesce(v.created_by, s.created_by), coalesce(v.created_at, s.created_at)
        FROM secrets s
        LEFT JOIN secret_versions v ON v.account_id = s.account_id AND v.secret_id = s.id AND v.version = s.version
        WHERE s.account_id = $1
          AND ((s.deleted_at IS NULL AND s.scope_key = ANY($2))
            OR (s.deleted_at IS NOT NULL AND s.collection_key = ANY($3) AND s.scope_key = ANY($2)))
        """;

    /// <summary>Reads the secrets of a target's scopes.</summary>
    public static readonly ScopedQuery<SecretSource> Query = new(Sql, Read) { TakesCollections = true };

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required SecretScope Scope { get; init; }

    public required bool IsPinned { get; init; }

    public required bool IsWithheld { get; init; }

    public required bool IsSecret { get; init; }

    public required string? SecretType { get; init; }

    /// <summary>The variables that its fields give; null where it gives one under its own name.</summary>
    public required IReadOnlyList<string>? FieldVariables { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The current version; 0 for a tombstone.</summary>
    public required int Version { get; init; }

    public required string? Fingerprint { get; init; }

    /// <summary>Who set the current value, or made the tombstone.</summary>
    public required string SetBy { get; init; }

    public required DateTimeOffset SetAt { get; init; }

    public bool GivesFields => FieldVariables is not null;

    /// <summary>What it would give if it decided its name.</summary>
    public IEnumerable<VariableClaim<SecretSource>> Claims() => FieldVariables is { } variables
        ? variables.Select(v => new VariableClaim<SecretSource>(v, VariableExpansion.FieldOf(Name, v), this))
        : [new VariableClaim<SecretSource>(Name, Field: null, this)];

    /// <summary>Shows it; of one that is out of reach only what it comes to.</summary>
    /// <param name="origin">The target that it is shown for.</param>
    /// <param name="now">The time that it is shown at.</param>
    /// <param name="sameValue">Whether its value is the winner's, where that can be said.</param>
    public ResolvedSource Show(MapOrigin origin, DateTimeOffset now, bool? sameValue) => !origin.Sees(Scope.Rung) ? Hide(origin, now) : new()
    {
        SecretId = Id,
        Scope = origin.Show(Scope),
        Rung = NumberOf(Scope),
        Version = Version,
        Fingerprint = Fingerprint,
        IsSecret = IsSecret,
        SecretType = SecretType,
        Pinned = IsPinned,
        Withheld = IsWithheld,
        ExpiresAt = ExpiresAt,
        Expired = this.IsExpired(now),
        SetBy = SetBy,
        SetAt = SetAt,
        SameValue = sameValue,
        DeletedAt = DeletedAt,
    };

    private ResolvedSource Hide(MapOrigin origin, DateTimeOffset now) => new()
    {
        SecretId = null,
        Hidden = true,
        Scope = origin.Show(Scope),
        Rung = NumberOf(Scope),
        Version = null,
        Fingerprint = null,
        IsSecret = null,
        Pinned = IsPinned,
        Withheld = IsWithheld,
        ExpiresAt = null,
        Expired = this.IsExpired(now),
        SetBy = null,
        SetAt = null,
        SameValue = null,
    };

    /// <summary>The number of a scope's rung, as the wire has it: from 1.</summary>
    public static int NumberOf(SecretScope scope) => (int)scope.Rung + 1;

    private static SecretSource Read(NpgsqlDataReader row)
    {
        return new SecretSource
        {
            Id = row.GetGuid(0),
            Name = row.GetString(1),
            Scope = SecretScope.Of(row.GuidOrNull(2), row.GuidOrNull(3), row.StringOrNull(4), row.GuidOrNull(5)),
            IsPinned = row.GetBoolean(6),
            IsWithheld = row.GetBoolean(7),
            IsSecret = row.GetBoolean(8),
            SecretType = row.StringOrNull(9),
            FieldVariables = row.IsDBNull(10) ? null : row.GetFieldValue<string[]>(10),
            ExpiresAt = row.TimeOrNull(11),
            DeletedAt = row.TimeOrNull(12),
            Version = row.GetInt32(13),
            Fingerprint = row.StringOrNull(14),
            SetBy = row.GetString(15),
            SetAt = row.GetFieldValue<DateTimeOffset>(16),
        };
    }
}

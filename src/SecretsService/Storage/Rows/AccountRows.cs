namespace SecretsService.Storage.Rows;

/// <summary>A tenant. Every row but this one and <see cref="KeyEncryptionKeyRow"/> belongs to exactly one.</summary>
internal sealed class AccountRow
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>Incremented in the transaction of every change that can alter a merged map or a permission.</summary>
    public long Revision { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A credential of an account. What it is presented by is in <see cref="ApiKeyTokenRow"/>.</summary>
internal sealed class ApiKeyRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>What it may do. Never changed: a key that may do something else is another key.</summary>
    public required string[] Abilities { get; init; }

    /// <summary>The sites that it is restricted to; empty where it is restricted to nothing at all. Never changed.</summary>
    public Guid[] Sites { get; init; } = [];

    /// <summary>The environments of those sites that it is restricted to; empty for any. Never changed, so that one which is deleted opens nothing.</summary>
    public Guid[] Environments { get; init; } = [];

    /// <summary>The apps of those sites that it is restricted to; empty for any. Never changed.</summary>
    public Guid[] Apps { get; init; } = [];

    /// <summary>From when on it is not accepted; null where it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was used last, to about a minute; null where it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that made it.</summary>
    public required string CreatedBy { get; init; }
}

/// <summary>What an API key is presented by: one token, and for a time after a rotation the one before.</summary>
internal sealed class ApiKeyTokenRow
{
    public required Guid AccountId { get; init; }

    public required Guid ApiKeyId { get; init; }

    /// <summary>SHA-256 of the token; the token itself is stored nowhere.</summary>
    public required byte[] TokenHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is not accepted, for it was replaced; null for the current one.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}

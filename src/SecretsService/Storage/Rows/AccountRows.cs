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

/// <summary>A bearer credential of an account.</summary>
internal sealed class ApiKeyRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>SHA-256 of the token; the token itself is stored nowhere.</summary>
    public required byte[] TokenHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

namespace SecretsService.Storage.Rows;

/// <summary>A secret type of an account. Those that ship with the service have no row.</summary>
internal sealed class SecretTypeRow
{
    public required Guid AccountId { get; init; }

    /// <summary>The type's key within paths and requests, unique within the account and never changed.</summary>
    public required string Key { get; init; }

    public required string Name { get; set; }

    /// <summary>The JSON Schema, compact.</summary>
    public required string Schema { get; set; }

    /// <summary>True where each field becomes a variable of its own; false where the object becomes one.</summary>
    public required bool InjectsFields { get; set; }

    public string? Description { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

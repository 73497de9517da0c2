namespace SecretsService.Storage.Rows;

/// <summary>The answer to a request that was sent with an idempotency key, kept to be repeated.</summary>
internal sealed class IdempotencyRow
{
    /// <summary>How long a record counts. An older one is as good as none, whether it has been deleted yet or not.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public required Guid AccountId { get; init; }

    /// <summary>The API key that sent the request: two of them may use one idempotency key.</summary>
    public required Guid ApiKeyId { get; init; }

    /// <summary>The idempotency key.</summary>
    public required string Key { get; init; }

    /// <summary>The record's own id, which its answer is sealed for.</summary>
    public required Guid Id { get; init; }

    /// <summary>A keyed digest of the whole request, which tells a repetition from another request.</summary>
    public required string RequestTag { get; init; }

    /// <summary>The data encryption key that sealed the answer.</summary>
    public required Guid DataKeyId { get; set; }

    /// <summary>Status, headers and body; sealed, for an answer may hold a value.</summary>
    public required byte[] SealedAnswer { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

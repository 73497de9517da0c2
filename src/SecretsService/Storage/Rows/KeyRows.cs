namespace SecretsService.Storage.Rows;

/// <summary>A key encryption key that has wrapped something here: its id and a check value, so that a lost or swapped key is noticed.</summary>
internal sealed class KeyEncryptionKeyRow
{
    public required string Id { get; init; }

    /// <summary>A constant sealed under the key: opens under no other.</summary>
    public required byte[] CheckValue { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What an <see cref="AccountKeyRow"/> is for.</summary>
internal enum AccountKeyPurpose
{
    /// <summary>Seals values: a data encryption key.</summary>
    Encryption = 0,

    /// <summary>Makes fingerprints and entity tags.</summary>
    Fingerprint = 1,
}

/// <summary>A key of an account, wrapped by a key encryption key. One is active for each purpose.</summary>
internal sealed class AccountKeyRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required AccountKeyPurpose Purpose { get; init; }

    /// <summary>The id of the key encryption key that it is wrapped by.</summary>
    public required string KeyEncryptionKeyId { get; set; }

    /// <summary>Format byte, nonce, ciphertext and tag.</summary>
    public required byte[] Wrapped { get; set; }

    public required bool IsActive { get; set; }

    /// <summary>How many values it has sealed: it is replaced long before the limit of random nonces.</summary>
    public long SealedValues { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

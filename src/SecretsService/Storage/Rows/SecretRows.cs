namespace SecretsService.Storage.Rows;

/// <summary>A secret at one scope. Its values are in <see cref="SecretVersionRow"/>.</summary>
internal sealed class SecretRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    /// <summary>The owning site, also of an app's secret; null for a global secret.</summary>
    public Guid? SiteId { get; init; }

    /// <summary>The owning app; null for a site's or a global secret.</summary>
    public Guid? AppId { get; init; }

    /// <summary>The environment type selected; null where the selector is not a type.</summary>
    public string? EnvironmentType { get; init; }

    /// <summary>The environment selected; null where the selector is not an environment.</summary>
    public Guid? EnvironmentId { get; init; }

    /// <summary>
    /// The scope as one text, without a null: what makes a secret unique together with its folded name. The database derives it from the
    /// columns above, so that it can never say something else.
    /// </summary>
    public string ScopeKey { get; private set; } = "";

    public required string Name { get; set; }

    /// <summary>The name in lower case, derived by the database: two names of one scope may not differ in case only.</summary>
    public string NameFolded { get; private set; } = "";

    public required bool IsSecret { get; set; }

    public string? Description { get; set; }

    /// <summary>The number of the current version.</summary>
    public required int Version { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required string UpdatedBy { get; set; }

    /// <summary>When it was deleted; its name is free from then on. Null while it lives.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    public SiteRow? Site { get; init; }

    public EnvironmentRow? Environment { get; init; }
}

/// <summary>One immutable sealed value of a secret, with the name that it was sealed under.</summary>
internal sealed class SecretVersionRow
{
    public required Guid AccountId { get; init; }

    public required Guid SecretId { get; init; }

    public required int Version { get; init; }

    /// <summary>The secret's name when this version was written. The value is sealed under it.</summary>
    public required string Name { get; init; }

    /// <summary>The data encryption key that sealed the value.</summary>
    public required Guid DataKeyId { get; set; }

    /// <summary>Format byte, nonce, ciphertext and tag.</summary>
    public required byte[] SealedValue { get; set; }

    public required string Fingerprint { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }
}

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

    /// <summary>The collection that lists it, derived by the database: the scope, with an environment type left out.</summary>
    public string CollectionKey { get; private set; } = "";

    public required string Name { get; set; }

    /// <summary>The name in lower case, derived by the database: two names of one scope may not differ in case only.</summary>
    public string NameFolded { get; private set; } = "";

    /// <summary>False for a plain variable, whose value lists show.</summary>
    public required bool IsSecret { get; set; }

    /// <summary>True where narrower scopes may not override it.</summary>
    public bool IsPinned { get; set; }

    /// <summary>True for a tombstone: targets of the scope do not get the name. It has no version.</summary>
    public bool IsWithheld { get; init; }

    /// <summary>The key of the secret's type; null for a value that is any text.</summary>
    public string? SecretType { get; init; }

    /// <summary>The names of the variables that the current value's fields give; null where it gives one under its own name.</summary>
    public string[]? Variables { get; set; }

    public string? Description { get; set; }

    /// <summary>From when on no target gets the value; null where it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The number of the current version, from 1; 0 for a tombstone.</summary>
    public required int Version { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required string UpdatedBy { get; set; }

    /// <summary>When it was deleted; its name is free from then on. Null while it lives.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    public SiteRow? Site { get; init; }

    public AppRow? App { get; init; }

    public EnvironmentRow? Environment { get; init; }
}

/// <summary>What a version came from. The numbers are stored.</summary>
internal enum VersionOrigin
{
    Create = 0,
    Update = 1,
    Rollback = 2,
    Import = 3,
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

    public required VersionOrigin Origin { get; init; }

    /// <summary>Whether the value was sealed as a secret or as a plain variable: it opens only as what it is.</summary>
    public required bool IsSecret { get; set; }

    /// <summary>True where the value looks like a private credential, which has no place under a public name.</summary>
    public required bool LooksPrivate { get; init; }

    /// <summary>True where the value has a line feed, which not every consumer can carry.</summary>
    public bool HasLineBreak { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }
}

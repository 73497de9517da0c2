using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>Who owns a secret: the account as a whole, one site, or one app of a site.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScopeOwner>))]
public enum ScopeOwner
{
    /// <summary>Every site of the account.</summary>
    [JsonStringEnumMemberName("global")]
    Global,

    /// <summary>One site.</summary>
    [JsonStringEnumMemberName("site")]
    Site,

    /// <summary>One app of a site.</summary>
    [JsonStringEnumMemberName("app")]
    App,
}

/// <summary>Who may see the variable once it is deployed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SecretExposure>))]
public enum SecretExposure
{
    /// <summary>What runs on the server only.</summary>
    [JsonStringEnumMemberName("server")]
    Server,

    /// <summary>Everybody: the key has a public prefix, by which frameworks build it into what browsers load.</summary>
    [JsonStringEnumMemberName("client")]
    Client,
}

/// <summary>Which of its owner's environments a secret is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScopeSelector>))]
public enum ScopeSelector
{
    /// <summary>Any of them.</summary>
    [JsonStringEnumMemberName("any")]
    Any,

    /// <summary>Those of one type.</summary>
    [JsonStringEnumMemberName("type")]
    Type,

    /// <summary>This very one.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,
}

/// <summary>Where a secret applies: an owner and a selector.</summary>
public sealed record SecretScopeInfo
{
    /// <summary>Who owns the secret.</summary>
    public required ScopeOwner Owner { get; init; }

    /// <summary>The slug of the owning site; absent where the owner is the account.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Site { get; init; }

    /// <summary>The slug of the owning app; absent where the owner is no app.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? App { get; init; }

    /// <summary>Which of the owner's environments the secret is for.</summary>
    public required ScopeSelector Selector { get; init; }

    /// <summary>The environment type, where the selector names one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EnvironmentType { get; init; }

    /// <summary>The slug of the environment, where the selector names one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Environment { get; init; }
}

/// <summary>A secret as lists and answers show it. A value is in it only where it is that of a plain variable.</summary>
public sealed record SecretMetadata
{
    /// <summary>The secret's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the environment variable.</summary>
    public required string Key { get; init; }

    /// <summary>True where the value is never shown; false for a plain variable.</summary>
    public required bool IsSecret { get; init; }

    /// <summary>Where the secret applies.</summary>
    public required SecretScopeInfo Scope { get; init; }

    /// <summary>The number of the current version, from 1; 0 for a tombstone. Every new value, and every new key, adds one.</summary>
    public required int Version { get; init; }

    /// <summary>Eight hex digits that are equal for equal values of this account and reveal nothing else; null for a tombstone.</summary>
    public required string? Fingerprint { get; init; }

    /// <summary>What the secret is for, or null.</summary>
    public required string? Description { get; init; }

    /// <summary>The key of the type that its value is an object of; absent where the value is any text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecretType { get; init; }

    /// <summary>From when on no target gets the value, in UTC; null where it does not expire.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True from <see cref="ExpiresAt"/> on: no target gets the value, and none gets a broader one in its place.</summary>
    public required bool Expired { get; init; }

    /// <summary>Who may see the variable once it is deployed, by the key's prefix.</summary>
    public required SecretExposure Exposure { get; init; }

    /// <summary>True where narrower scopes may not override it.</summary>
    public required bool Pinned { get; init; }

    /// <summary>True for a tombstone: targets of the scope do not get the key, whatever broader scopes have.</summary>
    public required bool Withheld { get; init; }

    /// <summary>The value of a plain variable; absent for a secret.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>When the secret was created, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that created it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When the secret last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The name of the API key that changed it last.</summary>
    public required string UpdatedBy { get; init; }

    /// <summary>When it was deleted, in UTC; absent while it lives.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>What looks like a mistake and is none to the service.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SecretMetadata)} {{ {nameof(Id)} = {Id}, {nameof(Key)} = {Key} }}";
}

/// <summary>One version of a secret, without its value.</summary>
public sealed record SecretVersion
{
    /// <summary>Its number, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>The key that the secret had then.</summary>
    public required string Key { get; init; }

    /// <summary>The fingerprint of its value.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What it came from.</summary>
    public required SecretVersionOrigin Origin { get; init; }

    /// <summary>When it was written, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that wrote it.</summary>
    public required string CreatedBy { get; init; }
}

/// <summary>What a version came from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SecretVersionOrigin>))]
public enum SecretVersionOrigin
{
    /// <summary>The secret was created.</summary>
    [JsonStringEnumMemberName("create")]
    Create,

    /// <summary>The secret was changed.</summary>
    [JsonStringEnumMemberName("update")]
    Update,

    /// <summary>An older version was taken up again.</summary>
    [JsonStringEnumMemberName("rollback")]
    Rollback,

    /// <summary>An import wrote it.</summary>
    [JsonStringEnumMemberName("import")]
    Import,
}

/// <summary>A value that was asked for. It is the one answer beside the merged map that carries a secret's value.</summary>
public sealed record RevealedSecret
{
    /// <summary>The key that the secret had at this version.</summary>
    public required string Key { get; init; }

    /// <summary>The value; compact JSON where the secret has a type.</summary>
    public required string Value { get; init; }

    /// <summary>The version that has this value.</summary>
    public required int Version { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(RevealedSecret)} {{ {nameof(Key)} = {Key}, {nameof(Value)} = *** }}";
}

/// <summary>How many secrets an account has.</summary>
public sealed record SecretCounts
{
    /// <summary>All that are not deleted.</summary>
    public required int Total { get; init; }

    /// <summary>Of these, those that are expired.</summary>
    public required int Expired { get; init; }

    /// <summary>Of these, those that will expire within the service's number of days (7 unless configured).</summary>
    public required int ExpiringSoon { get; init; }

    /// <summary>Of these, the plain variables.</summary>
    public required int Plain { get; init; }

    /// <summary>Of these, the tombstones.</summary>
    public required int Withheld { get; init; }

    /// <summary>Those that are deleted and can still be restored.</summary>
    public required int Deleted { get; init; }
}

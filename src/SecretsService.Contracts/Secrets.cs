using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Which of the owner's environments the secret is for.</summary>
    public required ScopeSelector Selector { get; init; }

    /// <summary>The slug of the environment, where the selector names one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Environment { get; init; }
}

/// <summary>A secret as lists and answers show it. It has no member for the value, so that none can carry it.</summary>
public sealed record SecretMetadata
{
    /// <summary>The secret's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the environment variable.</summary>
    public required string Key { get; init; }

    /// <summary>True where the value is never shown.</summary>
    public required bool IsSecret { get; init; }

    /// <summary>Where the secret applies.</summary>
    public required SecretScopeInfo Scope { get; init; }

    /// <summary>The number of the current version, from 1. Every new value, and every new key, adds one.</summary>
    public required int Version { get; init; }

    /// <summary>Eight hex digits that are equal for equal values of this account and reveal nothing else.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What the secret is for, or null.</summary>
    public required string? Description { get; init; }

    /// <summary>When the secret was created, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that created it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When the secret last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The name of the API key that changed it last.</summary>
    public required string UpdatedBy { get; init; }
}

/// <summary>What creates a secret.</summary>
public sealed record CreateSecret
{
    /// <summary>
    /// The name of the environment variable: 1 to 256 characters, a letter or underscore first, then letters, digits and
    /// underscores; not a reserved one.
    /// </summary>
    [MaxLength(SecretLimits.KeyLength)]
    [RegularExpression("^" + SecretLimits.KeyPattern + "$")]
    public required string Key { get; init; }

    /// <summary>The value: text of up to 65,536 bytes in UTF-8, without NUL. The empty string is a value.</summary>
    public required string Value { get; init; }

    /// <summary>What the secret is for: up to 1,024 characters.</summary>
    [DisallowNull]
    [MaxLength(SecretLimits.DescriptionLength)]
    public string? Description { get; init; }

    /// <summary>True, which is the default: the value is never shown. (False is not served yet.)</summary>
    [DisallowNull]
    public bool? IsSecret { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(CreateSecret)} {{ {nameof(Key)} = {Key}, {nameof(Value)} = *** }}";
}

/// <summary>What changes a secret: any of its members, and none is left as it is.</summary>
public sealed record UpdateSecret
{
    /// <summary>The new name of the environment variable, by the rules for creating one.</summary>
    [DisallowNull]
    [MaxLength(SecretLimits.KeyLength)]
    [RegularExpression("^" + SecretLimits.KeyPattern + "$")]
    public string? Key { get; init; }

    /// <summary>The new value. Writing the value that is there already adds no version.</summary>
    [DisallowNull]
    public string? Value { get; init; }

    /// <summary>What the secret is for, up to 1,024 characters; null clears it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Clearable<string?> Description { get; init; }

    /// <summary>True, or absent. (False is not served yet.)</summary>
    [DisallowNull]
    public bool? IsSecret { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(UpdateSecret)} {{ {nameof(Key)} = {Key}, {nameof(Value)} = *** }}";
}

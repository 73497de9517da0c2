using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>Why a target gets the values that it gets: every key that any of its scopes has or had, without a value.</summary>
public sealed record ResolvedMap
{
    /// <summary>The keys, sorted. All of them: they are one snapshot, and so are not paged.</summary>
    public required IReadOnlyList<ResolvedKey> Data { get; init; }

    /// <summary>What the keys were resolved for.</summary>
    public required ResolvedMapMeta Meta { get; init; }

    /// <summary>What was done, in a sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>The status of the HTTP answer, repeated.</summary>
    public required int HttpStatus { get; init; }
}

/// <summary>What keys were resolved for.</summary>
public sealed record ResolvedMapMeta
{
    /// <summary>The account's revision that the answer shows.</summary>
    public required long Revision { get; init; }

    /// <summary>The number of keys.</summary>
    public required int Count { get; init; }

    /// <summary>The slug of the site; null for a target without one.</summary>
    public required string? Site { get; init; }

    /// <summary>The slug of the environment; null for a target without a site.</summary>
    public required string? Environment { get; init; }

    /// <summary>The environment's type, or the one that was asked for; null for a target without a site where none was.</summary>
    public required string? EnvironmentType { get; init; }

    /// <summary>The slug of the app; absent where none was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? App { get; init; }
}

/// <summary>What a key comes to for a target.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResolvedState>))]
[SuppressMessage("Naming", "CA1700:Do not name enum values 'Reserved'", Justification = "It is the name that is reserved, not the member.")]
public enum ResolvedState
{
    /// <summary>The target gets a value.</summary>
    [JsonStringEnumMemberName("injected")]
    Injected,

    /// <summary>The value that decides has expired. No broader value takes its place.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>A tombstone keeps the key from the target.</summary>
    [JsonStringEnumMemberName("withheld")]
    Withheld,

    /// <summary>The platform sets the variable itself, so that no secret gives it.</summary>
    [JsonStringEnumMemberName("reserved")]
    Reserved,

    /// <summary>Every secret of this key is deleted.</summary>
    [JsonStringEnumMemberName("deleted")]
    Deleted,

    /// <summary>No scope of the target has the key, or had it lately.</summary>
    [JsonStringEnumMemberName("absent")]
    Absent,
}

/// <summary>Why a target gets a key's value, or why it gets none.</summary>
public sealed record ResolvedKey
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>What it comes to.</summary>
    public required ResolvedState State { get; init; }

    /// <summary>Why, and what to do where the target gets no value: a sentence or two for people.</summary>
    public required string Reason { get; init; }

    /// <summary>The variables that it gives to the target: its own name, or one for each field of a typed secret.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>The secret that decides, whether it gives a value or not; absent where none does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResolvedSource? Winner { get; init; }

    /// <summary>The secrets that would decide were it not for the winner, in this order.</summary>
    public required IReadOnlyList<ResolvedSource> Shadowed { get; init; }

    /// <summary>The deleted secrets of this key at the target's scopes that can still be restored, those of the highest rung first.</summary>
    public required IReadOnlyList<ResolvedSource> Deleted { get; init; }

    /// <summary>Everywhere that was looked, the highest rung first; only where one key is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ResolvedScope>? Scopes { get; init; }
}

/// <summary>
/// A secret that has something to say about a key, without its value. Of one that the API key may not see there is its scope, and what it comes to.
/// </summary>
public sealed record ResolvedSource
{
    /// <summary>The secret; null of a hidden one.</summary>
    public required Guid? SecretId { get; init; }

    /// <summary>True where the API key is restricted and may not see the secret; absent otherwise. What is null then is not told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Hidden { get; init; }

    /// <summary>Where it applies.</summary>
    public required SecretScopeInfo Scope { get; init; }

    /// <summary>How high that stands: from 1, global, to 8, an app in one environment. The higher decides unless a lower is pinned.</summary>
    public required int Rung { get; init; }

    /// <summary>The number of the current version; 0 for a tombstone; null of a hidden one.</summary>
    public required int? Version { get; init; }

    /// <summary>Eight hex digits that are equal for equal values of this account and reveal nothing else; null for a tombstone, and of a hidden one.</summary>
    public required string? Fingerprint { get; init; }

    /// <summary>True where the value is never shown; false for a plain variable; null of a hidden one.</summary>
    public required bool? IsSecret { get; init; }

    /// <summary>The key of the secret's type; absent where its value is any text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecretType { get; init; }

    /// <summary>True where narrower scopes may not override it.</summary>
    public required bool Pinned { get; init; }

    /// <summary>True for a tombstone.</summary>
    public required bool Withheld { get; init; }

    /// <summary>From when on no target gets the value, in UTC; null where it does not expire, and of a hidden one.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True from its expiry on.</summary>
    public required bool Expired { get; init; }

    /// <summary>The name of the API key that set the current value, or made the tombstone; null of a hidden one.</summary>
    public required string? SetBy { get; init; }

    /// <summary>When that was, in UTC; null of a hidden one.</summary>
    public required DateTimeOffset? SetAt { get; init; }

    /// <summary>
    /// For a shadowed secret, whether its value is the winner's; null for any other, and where one of the two is hidden, has no value or gives only
    /// a field of it.
    /// </summary>
    public required bool? SameValue { get; init; }

    /// <summary>When it was deleted, in UTC; absent while it lives.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>One of the places that a target may get a key's value from.</summary>
public sealed record ResolvedScope
{
    /// <summary>The place.</summary>
    public required SecretScopeInfo Scope { get; init; }

    /// <summary>How high it stands: from 1, global, to 8, an app in one environment.</summary>
    public required int Rung { get; init; }

    /// <summary>What it has of the key.</summary>
    public required ResolvedHolding Has { get; init; }
}

/// <summary>What a scope has of a key.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResolvedHolding>))]
public enum ResolvedHolding
{
    /// <summary>A value.</summary>
    [JsonStringEnumMemberName("value")]
    Value,

    /// <summary>A value that has expired.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>A tombstone.</summary>
    [JsonStringEnumMemberName("withheld")]
    Withheld,

    /// <summary>A secret that was deleted and can still be restored.</summary>
    [JsonStringEnumMemberName("deleted")]
    Deleted,

    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("nothing")]
    Nothing,

    /// <summary>Not told: the API key is restricted and may not see what the scope has.</summary>
    [JsonStringEnumMemberName("hidden")]
    Hidden,
}

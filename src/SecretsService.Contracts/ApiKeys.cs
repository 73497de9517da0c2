using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>An API key: what it may do, and to what of its account. Its token is shown when it is made or rotated, and never again.</summary>
public sealed record ApiKey
{
    /// <summary>The key's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The key's name for people; several may have the same one.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do: <c>secret:read</c> and the like; <c>secret:*</c> for all of a kind, <c>*</c> for all there are.</summary>
    public required IReadOnlyList<string> Abilities { get; init; }

    /// <summary>The only sites that it can see and touch anything of; empty where it is restricted to nothing.</summary>
    public required IReadOnlyList<ApiKeySite> Sites { get; init; }

    /// <summary>The only environments of those sites; empty for any.</summary>
    public required IReadOnlyList<ApiKeySitePart> Environments { get; init; }

    /// <summary>The only apps of those sites; empty for any.</summary>
    public required IReadOnlyList<ApiKeySitePart> Apps { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that made it; empty for the first one of an account.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it is not accepted, in UTC; null where it does not expire.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True from <see cref="ExpiresAt"/> on.</summary>
    public required bool Expired { get; init; }

    /// <summary>When it was used last, in UTC and to about a minute; null where it never was.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>True for the key that the request was sent with.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>When it was given its current token, in UTC; null where that is its first one.</summary>
    public required DateTimeOffset? RotatedAt { get; init; }

    /// <summary>Until when an earlier token of it is accepted too, in UTC; null where none is.</summary>
    public required DateTimeOffset? PreviousTokenExpiresAt { get; init; }

    /// <summary>The token, which begins with <c>sks_</c>: only in the answer that made it. The service keeps no more than its hash.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ApiKey)} {{ {nameof(Id)} = {Id}, {nameof(Name)} = {Name} }}";
}

/// <summary>A site that an API key is restricted to.</summary>
public sealed record ApiKeySite
{
    /// <summary>The site's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The site's slug; null where the site was deleted.</summary>
    public required string? Slug { get; init; }
}

/// <summary>An environment or an app that an API key is restricted to.</summary>
public sealed record ApiKeySitePart
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The slug of its site; null where it was deleted.</summary>
    public required string? Site { get; init; }

    /// <summary>Its slug; null where it was deleted.</summary>
    public required string? Slug { get; init; }
}

/// <summary>What makes an API key. It cannot do more, reach further or live longer than the key that makes it.</summary>
public sealed record CreateApiKey
{
    /// <summary>What people call it: 1 to 128 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do: <c>secret:read</c> and the like, <c>secret:*</c> for all of a kind. <c>*</c>, all there are, where absent.</summary>
    [DisallowNull]
    public IReadOnlyList<string>? Abilities { get; init; }

    /// <summary>
    /// The only sites that it is to see and touch anything of, up to 100, each by id or slug. Where absent or empty: those of the environments and
    /// apps, and without such the whole account.
    /// </summary>
    [DisallowNull]
    public IReadOnlyList<string>? Sites { get; init; }

    /// <summary>The only environments of those sites, up to 100, each by its id or like <c>shop/production</c>. Any where absent or empty.</summary>
    [DisallowNull]
    public IReadOnlyList<string>? Environments { get; init; }

    /// <summary>The only apps of those sites, up to 100, each by its id or like <c>shop/worker</c>. Any where absent or empty.</summary>
    [DisallowNull]
    public IReadOnlyList<string>? Apps { get; init; }

    /// <summary>From when on it is not accepted: RFC 3339, in the future. Where absent or null, when the key that makes it expires, if that does.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What gives an API key another token.</summary>
public sealed record RotateApiKey
{
    /// <summary>How many seconds its earlier tokens are accepted yet: 0 to 604,800, which is a week. 0 where absent: not at all.</summary>
    [DisallowNull]
    public int? GraceSeconds { get; init; }
}

using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Contracts;

/// <summary>A key that a site, or one app of it, needs.</summary>
public sealed record RequiredSecret
{
    /// <summary>The key, as the environment variable will be named.</summary>
    public required string Key { get; init; }

    /// <summary>True where a deployment may go on without it.</summary>
    public required bool Optional { get; init; }

    /// <summary>What it is for, or null.</summary>
    public required string? Description { get; init; }

    /// <summary>The key of the secret type that it must have, or null for any. The type need not exist yet.</summary>
    public required string? SecretType { get; init; }
}

/// <summary>One entry of the list of keys that a site or an app needs.</summary>
public sealed record RequireSecret
{
    /// <summary>The key: 1 to 256 characters, a letter or underscore first, then letters, digits and underscores. Once in a list, in whatever case.</summary>
    [MaxLength(SecretLimits.KeyLength)]
    [RegularExpression("^" + SecretLimits.KeyPattern + "$")]
    public required string Key { get; init; }

    /// <summary>True where a deployment may go on without it. False where absent.</summary>
    [DisallowNull]
    public bool? Optional { get; init; }

    /// <summary>What it is for: up to 1,024 characters. Null is as good as absent.</summary>
    [MaxLength(SecretLimits.DescriptionLength)]
    public string? Description { get; init; }

    /// <summary>The key of the secret type that it must have: 1 to 64 of <c>a-z 0-9 _ -</c>. Any type where it is absent or null.</summary>
    public string? SecretType { get; init; }
}

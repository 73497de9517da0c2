using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>A deployable project.</summary>
public sealed record Site
{
    /// <summary>The site's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The site's name within paths, unique within the account.</summary>
    public required string Slug { get; init; }

    /// <summary>The site's name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Labels, in the order given.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>When the site was created, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the site last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What creates a site.</summary>
public sealed record CreateSite
{
    /// <summary>The site's name for people: 1 to 255 characters.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The site's name within paths: 1 to 64 of <c>a-z 0-9 -</c>, which may be all digits. Made from the name where absent.
    /// </summary>
    [DisallowNull]
    public string? Slug { get; init; }

    /// <summary>Up to 32 labels of 1 to 64 characters.</summary>
    [DisallowNull]
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>What changes a site: any of its members, and none is left as it is.</summary>
public sealed record UpdateSite
{
    /// <inheritdoc cref="CreateSite.Name"/>
    [DisallowNull]
    public string? Name { get; init; }

    /// <summary>The new name within paths. Paths with the old one stop working.</summary>
    [DisallowNull]
    public string? Slug { get; init; }

    /// <inheritdoc cref="CreateSite.Tags"/>
    [DisallowNull]
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>A deployment target of a site.</summary>
public sealed record SiteEnvironment
{
    /// <summary>The environment's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The id of the site.</summary>
    public required Guid SiteId { get; init; }

    /// <summary>The slug of the site.</summary>
    public required string Site { get; init; }

    /// <summary>The environment's name within paths, unique within the site.</summary>
    public required string Slug { get; init; }

    /// <summary>The environment's name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The environment's type: <c>production</c>, <c>development</c>, <c>preview</c>, <c>local</c> or any other slug.</summary>
    public required string Type { get; init; }

    /// <summary>True for the one environment of the site that serves its users.</summary>
    public required bool IsProduction { get; init; }

    /// <summary>The target profile that its deployments are checked for, such as <c>lambda</c>; null where it names none.</summary>
    public required string? Target { get; init; }

    /// <summary>Labels, in the order given.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>When the environment was created, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the environment last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What creates an environment.</summary>
public sealed record CreateEnvironment
{
    /// <summary>The environment's name for people: 1 to 255 characters.</summary>
    public required string Name { get; init; }

    /// <inheritdoc cref="CreateSite.Slug"/>
    [DisallowNull]
    public string? Slug { get; init; }

    /// <summary>
    /// The environment's type: <c>production</c>, <c>development</c>, <c>preview</c>, <c>local</c> (or <c>prod</c>, <c>dev</c>,
    /// <c>pr</c> for the first three) or any other slug. Where absent: <c>production</c> for the production environment, else the
    /// slug where that is one of these, else <c>development</c>.
    /// </summary>
    [DisallowNull]
    public string? Type { get; init; }

    /// <summary>True for the one environment of the site that serves its users. False where absent.</summary>
    [DisallowNull]
    public bool? IsProduction { get; init; }

    /// <summary>The target profile that its deployments are checked for, such as <c>lambda</c>. None where absent or null.</summary>
    public string? Target { get; init; }

    /// <inheritdoc cref="CreateSite.Tags"/>
    [DisallowNull]
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>What changes an environment: any of its members, and none is left as it is.</summary>
public sealed record UpdateEnvironment
{
    /// <inheritdoc cref="CreateEnvironment.Name"/>
    [DisallowNull]
    public string? Name { get; init; }

    /// <inheritdoc cref="UpdateSite.Slug"/>
    [DisallowNull]
    public string? Slug { get; init; }

    /// <summary>The new type: <c>production</c>, <c>development</c>, <c>preview</c>, <c>local</c> or any other slug.</summary>
    [DisallowNull]
    public string? Type { get; init; }

    /// <summary>True for the one environment of the site that serves its users.</summary>
    [DisallowNull]
    public bool? IsProduction { get; init; }

    /// <summary>The target profile that its deployments are checked for; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Clearable<string?> Target { get; init; }

    /// <inheritdoc cref="CreateSite.Tags"/>
    [DisallowNull]
    public IReadOnlyList<string>? Tags { get; init; }
}

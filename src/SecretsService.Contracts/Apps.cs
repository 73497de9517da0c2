using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Contracts;

/// <summary>One separately running part of a site: a function, a worker.</summary>
public sealed record App
{
    /// <summary>The app's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The id of the site.</summary>
    public required Guid SiteId { get; init; }

    /// <summary>The slug of the site.</summary>
    public required string Site { get; init; }

    /// <summary>The app's name within paths, unique within the site.</summary>
    public required string Slug { get; init; }

    /// <summary>The app's name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Labels, in the order given.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>When the app was created, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the app last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What creates an app.</summary>
public sealed record CreateApp
{
    /// <summary>The app's name for people: 1 to 255 characters.</summary>
    public required string Name { get; init; }

    /// <inheritdoc cref="CreateSite.Slug"/>
    [DisallowNull]
    public string? Slug { get; init; }

    /// <inheritdoc cref="CreateSite.Tags"/>
    [DisallowNull]
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>What changes an app: any of its members, and none is left as it is.</summary>
public sealed record UpdateApp
{
    /// <inheritdoc cref="CreateApp.Name"/>
    [DisallowNull]
    public string? Name { get; init; }

    /// <inheritdoc cref="UpdateSite.Slug"/>
    [DisallowNull]
    public string? Slug { get; init; }

    /// <inheritdoc cref="CreateSite.Tags"/>
    [DisallowNull]
    public IReadOnlyList<string>? Tags { get; init; }
}

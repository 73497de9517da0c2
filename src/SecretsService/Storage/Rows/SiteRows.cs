namespace SecretsService.Storage.Rows;

/// <summary>A deployable project.</summary>
internal sealed class SiteRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required string Slug { get; set; }

    public required string Name { get; set; }

    public required string[] Tags { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A deployment target of a site.</summary>
internal sealed class EnvironmentRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required Guid SiteId { get; init; }

    public required string Slug { get; set; }

    public required string Name { get; set; }

    public required string Type { get; set; }

    public required bool IsProduction { get; set; }

    public required string[] Tags { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public SiteRow? Site { get; init; }
}

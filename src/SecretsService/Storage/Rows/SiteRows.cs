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

    /// <summary>The name of the target profile that its deployments are for; null where it names none.</summary>
    public string? TargetProfile { get; set; }

    /// <summary>The number of the deployment that was made last; 0 before the first. It is not given a second time, whatever is deleted.</summary>
    public int LastDeploymentNumber { get; set; }

    public required string[] Tags { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public SiteRow? Site { get; init; }
}

/// <summary>One separately running part of a site.</summary>
internal sealed class AppRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required Guid SiteId { get; init; }

    public required string Slug { get; set; }

    public required string Name { get; set; }

    public required string[] Tags { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public SiteRow? Site { get; init; }
}

/// <summary>A key that a site, or one app of it, needs.</summary>
internal sealed class RequiredSecretRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required Guid SiteId { get; init; }

    /// <summary>The app that needs it; null where the whole site does.</summary>
    public Guid? AppId { get; init; }

    /// <summary>Who needs it as one text, without a null; derived by the database.</summary>
    public string OwnerKey { get; private set; } = "";

    public required string Name { get; init; }

    /// <summary>True where a deployment may go on without it.</summary>
    public required bool IsOptional { get; set; }

    public string? Description { get; set; }

    /// <summary>The key of the type that it must have; null for any.</summary>
    public string? SecretType { get; set; }

    public SiteRow? Site { get; init; }

    public AppRow? App { get; init; }
}

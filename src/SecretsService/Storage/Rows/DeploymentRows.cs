namespace SecretsService.Storage.Rows;

/// <summary>How far a deployment has come. The numbers are stored.</summary>
internal enum DeploymentState
{
    Pending = 0,
    Deploying = 1,
    Deployed = 2,
    Failed = 3,
}

/// <summary>
/// A merged map that was frozen for one deployment of an environment. What the map is made of is in <see cref="DeploymentVariableRow"/>; what an
/// answer says around it is here, as it was then, so that the same bytes come back whatever is renamed later.
/// </summary>
internal sealed class DeploymentRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    /// <summary>Which deployment of its environment it is, from 1, without gaps while none is deleted: later ones have greater numbers.</summary>
    public required int Number { get; init; }

    public required Guid SiteId { get; init; }

    public required Guid EnvironmentId { get; init; }

    /// <summary>The app that is deployed; null for the site as a whole.</summary>
    public required Guid? AppId { get; init; }

    /// <summary>The site's slug at the time.</summary>
    public required string Site { get; init; }

    /// <summary>The environment's slug at the time.</summary>
    public required string Environment { get; init; }

    /// <summary>The environment's type at the time.</summary>
    public required string EnvironmentType { get; init; }

    /// <summary>The app's slug at the time; null where there is none.</summary>
    public required string? App { get; init; }

    public required DeploymentState State { get; set; }

    /// <summary>The account's revision that was frozen.</summary>
    public required long Revision { get; init; }

    /// <summary>The name of the target profile that the map was checked for; null where it was checked for none.</summary>
    public required string? TargetProfile { get; init; }

    /// <summary>The deployment that this one goes back to; null where it is no rollback. No foreign key: the record outlives what it names.</summary>
    public required Guid? TargetDeploymentId { get; init; }

    /// <summary>True where the map is that of the deployment it goes back to, rather than the one of its own time.</summary>
    public required bool TakesSnapshot { get; init; }

    public required string? Description { get; init; }

    /// <summary>As the request had it: the service makes no use of it.</summary>
    public required bool? IncludeUploads { get; init; }

    /// <inheritdoc cref="IncludeUploads"/>
    public required bool? IncludeDatabase { get; init; }

    /// <summary>The variables that a tombstone kept out of the map.</summary>
    public required string[] Withheld { get; init; }

    /// <summary>The variables that an expiry kept out of the map.</summary>
    public required string[] Expired { get; init; }

    /// <summary>What there was to say of the map itself, which answers repeat.</summary>
    public required string[] MapWarnings { get; init; }

    /// <summary>What the check warned of.</summary>
    public required string[] Warnings { get; init; }

    /// <summary>The number of variables, so that a row which was taken away is missed.</summary>
    public required int VariableCount { get; init; }

    /// <summary>A keyed tag over everything that makes the map: a row that was changed outside of the service is noticed.</summary>
    public required string MapTag { get; set; }

    /// <summary>What the deployment wrote to its standard output, as far as it was kept; secret values are masked.</summary>
    public string Stdout { get; set; } = "";

    /// <inheritdoc cref="Stdout"/>
    public string Stderr { get; set; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>When it was reported as deploying.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it was reported as deployed or failed.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>
/// One variable of a frozen map: a reference to the version that gives it, not a copy of its value. The version cannot be deleted while this row
/// refers to it.
/// </summary>
internal sealed class DeploymentVariableRow
{
    public required Guid AccountId { get; init; }

    public required Guid DeploymentId { get; init; }

    /// <summary>The variable's name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The secret. Null with the version 0 for a variable that is empty because nothing gives it, as a local deployment may have; null with another
    /// version where the secret was purged by force, and its value with it.
    /// </summary>
    public required Guid? SecretId { get; set; }

    /// <summary>The version of the secret; 0 where there is none.</summary>
    public required int Version { get; init; }

    /// <summary>The field of the version's value that gives the variable; null where the whole value does.</summary>
    public required string? Field { get; init; }

    /// <summary>How high the secret's scope stood: with the deployment's own slugs, that is where it applied.</summary>
    public required int Rung { get; init; }

    /// <summary>A keyed tag of the value: equal for equal values of one account, and long enough to tell any other.</summary>
    public required string ValueTag { get; init; }
}

/// <summary>A bearer credential that reads one frozen map, a few times and for minutes.</summary>
internal sealed class DeploymentTokenRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    public required Guid DeploymentId { get; init; }

    /// <summary>The API key that made it, and takes it along when it is deleted; null for one of an earlier release.</summary>
    public Guid? ApiKeyId { get; init; }

    /// <summary>SHA-256 of the token; the token itself is stored nowhere.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>How many times it may still be used.</summary>
    public required int UsesLeft { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that made it.</summary>
    public required string CreatedBy { get; init; }
}

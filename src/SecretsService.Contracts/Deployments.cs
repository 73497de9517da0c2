using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>How far a deployment has come: <c>pending</c>, then <c>deploying</c>, then <c>deployed</c> or <c>failed</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeploymentStatus>))]
public enum DeploymentStatus
{
    /// <summary>Its map is frozen; nobody has said that it is being rolled out.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>It is being rolled out.</summary>
    [JsonStringEnumMemberName("deploying")]
    Deploying,

    /// <summary>It is what runs, until a later one is deployed.</summary>
    [JsonStringEnumMemberName("deployed")]
    Deployed,

    /// <summary>It was given up. What ran before runs on.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>Whose merged map a rollback takes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RollbackSecrets>))]
public enum RollbackSecrets
{
    /// <summary>The one of today, as any deployment does.</summary>
    [JsonStringEnumMemberName("current")]
    Current,

    /// <summary>The one that the earlier deployment had.</summary>
    [JsonStringEnumMemberName("snapshot")]
    Snapshot,
}

/// <summary>A merged map that was frozen for one deployment of an environment, and what became of it.</summary>
[SuppressMessage("Naming", "CA1724", Justification = "What it is called everywhere else; the namespace is of another framework")]
public sealed record Deployment
{
    /// <summary>The deployment's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>Which deployment of its environment it is, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The id of the environment.</summary>
    public required Guid EnvironmentId { get; init; }

    /// <summary>The slug of the site when the deployment was made.</summary>
    public required string Site { get; init; }

    /// <summary>The slug of the environment when the deployment was made.</summary>
    public required string Environment { get; init; }

    /// <summary>The slug of the app; absent where the site is deployed as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? App { get; init; }

    /// <summary>How far it has come.</summary>
    public required DeploymentStatus Status { get; init; }

    /// <summary>The account's revision whose map was frozen.</summary>
    public required long Revision { get; init; }

    /// <summary>The number of variables in the frozen map.</summary>
    public required int VariableCount { get; init; }

    /// <summary>The target profile that the map was checked for, or null.</summary>
    public required string? Target { get; init; }

    /// <summary>The deployment that this one goes back to; null where it is no rollback.</summary>
    public required Guid? TargetDeploymentId { get; init; }

    /// <summary>Whose map it has: <c>snapshot</c> for that of the deployment it goes back to, else <c>current</c>.</summary>
    public required RollbackSecrets Secrets { get; init; }

    /// <summary>What it is for, or null.</summary>
    public required string? Description { get; init; }

    /// <summary>As the request had it, or null.</summary>
    public required bool? IncludeUploads { get; init; }

    /// <summary>As the request had it, or null.</summary>
    public required bool? IncludeDatabase { get; init; }

    /// <summary>
    /// What it wrote to its standard output, as it was last reported; of more than 64 KiB the end, and in a list its last 1,024
    /// characters. Secret values of the frozen map that have 6 bytes or more are replaced by <c>***</c>.
    /// </summary>
    public required string Stdout { get; init; }

    /// <summary>What it wrote to its standard error; as <see cref="Stdout"/>.</summary>
    public required string Stderr { get; init; }

    /// <summary>What the check found that did not stand against it, for example an optional key that is missing.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the API key that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was reported as deploying, in UTC; null before.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was reported as deployed or failed, in UTC; null before.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When it last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What makes a deployment. The body may be absent: every member may.</summary>
public sealed record CreateDeployment
{
    /// <summary>The id or slug of an app of the site, which is deployed alone. The site as a whole where absent.</summary>
    [DisallowNull]
    public string? App { get; init; }

    /// <summary>The target profile to check for, such as <c>lambda</c>. The environment's own where absent.</summary>
    [DisallowNull]
    public string? Target { get; init; }

    /// <summary>Keys that the map must have, beside those that the site and the app declare.</summary>
    [DisallowNull]
    public IReadOnlyList<string>? Required { get; init; }

    /// <summary>What it is for: up to 1,024 characters.</summary>
    [MaxLength(SecretLimits.DescriptionLength)]
    public string? Description { get; init; }

    /// <summary>Kept as given; the service makes no use of it.</summary>
    public bool? IncludeUploads { get; init; }

    /// <summary>Kept as given; the service makes no use of it.</summary>
    public bool? IncludeDatabase { get; init; }

    /// <summary>True goes on although another deployment of the environment is <c>deploying</c>. False where absent.</summary>
    [DisallowNull]
    public bool? Concurrent { get; init; }
}

/// <summary>What makes a deployment that goes back to an earlier one. The body may be absent: every member may.</summary>
public sealed record RollbackDeployment
{
    /// <summary>The deployment to go back to. The one that was deployed before the last where absent.</summary>
    public Guid? TargetDeploymentId { get; init; }

    /// <summary>Another name of <see cref="TargetDeploymentId"/>, which wins where both are there.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary><c>current</c> takes the merged map of today, <c>snapshot</c> the one of the earlier deployment. Today's where absent.</summary>
    [DisallowNull]
    public RollbackSecrets? Secrets { get; init; }

    /// <summary>The id or slug of an app. Needed only to go back by one where no deployment is named.</summary>
    [DisallowNull]
    public string? App { get; init; }

    /// <inheritdoc cref="CreateDeployment.Target"/>
    [DisallowNull]
    public string? Target { get; init; }

    /// <inheritdoc cref="CreateDeployment.Required"/>
    [DisallowNull]
    public IReadOnlyList<string>? Required { get; init; }

    /// <inheritdoc cref="CreateDeployment.Description"/>
    [MaxLength(SecretLimits.DescriptionLength)]
    public string? Description { get; init; }

    /// <inheritdoc cref="CreateDeployment.Concurrent"/>
    [DisallowNull]
    public bool? Concurrent { get; init; }
}

/// <summary>What reports how far a deployment has come.</summary>
public sealed record UpdateDeployment
{
    /// <summary><c>deploying</c>, <c>deployed</c> or <c>failed</c>. The status that it has already reports its output anew while it is <c>deploying</c>.</summary>
    [DisallowNull]
    public required DeploymentStatus? Status { get; init; }

    /// <summary>What it wrote to its standard output so far: replaces what was reported before. Of more than 64 KiB the end is kept.</summary>
    public string? Stdout { get; init; }

    /// <summary>What it wrote to its standard error; as <see cref="Stdout"/>.</summary>
    public string? Stderr { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(UpdateDeployment)} {{ {nameof(Status)} = {Status} }}";
}

/// <summary>What makes a deployment token. The body may be absent: every member may.</summary>
public sealed record CreateDeploymentToken
{
    /// <summary>How many times it reads the frozen map: 1 to 100, 1 where absent.</summary>
    [DisallowNull]
    public int? Uses { get; init; }

    /// <summary>For how many seconds it is good: 1 to 86,400, 900 where absent.</summary>
    [DisallowNull]
    public int? TtlSeconds { get; init; }
}

/// <summary>A credential that reads the frozen map of one deployment, and nothing else.</summary>
public sealed record DeploymentToken
{
    /// <summary>The token, which begins with <c>sks_dt_</c>. It is shown this once.</summary>
    public required string Token { get; init; }

    /// <summary>The deployment.</summary>
    public required Guid DeploymentId { get; init; }

    /// <summary>How many times it reads the map.</summary>
    public required int Uses { get; init; }

    /// <summary>From when on it is dead, in UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(DeploymentToken)} {{ {nameof(DeploymentId)} = {DeploymentId} }}";
}

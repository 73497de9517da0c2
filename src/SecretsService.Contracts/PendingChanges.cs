using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>What the next deployment would change, against what was last deployed. Keys, never values.</summary>
public sealed record PendingChanges
{
    /// <summary>What people are told while something has changed.</summary>
    public const string Text = "Secrets have changed. Changes will take effect in the next successful deployment.";

    /// <summary>True where the next deployment would get another map.</summary>
    public required bool Changed { get; init; }

    /// <summary>What to tell people; null where nothing has changed.</summary>
    public required string? Notice { get; init; }

    /// <summary>The variables that would be new, sorted.</summary>
    public required IReadOnlyList<string> Added { get; init; }

    /// <summary>The variables that would have another value, sorted.</summary>
    public required IReadOnlyList<string> ChangedKeys { get; init; }

    /// <summary>The variables that would be gone, sorted.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>What it is compared with; absent where nothing was deployed yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeploymentSummary? LastDeployment { get; init; }
}

/// <summary>A deployment in short.</summary>
public sealed record DeploymentSummary
{
    /// <summary>The deployment's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which deployment of its environment it is, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The account's revision whose map was frozen.</summary>
    public required long Revision { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was reported as deployed, in UTC; null before.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Which version of a secret an environment runs with: what its last deployment that was deployed holds.</summary>
public sealed record SecretDrift
{
    /// <summary>The slug of the site.</summary>
    public required string Site { get; init; }

    /// <summary>The slug of the environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The id of the environment.</summary>
    public required Guid EnvironmentId { get; init; }

    /// <summary>The slug of the app; absent where the site was deployed as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? App { get; init; }

    /// <summary>The version that was deployed.</summary>
    public required int Version { get; init; }

    /// <summary>The secret's current version.</summary>
    public required int CurrentVersion { get; init; }

    /// <summary>True where the deployed version is the current one of a secret that is not deleted.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>The variables that the secret gives there, sorted.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>The deployment.</summary>
    public required DeploymentSummary Deployment { get; init; }
}

using System.Reflection;

namespace SecretsService.Audit;

/// <summary>The names of events.</summary>
internal static class EventNames
{
    public const string SecretCreated = "secret.created";
    public const string SecretUpdated = "secret.updated";
    public const string SecretDeleted = "secret.deleted";
    public const string SecretRestored = "secret.restored";
    public const string SecretPurged = "secret.purged";
    public const string SecretVersionsPruned = "secret.versions_pruned";
    public const string SecretRolledBack = "secret.rolled_back";
    public const string SecretRevealed = "secret.revealed";
    public const string SecretsInjected = "secrets.injected";
    public const string SecretsImported = "secrets.imported";
    public const string DeploymentCreated = "deployment.created";
    public const string DeploymentDeploying = "deployment.deploying";
    public const string DeploymentDeployed = "deployment.deployed";
    public const string DeploymentFailed = "deployment.failed";
    public const string DeploymentUpdated = "deployment.updated";
    public const string DeploymentDeleted = "deployment.deleted";
    public const string DeploymentVariablesRead = "deployment.variables_read";
    public const string DeploymentTokenCreated = "deployment.token_created";
    public const string SecretTypeCreated = "secret-type.created";
    public const string SecretTypeUpdated = "secret-type.updated";
    public const string SecretTypeDeleted = "secret-type.deleted";
    public const string SiteCreated = "site.created";
    public const string SiteUpdated = "site.updated";
    public const string SiteDeleted = "site.deleted";
    public const string SiteRequirementsUpdated = "site.requirements_updated";
    public const string AppCreated = "app.created";
    public const string AppUpdated = "app.updated";
    public const string AppDeleted = "app.deleted";
    public const string AppRequirementsUpdated = "app.requirements_updated";
    public const string EnvironmentCreated = "environment.created";
    public const string EnvironmentUpdated = "environment.updated";
    public const string EnvironmentDeleted = "environment.deleted";
    public const string ApiKeyCreated = "api-key.created";
    public const string ApiKeyRotated = "api-key.rotated";
    public const string ApiKeyDeleted = "api-key.deleted";
    public const string AuthFailed = "auth.failed";
    public const string EventsPruned = "events.pruned";

    /// <summary>Every one, in alphabetical order.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        .. typeof(EventNames).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal),
    ];

    /// <summary>The names that a name stands for: itself, or with <c>.*</c> at its end every one that begins so.</summary>
    public static IEnumerable<string> Matching(string pattern) => pattern.EndsWith(".*", StringComparison.Ordinal)
        ? All.Where(name => name.StartsWith(pattern[..^1], StringComparison.Ordinal))
        : All.Where(name => name == pattern);
}

using System.Text.Json;
using SecretsService.Access;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>
/// Appends audit records. A record joins the transaction of what it records: it is saved with the change, or neither is.
/// </summary>
internal sealed class EventTrail(SecretsDbContext db, TimeProvider clock)
{
    /// <summary>Appends a record; saving is the caller's, within its transaction.</summary>
    /// <param name="caller">Who did it.</param>
    /// <param name="name">What was done: one of <see cref="EventNames"/>.</param>
    /// <param name="resourceType">What kind of resource it was done to.</param>
    /// <param name="resourceId">Which one; null where the context names it.</param>
    /// <param name="context">Names and versions; never a value.</param>
    public void Append(Caller caller, string name, string resourceType, Guid? resourceId, IReadOnlyDictionary<string, object> context)
    {
        var now = clock.Now();
        db.Events.Add(new EventRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            Event = name,
            ActorId = caller.ApiKeyId,
            ActorName = caller.ApiKeyName,
            ResourceType = resourceType,
            ResourceId = resourceId,
            Context = JsonSerializer.Serialize(context),
            OccurredAt = now,
        });
    }
}

/// <summary>The names of events.</summary>
internal static class EventNames
{
    public const string SecretCreated = "secret.created";
    public const string SecretUpdated = "secret.updated";
    public const string SecretDeleted = "secret.deleted";
    public const string SecretRestored = "secret.restored";
    public const string SecretPurged = "secret.purged";
    public const string SecretRolledBack = "secret.rolled_back";
    public const string SecretRevealed = "secret.revealed";
    public const string SecretsImported = "secrets.imported";
    public const string DeploymentCreated = "deployment.created";
    public const string DeploymentDeploying = "deployment.deploying";
    public const string DeploymentDeployed = "deployment.deployed";
    public const string DeploymentFailed = "deployment.failed";
    public const string DeploymentVariablesRead = "deployment.variables_read";
    public const string SecretTypeCreated = "secret-type.created";
    public const string SecretTypeUpdated = "secret-type.updated";
    public const string SecretTypeDeleted = "secret-type.deleted";
    public const string DeploymentTokenCreated = "deployment.token_created";
}

/// <summary>Sets up the audit trail.</summary>
internal static class AuditExtensions
{
    public static void AddAudit(this IServiceCollection services) => services.AddScoped<EventTrail>();
}

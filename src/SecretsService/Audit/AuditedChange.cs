using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>One of several things that a change does, as the audit trail says it.</summary>
/// <param name="Event">What is done: one of <see cref="EventNames"/>.</param>
/// <param name="Subject">To what.</param>
/// <param name="Context">Names and versions; never a value.</param>
internal sealed record AuditedChange(string Event, EventSubject Subject, IReadOnlyDictionary<string, object> Context)
{
    /// <summary>A secret that goes for good.</summary>
    /// <param name="secret">The secret as it was read from the database.</param>
    public static AuditedChange Purged(SecretRow secret) => new(
        EventNames.SecretPurged, EventSubject.Of(secret),
        new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = secret.Name, ["version"] = secret.Version, ["scope"] = secret.ScopeKey });

    /// <summary>Versions of a secret that go for good.</summary>
    public static AuditedChange Pruned(SecretRow secret, IEnumerable<int> versions) => new(
        EventNames.SecretVersionsPruned, EventSubject.Of(secret),
        new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = secret.Name, ["versions"] = versions });

    /// <summary>A deployment that goes for good.</summary>
    public static AuditedChange Deleted(DeploymentName deployment)
    {
        var context = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["number"] = deployment.Number,
            ["site"] = deployment.Site,
            ["environment"] = deployment.Environment,
        };
        if (deployment.App is { } app)
        {
            context["app"] = app;
        }

        return new AuditedChange(EventNames.DeploymentDeleted, deployment.Subject, context);
    }
}

/// <summary>What a record of a deployment calls it by. The row itself has the output, which may be long.</summary>
internal sealed record DeploymentName(Guid Id, int Number, Guid SiteId, string Site, Guid EnvironmentId, string Environment, Guid? AppId, string? App)
{
    public EventSubject Subject => new("deployment", Id) { SiteId = SiteId, EnvironmentId = EnvironmentId, AppId = AppId };
}

/// <summary>Reads what records need.</summary>
internal static class AuditedRows
{
    /// <summary>Reads what records call deployments by, and nothing else of them.</summary>
    public static IQueryable<DeploymentName> Names(this IQueryable<DeploymentRow> deployments) =>
        deployments.Select(d => new DeploymentName(d.Id, d.Number, d.SiteId, d.Site, d.EnvironmentId, d.Environment, d.AppId, d.App));
}

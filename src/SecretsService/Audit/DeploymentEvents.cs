using SecretsService.Access;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>What the audit trail says of deployments.</summary>
internal static class DeploymentEvents
{
    /// <summary>Appends a record of a deployment; saving is the caller's, within its transaction.</summary>
    public static Task AppendAsync(this EventTrail trail, Caller caller, string name, DeploymentRow row, CancellationToken cancellation)
    {
        var context = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["number"] = row.Number,
            ["site"] = row.Site,
            ["environment"] = row.Environment,
            ["revision"] = row.Revision,
            ["variables"] = row.VariableCount,
        };
        if (row.App is { } app)
        {
            context["app"] = app;
        }

        if (row.TargetDeploymentId is { } target)
        {
            context["target_deployment_id"] = target;
        }

        return trail.AppendAsync(caller, name, EventSubject.Of(row), context, cancellation);
    }
}

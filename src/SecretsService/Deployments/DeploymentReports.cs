using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Takes what pipelines report of their deployments, each report in one transaction that holds the account's row locked.</summary>
internal sealed class DeploymentReports(
    SecretsDbContext db, DeploymentQueries queries, Rollouts rollouts, FrozenMap frozenMaps, EventTrail events, TimeProvider clock)
{
    /// <summary>Takes a report of how far a deployment has come.</summary>
    /// <returns>The deployment as it is then; a conflict where it cannot go that way.</returns>
    public async Task<Outcome<Deployment>> ReportAsync(
        Caller caller, DeploymentPath path, UpdateDeployment report, bool isConcurrent, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindRowAsync(caller, path, cancellation)).Succeeded(out var row, out var failure))
        {
            return failure;
        }

        var state = (DeploymentState)report.Status!.Value;
        var isStep = state != row.State;
        if (isStep && (DeploymentLifecycle.Refuse(row.State, state) ?? await RefuseBesideAsync(caller, row, state, isConcurrent, cancellation)) is { } refusal)
        {
            return refusal;
        }

        var (stdout, stderr) = await KeepAsync(caller, row, report, cancellation);
        if (!isStep && DeploymentLifecycle.IsFinal(row.State) && (stdout != row.Stdout || stderr != row.Stderr))
        {
            return Failure.StateConflict("The deployment has ended, and its output stays as it was reported then.");
        }

        (row.Stdout, row.Stderr) = (stdout, stderr);
        if (isStep)
        {
            await StepAsync(caller, row, state, cancellation);
        }

        if (db.ChangeTracker.HasChanges())
        {
            row.UpdatedAt = clock.Now();
            await (isStep ? Task.CompletedTask : events.AppendAsync(caller, EventNames.DeploymentUpdated, row, cancellation));
        }

        await db.SaveChangesAsync(cancellation);
        var saved = await queries.FindAsync(caller, new DeploymentPath(null, row.Id), cancellation);
        await change.CommitAsIsAsync(cancellation);
        return saved;
    }

    private Task StepAsync(Caller caller, DeploymentRow row, DeploymentState state, CancellationToken cancellation)
    {
        row.State = state;
        row.StartedAt ??= state == DeploymentState.Deploying ? clock.Now() : null;
        row.FinishedAt = DeploymentLifecycle.IsFinal(state) ? clock.Now() : null;
        var name = state switch
        {
            DeploymentState.Deploying => EventNames.DeploymentDeploying,
            DeploymentState.Deployed => EventNames.DeploymentDeployed,
            _ => EventNames.DeploymentFailed,
        };
        return events.AppendAsync(caller, name, row, cancellation);
    }

    private async Task<(string Stdout, string Stderr)> KeepAsync(
        Caller caller, DeploymentRow row, UpdateDeployment report, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(report.Stdout) && string.IsNullOrEmpty(report.Stderr))
        {
            return (report.Stdout ?? row.Stdout, report.Stderr ?? row.Stderr);
        }

        using var variables = await ThawForMaskingAsync(caller, row, cancellation);
        return (Keep(report.Stdout, row.Stdout), Keep(report.Stderr, row.Stderr));

        string Keep(string? reported, string current) => reported is null ? current
            : variables is null ? "[not kept: the deployment's values cannot be opened any more, and so not be masked]"
            : DeploymentOutput.Keep(reported, variables);
    }

    // A map that cannot be opened any more must not keep its deployment from ending; what is not masked is not kept.
    private async Task<MergedVariables?> ThawForMaskingAsync(Caller caller, DeploymentRow row, CancellationToken cancellation)
    {
        try
        {
            return (await frozenMaps.ThawAsync(caller, row, cancellation)).Succeeded(out var variables, out _) ? variables : null;
        }
        catch (SealedValueException)
        {
            return null;
        }
    }

    private async Task<Failure?> RefuseBesideAsync(
        Caller caller, DeploymentRow row, DeploymentState state, bool isConcurrent, CancellationToken cancellation) =>
        state == DeploymentState.Deploying && !isConcurrent
            ? await rollouts.RefuseBesideAsync(caller, row.EnvironmentId, row.AppId, row.Id, cancellation)
            : null;
}

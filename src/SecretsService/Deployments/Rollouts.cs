using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>The deployments that are being rolled out: one of an environment at a time, unless somebody says otherwise.</summary>
internal sealed class Rollouts(SecretsDbContext db)
{
    /// <summary>
    /// What stands against rolling out beside what is being rolled out; null where nothing does. Two apps run apart and may be deployed at the same
    /// time; the site as a whole is in the way of each of them.
    /// </summary>
    /// <param name="caller">Who asks, within a transaction that holds the account's row locked.</param>
    /// <param name="environmentId">The environment.</param>
    /// <param name="appId">The app; null for the site as a whole.</param>
    /// <param name="except">A deployment that is not in its own way.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Failure?> RefuseBesideAsync(Caller caller, Guid environmentId, Guid? appId, Guid? except, CancellationToken cancellation)
    {
        var other = await db.Deployments
            .Where(d => d.AccountId == caller.AccountId && d.EnvironmentId == environmentId && d.State == DeploymentState.Deploying
                && d.Id != except && (appId == null || d.AppId == null || d.AppId == appId))
            .OrderBy(d => d.Number).Select(d => new { d.Id, d.Number, d.CreatedBy, d.SiteId, d.AppId }).FirstOrDefaultAsync(cancellation);
        return other is null ? null
            : !caller.Reach.Includes(other.SiteId, environmentId, other.AppId) ? Failure.StateConflict("Another deployment of the environment, which this API key may not see, is deploying. Wait for its end, or send ?concurrent=true.")
            : Failure.StateConflict(
            $"Deployment {other.Number} ({other.Id}, made by {other.CreatedBy}) is deploying. Wait for its end, report it as failed with PATCH "
            + $"/deployments/{other.Id}, or send ?concurrent=true.");
    }
}

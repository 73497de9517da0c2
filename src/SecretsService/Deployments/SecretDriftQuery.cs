using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Finds which version of a secret each environment runs with: what the last deployment that was deployed holds.</summary>
internal sealed class SecretDriftQuery(SecretsDbContext db)
{
    /// <summary>Finds where a secret runs.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="secret">A secret of the caller's account, a deleted one too: its deployments run on.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>By site, environment and app; what was deployed as a whole comes before the apps.</returns>
    public async Task<IReadOnlyList<SecretDrift>> FindAsync(Caller caller, SecretMetadata secret, CancellationToken cancellation)
    {
        var held = await ReadAsync(caller, secret.Id, cancellation);
        return
        [
            .. held.GroupBy(h => h.DeploymentId).Select(variables => Show(secret, [.. variables]))
                .OrderBy(d => d.Site, StringComparer.Ordinal)
                .ThenBy(d => d.Environment, StringComparer.Ordinal)
                .ThenBy(d => d.App, StringComparer.Ordinal),
        ];
    }

    private static SecretDrift Show(SecretMetadata secret, IReadOnlyList<HeldVariable> variables)
    {
        // A merged map takes one version of a secret, whatever number of variables that gives.
        var one = variables[0];
        return new SecretDrift
        {
            Site = one.Site,
            Environment = one.Environment,
            EnvironmentId = one.EnvironmentId,
            App = one.App,
            Version = one.Version,
            CurrentVersion = secret.Version,
            IsCurrent = one.Version == secret.Version && secret.DeletedAt is null,
            Variables = [.. variables.Select(v => v.Name).Order(StringComparer.Ordinal)],
            Deployment = new DeploymentSummary
            {
                Id = one.DeploymentId,
                Number = one.Number,
                Revision = one.Revision,
                CreatedAt = one.CreatedAt,
                FinishedAt = one.FinishedAt,
            },
        };
    }

    private async Task<List<HeldVariable>> ReadAsync(Caller caller, Guid secretId, CancellationToken cancellation) => await (
        from deployment in Running(caller).Within(caller.Reach)
        join variable in db.DeploymentVariables
            on new { deployment.AccountId, DeploymentId = deployment.Id } equals new { variable.AccountId, variable.DeploymentId }
        where variable.SecretId == secretId
        join environment in db.Environments
            on new { deployment.AccountId, Id = deployment.EnvironmentId } equals new { environment.AccountId, environment.Id }
        join app in db.Apps
            on new { deployment.AccountId, Id = deployment.AppId } equals new { app.AccountId, Id = (Guid?)app.Id } into apps
        from app in apps.DefaultIfEmpty()
        select new HeldVariable(
            environment.Site!.Slug, environment.Slug, environment.Id, app.Slug, variable.Name, variable.Version,
            deployment.Id, deployment.Number, deployment.Revision, deployment.CreatedAt, deployment.FinishedAt)).ToListAsync(cancellation);

    // The first of DeploymentQueries.Deployed for every environment and for every app in it. By hand, since what EF Core writes for it reads every
    // deployment that there ever was; this looks each of them up in ix_deployments_deployed. The state 2 is DeploymentState.Deployed.
    private IQueryable<DeploymentRow> Running(Caller caller) => db.Deployments.FromSql(
        $"""
        SELECT running.*
        FROM environments e
        CROSS JOIN LATERAL (
            (SELECT d.*
             FROM deployments d
             WHERE d.account_id = e.account_id AND d.environment_id = e.id AND d.app_id IS NULL AND d.state = 2
             ORDER BY d.finished_at DESC, d.number DESC
             LIMIT 1)
            UNION ALL
            (SELECT of_app.*
             FROM apps a
             CROSS JOIN LATERAL (
                 SELECT d.*
                 FROM deployments d
                 WHERE d.account_id = a.account_id AND d.environment_id = e.id AND d.app_id = a.id AND d.state = 2
                 ORDER BY d.finished_at DESC, d.number DESC
                 LIMIT 1) of_app
             WHERE a.account_id = e.account_id AND a.site_id = e.site_id)) running
        WHERE e.account_id = {caller.AccountId}
        """);

    private sealed record HeldVariable(
        string Site, string Environment, Guid EnvironmentId, string? App, string Name, int Version,
        Guid DeploymentId, int Number, long Revision, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Everything that goes with a site, an environment or an app, one by one, so that the audit trail names each secret that is gone.</summary>
internal sealed class Losses(SecretsDbContext db)
{
    /// <summary>What goes with a site, the site itself not among it.</summary>
    public async Task<IReadOnlyList<AuditedChange>> OfSiteAsync(Caller caller, Guid siteId, CancellationToken cancellation)
    {
        var environments = await db.Environments.AsNoTracking().Where(e => e.AccountId == caller.AccountId && e.SiteId == siteId).ToListAsync(cancellation);
        var apps = await db.Apps.AsNoTracking().Where(a => a.AccountId == caller.AccountId && a.SiteId == siteId).ToListAsync(cancellation);
        return
        [
            .. await OfAsync(
                db.Secrets.Where(s => s.AccountId == caller.AccountId && s.SiteId == siteId),
                db.Deployments.Where(d => d.AccountId == caller.AccountId && d.SiteId == siteId),
                cancellation),
            .. environments.Select(e => SiteEvents.Of(EventNames.EnvironmentDeleted, e)),
            .. apps.Select(a => SiteEvents.Of(EventNames.AppDeleted, a)),
        ];
    }

    /// <summary>What goes with an environment, itself not among it.</summary>
    public Task<IReadOnlyList<AuditedChange>> OfEnvironmentAsync(Caller caller, Guid environmentId, CancellationToken cancellation) => OfAsync(
        db.Secrets.Where(s => s.AccountId == caller.AccountId && s.EnvironmentId == environmentId),
        db.Deployments.Where(d => d.AccountId == caller.AccountId && d.EnvironmentId == environmentId),
        cancellation);

    /// <summary>What goes with an app, itself not among it.</summary>
    public Task<IReadOnlyList<AuditedChange>> OfAppAsync(Caller caller, Guid siteId, Guid appId, CancellationToken cancellation) => OfAsync(
        db.Secrets.Where(s => s.AccountId == caller.AccountId && s.AppId == appId),
        db.Deployments.Where(d => d.AccountId == caller.AccountId && d.SiteId == siteId && d.AppId == appId),
        cancellation);

    // Secrets that were deleted before are among them: their versions go only now.
    private static async Task<IReadOnlyList<AuditedChange>> OfAsync(
        IQueryable<SecretRow> secrets, IQueryable<DeploymentRow> deployments, CancellationToken cancellation)
    {
        var held = await deployments.OrderBy(d => d.Id).Names().ToListAsync(cancellation);
        var owned = await secrets.AsNoTracking().OrderBy(s => s.Id).ToListAsync(cancellation);
        return [.. held.Select(AuditedChange.Deleted), .. owned.Select(AuditedChange.Purged)];
    }
}

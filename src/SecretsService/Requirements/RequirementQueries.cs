using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Requirements;

/// <summary>Reads which secrets the sites and apps of the caller's account need.</summary>
internal sealed class RequirementQueries(SecretsDbContext db, SiteQueries sites)
{
    private static readonly Expression<Func<RequiredSecretRow, RequiredSecret>> AsRequiredSecret = row => new RequiredSecret
    {
        Key = row.Name,
        Optional = row.IsOptional,
        Description = row.Description,
        SecretType = row.SecretType,
    };

    /// <summary>Lists what a site, or an app, has declared itself, by key: an app's list does not repeat its site's.</summary>
    public async Task<Outcome<IReadOnlyList<RequiredSecret>>> ListAsync(
        Caller caller, RequirementOwnerPath path, CancellationToken cancellation)
    {
        var found = await FindOwnerAsync(caller, path, cancellation);
        return found.Succeeded(out var owner, out var failure)
            ? Outcome<IReadOnlyList<RequiredSecret>>.Of(await ListAsync(caller, owner, cancellation))
            : failure;
    }

    /// <inheritdoc cref="ListAsync(Caller, RequirementOwnerPath, CancellationToken)"/>
    public async Task<IReadOnlyList<RequiredSecret>> ListAsync(Caller caller, RequirementOwner owner, CancellationToken cancellation) =>
        await Of(caller, owner).OrderBy(r => r.Name).Select(AsRequiredSecret).ToListAsync(cancellation);

    /// <summary>Finds who needs these names and cannot be deployed without them; letter case counts, as it does in a merged map.</summary>
    /// <returns>By name, site and app; what is optional is left out.</returns>
    public async Task<IReadOnlyList<Requirement>> ForNamesAsync(
        Caller caller, IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        await db.RequiredSecrets
            .Where(r => r.AccountId == caller.AccountId && names.Contains(r.Name) && !r.IsOptional)
            .OrderBy(r => r.Name).ThenBy(r => r.Site!.Slug).ThenBy(r => r.App!.Slug)
            .Select(r => new Requirement(r.Name, r.SiteId, r.Site!.Slug, r.AppId, r.App!.Slug))
            .ToListAsync(cancellation);

    /// <summary>Lists what a deployment needs: what its site has declared and, where an app is deployed, the app too. By key; a key may stand twice.</summary>
    public async Task<IReadOnlyList<RequiredSecret>> ForTargetAsync(Caller caller, Guid siteId, Guid? appId, CancellationToken cancellation) =>
        await db.RequiredSecrets.Where(r => r.AccountId == caller.AccountId && r.SiteId == siteId && (r.AppId == null || r.AppId == appId))
            .OrderBy(r => r.Name).Select(AsRequiredSecret).ToListAsync(cancellation);

    /// <summary>Finds the site or app that a path means.</summary>
    public async Task<Outcome<RequirementOwner>> FindOwnerAsync(Caller caller, RequirementOwnerPath path, CancellationToken cancellation)
    {
        if (path.App is { } reference)
        {
            var app = await sites.FindAppAsync(caller, new AppPath(path.Site, reference), cancellation);
            return app.Succeeded(out var part, out var missing) ? new RequirementOwner(part.SiteId, part.Id) : missing;
        }

        var site = await sites.FindSiteAsync(caller, path.Site, cancellation);
        return site.Succeeded(out var whole, out var failure) ? new RequirementOwner(whole.Id, AppId: null) : failure;
    }

    /// <summary>The rows of a site itself, or of an app.</summary>
    public IQueryable<RequiredSecretRow> Of(Caller caller, RequirementOwner owner) =>
        db.RequiredSecrets.Where(r => r.AccountId == caller.AccountId && r.SiteId == owner.SiteId && r.AppId == owner.AppId);
}

/// <summary>A name that a site, or one app of it, cannot be deployed without.</summary>
/// <param name="Name">The name.</param>
/// <param name="SiteId">The site's id.</param>
/// <param name="SiteSlug">The site's slug.</param>
/// <param name="AppId">The app's id; null where the whole site needs it.</param>
/// <param name="AppSlug">The app's slug; null where the whole site needs it.</param>
internal sealed record Requirement(string Name, Guid SiteId, string SiteSlug, Guid? AppId, string? AppSlug);

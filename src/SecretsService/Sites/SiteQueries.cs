using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Reads sites and environments of the caller's account.</summary>
internal sealed class SiteQueries(SecretsDbContext db)
{
    public static Failure SiteNotFound { get; } = Failure.NotFound("Site not found");

    public static Failure EnvironmentNotFound { get; } = Failure.NotFound("Environment not found");

    private static readonly Expression<Func<SiteRow, Site>> AsSite = site => new Site
    {
        Id = site.Id,
        Slug = site.Slug,
        Name = site.Name,
        Tags = site.Tags,
        CreatedAt = site.CreatedAt,
        UpdatedAt = site.UpdatedAt,
    };

    private static readonly Expression<Func<EnvironmentRow, SiteEnvironment>> AsEnvironment = environment => new SiteEnvironment
    {
        Id = environment.Id,
        SiteId = environment.SiteId,
        Site = environment.Site!.Slug,
        Slug = environment.Slug,
        Name = environment.Name,
        Type = environment.Type,
        IsProduction = environment.IsProduction,
        Tags = environment.Tags,
        CreatedAt = environment.CreatedAt,
        UpdatedAt = environment.UpdatedAt,
    };

    /// <summary>Lists the account's sites by slug.</summary>
    public async Task<Outcome<Page<Site>>> ListSitesAsync(Caller caller, PageRequest page, CancellationToken cancellation) =>
        await db.Sites.Where(s => s.AccountId == caller.AccountId).OrderBy(s => s.Slug).Select(AsSite).ToPageAsync(page, cancellation);

    /// <summary>Finds a site.</summary>
    public async Task<Outcome<Site>> FindSiteAsync(Caller caller, ResourceReference site, CancellationToken cancellation) =>
        await Sites(caller, site).Select(AsSite).SingleOrDefaultAsync(cancellation) is { } found ? found : SiteNotFound;

    /// <summary>Lists a site's environments by slug.</summary>
    public async Task<Outcome<Page<SiteEnvironment>>> ListEnvironmentsAsync(
        Caller caller, ResourceReference site, PageRequest page, CancellationToken cancellation)
    {
        var found = await FindSiteAsync(caller, site, cancellation);
        return found.Succeeded(out var owner, out var failure)
            ? await db.Environments.Where(e => e.AccountId == caller.AccountId && e.SiteId == owner.Id)
                .OrderBy(e => e.Slug).Select(AsEnvironment).ToPageAsync(page, cancellation)
            : failure;
    }

    /// <summary>Lists the environments of all sites, by the site's slug and their own.</summary>
    public async Task<Outcome<Page<SiteEnvironment>>> ListAllEnvironmentsAsync(
        Caller caller, PageRequest page, CancellationToken cancellation) =>
        await db.Environments.Where(e => e.AccountId == caller.AccountId)
            .OrderBy(e => e.Site!.Slug).ThenBy(e => e.Slug).Select(AsEnvironment).ToPageAsync(page, cancellation);

    /// <summary>Finds an environment by the path that it was addressed with.</summary>
    public async Task<Outcome<SiteEnvironment>> FindEnvironmentAsync(
        Caller caller, EnvironmentPath path, CancellationToken cancellation)
    {
        if (await Environments(caller, path).Select(AsEnvironment).SingleOrDefaultAsync(cancellation) is { } found)
        {
            return found;
        }

        return path.Site is { } site && !await Sites(caller, site).AnyAsync(cancellation) ? SiteNotFound : EnvironmentNotFound;
    }

    /// <summary>The site that a reference means: at most one row.</summary>
    public IQueryable<SiteRow> Sites(Caller caller, ResourceReference site) =>
        db.Sites.Where(s => s.AccountId == caller.AccountId && (s.Id == site.Id || s.Slug == site.Slug));

    /// <summary>The environment that a path means: at most one row.</summary>
    public IQueryable<EnvironmentRow> Environments(Caller caller, EnvironmentPath path) => path.Site is { } site
        ? db.Environments.Where(e => e.AccountId == caller.AccountId
            && (e.Id == path.Environment.Id || e.Slug == path.Environment.Slug)
            && (e.SiteId == site.Id || e.Site!.Slug == site.Slug))
        : db.Environments.Where(e => e.AccountId == caller.AccountId && e.Id == path.Environment.Id);
}

/// <summary>How a path addresses an environment.</summary>
/// <param name="Site">The site, or null on flat paths, where only an id tells environments of two sites apart.</param>
/// <param name="Environment">The environment.</param>
internal readonly record struct EnvironmentPath(ResourceReference? Site, ResourceReference Environment)
{
    /// <summary>The environment's slug, where it may go by one.</summary>
    public string? EnvironmentSlug => Site is null ? null : Environment.Slug;

    /// <summary>Reads the path of a route: <c>sites/{site}/environments/{environment}</c> or <c>environments/{environment}</c>.</summary>
    public static EnvironmentPath Of(HttpContext context) => new(
        context.GetRouteValue("site") is string site ? ResourceReference.Of(site) : null,
        ResourceReference.Of((string)context.GetRouteValue("environment")!));
}

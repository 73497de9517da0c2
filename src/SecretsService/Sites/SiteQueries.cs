using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Reads sites, environments and apps of the caller's account; what is out of the caller's reach is not found.</summary>
internal sealed class SiteQueries(SecretsDbContext db)
{
    public static Failure SiteNotFound { get; } = Failure.NotFound("Site not found");

    public static Failure EnvironmentNotFound { get; } = Failure.NotFound("Environment not found");

    public static Failure AppNotFound { get; } = Failure.NotFound("App not found");

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
        Target = environment.TargetProfile,
        Tags = environment.Tags,
        CreatedAt = environment.CreatedAt,
        UpdatedAt = environment.UpdatedAt,
    };

    private static readonly Expression<Func<AppRow, App>> AsApp = app => new App
    {
        Id = app.Id,
        SiteId = app.SiteId,
        Site = app.Site!.Slug,
        Slug = app.Slug,
        Name = app.Name,
        Tags = app.Tags,
        CreatedAt = app.CreatedAt,
        UpdatedAt = app.UpdatedAt,
    };

    /// <summary>Lists the account's sites by slug.</summary>
    public async Task<Outcome<Page<Site>>> ListSitesAsync(Caller caller, PageRequest page, CancellationToken cancellation) =>
        await db.Sites.Where(s => s.AccountId == caller.AccountId).Within(caller.Reach).OrderBy(s => s.Slug).Select(AsSite).ToPageAsync(page, cancellation);

    /// <summary>Finds a site.</summary>
    public async Task<Outcome<Site>> FindSiteAsync(Caller caller, ResourceReference site, CancellationToken cancellation) =>
        await Sites(caller, site).Select(AsSite).SingleOrDefaultAsync(cancellation) is { } found ? found : SiteNotFound;

    /// <summary>Lists a site's environments by slug.</summary>
    public async Task<Outcome<Page<SiteEnvironment>>> ListEnvironmentsAsync(
        Caller caller, ResourceReference site, PageRequest page, CancellationToken cancellation)
    {
        var found = await FindSiteAsync(caller, site, cancellation);
        return found.Succeeded(out var owner, out var failure)
            ? await db.Environments.Where(e => e.AccountId == caller.AccountId && e.SiteId == owner.Id).Within(caller.Reach)
                .OrderBy(e => e.Slug).Select(AsEnvironment).ToPageAsync(page, cancellation)
            : failure;
    }

    /// <summary>Lists the environments of all sites, by the site's slug and their own.</summary>
    public async Task<Outcome<Page<SiteEnvironment>>> ListAllEnvironmentsAsync(
        Caller caller, PageRequest page, CancellationToken cancellation) =>
        await db.Environments.Where(e => e.AccountId == caller.AccountId).Within(caller.Reach)
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

    /// <summary>Lists a site's apps by slug.</summary>
    public async Task<Outcome<Page<App>>> ListAppsAsync(
        Caller caller, ResourceReference site, PageRequest page, CancellationToken cancellation)
    {
        var found = await FindSiteAsync(caller, site, cancellation);
        return found.Succeeded(out var owner, out var failure)
            ? await db.Apps.Where(a => a.AccountId == caller.AccountId && a.SiteId == owner.Id).Within(caller.Reach)
                .OrderBy(a => a.Slug).Select(AsApp).ToPageAsync(page, cancellation)
            : failure;
    }

    /// <summary>Lists the apps of all sites, by the site's slug and their own.</summary>
    public async Task<Outcome<Page<App>>> ListAllAppsAsync(Caller caller, PageRequest page, CancellationToken cancellation) =>
        await db.Apps.Where(a => a.AccountId == caller.AccountId).Within(caller.Reach)
            .OrderBy(a => a.Site!.Slug).ThenBy(a => a.Slug).Select(AsApp).ToPageAsync(page, cancellation);

    /// <summary>Finds an app by the path that it was addressed with.</summary>
    public async Task<Outcome<App>> FindAppAsync(Caller caller, AppPath path, CancellationToken cancellation)
    {
        if (await Apps(caller, path).Select(AsApp).SingleOrDefaultAsync(cancellation) is { } found)
        {
            return found;
        }

        return path.Site is { } site && !await Sites(caller, site).AnyAsync(cancellation) ? SiteNotFound : AppNotFound;
    }

    /// <summary>Finds an environment, and an app of the same site by id or slug: an app of another site is not found.</summary>
    public async Task<Outcome<AppEnvironment>> FindAppEnvironmentAsync(
        Caller caller, EnvironmentPath path, ResourceReference app, CancellationToken cancellation)
    {
        if (!(await FindEnvironmentAsync(caller, path, cancellation)).Succeeded(out var environment, out var failure))
        {
            return failure;
        }

        var sibling = await FindAppAsync(caller, new AppPath(ResourceReference.To(environment.SiteId), app), cancellation);
        return sibling.Succeeded(out var found, out failure) ? new AppEnvironment(found, environment) : failure;
    }

    /// <summary>The site that a reference means: at most one row.</summary>
    public IQueryable<SiteRow> Sites(Caller caller, ResourceReference site) =>
        db.Sites.Where(s => s.AccountId == caller.AccountId && (s.Id == site.Id || s.Slug == site.Slug)).Within(caller.Reach);

    /// <summary>The environment that a path means: at most one row.</summary>
    public IQueryable<EnvironmentRow> Environments(Caller caller, EnvironmentPath path) => (path.Site is { } site
        ? db.Environments.Where(e => e.AccountId == caller.AccountId
            && (e.Id == path.Environment.Id || e.Slug == path.Environment.Slug)
            && (e.SiteId == site.Id || e.Site!.Slug == site.Slug))
        : db.Environments.Where(e => e.AccountId == caller.AccountId && e.Id == path.Environment.Id)).Within(caller.Reach);

    /// <summary>The app that a path means: at most one row.</summary>
    public IQueryable<AppRow> Apps(Caller caller, AppPath path) => (path.Site is { } site
        ? db.Apps.Where(a => a.AccountId == caller.AccountId
            && (a.Id == path.App.Id || a.Slug == path.App.Slug)
            && (a.SiteId == site.Id || a.Site!.Slug == site.Slug))
        : db.Apps.Where(a => a.AccountId == caller.AccountId && a.Id == path.App.Id)).Within(caller.Reach);
}

/// <summary>An app and an environment of one site: where the app runs.</summary>
internal sealed record AppEnvironment(App App, SiteEnvironment Environment);

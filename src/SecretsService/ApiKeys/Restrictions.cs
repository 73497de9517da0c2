using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;

namespace SecretsService.ApiKeys;

/// <summary>Reads what a new key is to be restricted to: finds what the request names, among what the caller can see.</summary>
internal sealed class Restrictions(SecretsDbContext db)
{
    private static readonly Kind Sites = new("sites", "There is no such site. Send its id or its slug.");

    private static readonly Kind Environments = new(
        "environments", "There is no such environment. Send its id, or the slugs of its site and of itself, as in shop/production.");

    private static readonly Kind Apps = new("apps", "There is no such app. Send its id, or the slugs of its site and of itself, as in shop/worker.");

    /// <summary>Reads it.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="within">What the caller can see: whatever else is named is refused in the words for what does not exist.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>A refusal for each name of nothing, each part of another site, and each site that would be left with nothing in reach.</returns>
    public async Task<Outcome<Reach>> ReadAsync(Guid accountId, Reach within, CreateApiKey request, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        var sites = await FindAsync(Sites, Names(request.Sites, PlaceName.OfSite), names => SitesAsync(accountId, within, names, cancellation), errors);
        var environments = await FindAsync(
            Environments, Names(request.Environments, PlaceName.OfPart), names => EnvironmentsAsync(accountId, within, names, cancellation), errors);
        var apps = await FindAsync(Apps, Names(request.Apps, PlaceName.OfPart), names => AppsAsync(accountId, within, names, cancellation), errors);
        return errors.Count == 0 ? Combine(sites, environments, apps) : Failure.Invalid(errors);
    }

    private static Outcome<Reach> Combine(IReadOnlyList<Place> sites, IReadOnlyList<Place> environments, IReadOnlyList<Place> apps)
    {
        var errors = new FieldErrors();
        var all = sites.Count > 0 ? sites : [.. environments.Concat(apps).Select(part => part.OfSite)];
        RefuseOthers(Environments, environments, all, errors);
        RefuseOthers(Apps, apps, all, errors);
        foreach (var site in all.Distinct())
        {
            RefuseNone(Environments, environments, site, errors);
            RefuseNone(Apps, apps, site, errors);
        }

        return errors.Count > 0 ? Failure.Invalid(errors) : Reach.Of(Ids(all), Ids(environments), Ids(apps));
    }

    private static void RefuseOthers(Kind kind, IReadOnlyList<Place> parts, IReadOnlyList<Place> sites, FieldErrors errors)
    {
        foreach (var (index, part) in parts.Index().Where(p => !sites.Contains(p.Item.OfSite)))
        {
            errors.Add(Entry(kind.Field, index), $"It belongs to the site {part.SiteSlug}, which is not among sites. Add that site, or leave this out.");
        }
    }

    private static void RefuseNone(Kind kind, IReadOnlyList<Place> parts, Place site, FieldErrors errors)
    {
        if (parts.Count > 0 && parts.All(part => part.SiteId != site.SiteId))
        {
            errors.Add(kind.Field, $"None of them belongs to the site {site.SiteSlug}, so that the key could reach nothing of it. Add one, or leave that site out.");
        }
    }

    private static async Task<IReadOnlyList<Place>> FindAsync(
        Kind kind, IReadOnlyList<PlaceName> names, Func<IReadOnlyList<PlaceName>, Task<List<Place>>> findCandidates, FieldErrors errors)
    {
        if (names.Count == 0)
        {
            return [];
        }

        var found = new List<Place>(names.Count);
        var there = await findCandidates(names);
        foreach (var (index, name) in names.Index())
        {
            if (there.Find(name.Means) is { } place)
            {
                found.Add(place);
            }
            else
            {
                errors.Add(Entry(kind.Field, index), kind.NotThere);
            }
        }

        return found;
    }

    private static string Entry(string field, int index) => string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");

    private static List<PlaceName> Names(IReadOnlyList<string>? texts, Func<string?, PlaceName> read) => [.. (texts ?? []).Select(read)];

    private static Guid[] Ids(IEnumerable<Place> places) => [.. places.Select(p => p.Id).Distinct()];

    private Task<List<Place>> SitesAsync(Guid accountId, Reach within, IReadOnlyList<PlaceName> names, CancellationToken cancellation)
    {
        var (ids, slugs) = Keys(names.Select(n => n.Own));
        return db.Sites.Where(s => s.AccountId == accountId).Within(within)
            .Where(s => ids.Contains(s.Id) || slugs.Contains(s.Slug))
            .Select(s => new Place(s.Id, s.Slug, s.Id, s.Slug)).ToListAsync(cancellation);
    }

    private Task<List<Place>> EnvironmentsAsync(Guid accountId, Reach within, IReadOnlyList<PlaceName> names, CancellationToken cancellation)
    {
        var (ids, slugs) = Keys(names.Select(n => n.Own));
        var (siteIds, siteSlugs) = Keys(names.Select(n => n.Site ?? default));
        return db.Environments.Where(e => e.AccountId == accountId).Within(within)
            .Where(e => ids.Contains(e.Id) || (slugs.Contains(e.Slug) && (siteIds.Contains(e.SiteId) || siteSlugs.Contains(e.Site!.Slug))))
            .Select(e => new Place(e.SiteId, e.Site!.Slug, e.Id, e.Slug)).ToListAsync(cancellation);
    }

    private Task<List<Place>> AppsAsync(Guid accountId, Reach within, IReadOnlyList<PlaceName> names, CancellationToken cancellation)
    {
        var (ids, slugs) = Keys(names.Select(n => n.Own));
        var (siteIds, siteSlugs) = Keys(names.Select(n => n.Site ?? default));
        return db.Apps.Where(a => a.AccountId == accountId).Within(within)
            .Where(a => ids.Contains(a.Id) || (slugs.Contains(a.Slug) && (siteIds.Contains(a.SiteId) || siteSlugs.Contains(a.Site!.Slug))))
            .Select(a => new Place(a.SiteId, a.Site!.Slug, a.Id, a.Slug)).ToListAsync(cancellation);
    }

    private static (Guid[] Ids, string[] Slugs) Keys(IEnumerable<ResourceReference> references)
    {
        var all = references.ToList();
        return ([.. all.Select(r => r.Id).OfType<Guid>()], [.. all.Select(r => r.Slug).OfType<string>()]);
    }

    /// <summary>One of the three lists.</summary>
    /// <param name="Field">Its name in the request.</param>
    /// <param name="NotThere">What is said of an entry that names nothing, or what the caller cannot see.</param>
    private sealed record Kind(string Field, string NotThere);

    /// <summary>A site, environment or app that is there.</summary>
    private sealed record Place(Guid SiteId, string SiteSlug, Guid Id, string Slug)
    {
        public Place OfSite => new(SiteId, SiteSlug, SiteId, SiteSlug);
    }

    /// <summary>How a request names one.</summary>
    /// <param name="Site">The site before the slash; null where there is none.</param>
    /// <param name="Own">What stands behind it.</param>
    private readonly record struct PlaceName(ResourceReference? Site, ResourceReference Own)
    {
        public static PlaceName OfSite(string? text) => new(null, ResourceReference.Of(text ?? ""));

        /// <summary>Reads the name of an environment or app. A slug alone names nothing: those of two sites may have the same.</summary>
        public static PlaceName OfPart(string? text) => (text ?? "").Split('/') switch
        {
            [var own] when ResourceReference.Of(own) is { Id: not null } id => new(null, id),
            [var site, var own] => new(ResourceReference.Of(site), ResourceReference.Of(own)),
            _ => default,
        };

        public bool Means(Place place) =>
            Is(Own, place.Id, place.Slug) && (Site is not { } site || Is(site, place.SiteId, place.SiteSlug));

        private static bool Is(ResourceReference reference, Guid id, string slug) => reference.Id == id || reference.Slug == slug;
    }
}

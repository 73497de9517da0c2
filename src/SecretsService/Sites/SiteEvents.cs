using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>What the audit trail says of sites, environments and apps.</summary>
internal static class SiteEvents
{
    public static AuditedChange Of(string name, SiteRow site, IReadOnlyList<string>? changed = null) =>
        Named(name, EventSubject.OfSite(site.Id), site.Slug, site.Name, changed);

    public static AuditedChange Of(string name, EnvironmentRow environment, IReadOnlyList<string>? changed = null) =>
        Named(name, EventSubject.OfEnvironment(environment.SiteId, environment.Id), environment.Slug, environment.Name, changed);

    public static AuditedChange Of(string name, AppRow app, IReadOnlyList<string>? changed = null) =>
        Named(name, EventSubject.OfApp(app.SiteId, app.Id), app.Slug, app.Name, changed);

    public static AuditedChange Deleted(Site site) => Named(EventNames.SiteDeleted, EventSubject.OfSite(site.Id), site.Slug, site.Name);

    public static AuditedChange Deleted(SiteEnvironment environment) =>
        Named(EventNames.EnvironmentDeleted, EventSubject.OfEnvironment(environment.SiteId, environment.Id), environment.Slug, environment.Name);

    public static AuditedChange Deleted(App app) => Named(EventNames.AppDeleted, EventSubject.OfApp(app.SiteId, app.Id), app.Slug, app.Name);

    /// <summary>The fields of a row that are about to change, as the wire calls them.</summary>
    public static IReadOnlyList<string> ChangedFields(this SecretsDbContext db, object row) =>
    [
        .. db.Entry(row).Properties.Where(p => p.IsModified)
            .Select(p => p.Metadata.Name == nameof(EnvironmentRow.TargetProfile) ? "target" : StrictJson.NameOf(p.Metadata.Name)),
    ];

    private static AuditedChange Named(string name, EventSubject subject, string slug, string title, IReadOnlyList<string>? changed = null)
    {
        var context = new Dictionary<string, object>(StringComparer.Ordinal) { ["slug"] = slug, ["name"] = title };
        if (changed is not null)
        {
            context["changed"] = changed;
        }

        return new AuditedChange(name, subject, context);
    }
}

using SecretsService.Storage.Rows;

namespace SecretsService.Access;

/// <summary>Keeps what is out of a caller's reach out of queries, by the rules of <see cref="Reach"/>.</summary>
internal static class ReachQueries
{
    /// <summary>The sites that can be seen.</summary>
    public static IQueryable<SiteRow> Within(this IQueryable<SiteRow> sites, Reach reach)
    {
        var ids = reach.Sites;
        return reach.IsWhole ? sites : sites.Where(s => ids.Contains(s.Id));
    }

    /// <summary>The environments that can be seen.</summary>
    public static IQueryable<EnvironmentRow> Within(this IQueryable<EnvironmentRow> environments, Reach reach)
    {
        var (sites, ids) = (reach.Sites, reach.Environments);
        var seen = reach.IsWhole ? environments : environments.Where(e => sites.Contains(e.SiteId));
        return ids.Count == 0 ? seen : seen.Where(e => ids.Contains(e.Id));
    }

    /// <summary>The apps that can be seen.</summary>
    public static IQueryable<AppRow> Within(this IQueryable<AppRow> apps, Reach reach)
    {
        var (sites, ids) = (reach.Sites, reach.Apps);
        var seen = reach.IsWhole ? apps : apps.Where(a => sites.Contains(a.SiteId));
        return ids.Count == 0 ? seen : seen.Where(a => ids.Contains(a.Id));
    }

    /// <summary>The secrets at scopes that are in reach.</summary>
    public static IQueryable<SecretRow> Within(this IQueryable<SecretRow> secrets, Reach reach)
    {
        var (sites, environments, apps) = (reach.Sites, reach.Environments, reach.Apps);
        var seen = reach.IsWhole ? secrets : secrets.Where(s => sites.Contains(s.SiteId!.Value));
        seen = environments.Count == 0 ? seen : seen.Where(s => environments.Contains(s.EnvironmentId!.Value));
        return apps.Count == 0 ? seen : seen.Where(s => apps.Contains(s.AppId!.Value));
    }

    /// <summary>The deployments that are in reach.</summary>
    public static IQueryable<DeploymentRow> Within(this IQueryable<DeploymentRow> deployments, Reach reach)
    {
        var (sites, environments, apps) = (reach.Sites, reach.Environments, reach.Apps);
        var seen = reach.IsWhole ? deployments : deployments.Where(d => sites.Contains(d.SiteId));
        seen = environments.Count == 0 ? seen : seen.Where(d => environments.Contains(d.EnvironmentId));
        return apps.Count == 0 ? seen : seen.Where(d => apps.Contains(d.AppId!.Value));
    }

    /// <summary>The records of what is in reach.</summary>
    public static IQueryable<EventRow> Within(this IQueryable<EventRow> events, Reach reach)
    {
        var (sites, environments, apps) = (reach.Sites, reach.Environments, reach.Apps);
        var seen = reach.IsWhole ? events : events.Where(e => sites.Contains(e.SiteId!.Value));
        seen = environments.Count == 0 ? seen : seen.Where(e => environments.Contains(e.EnvironmentId!.Value));
        return apps.Count == 0 ? seen : seen.Where(e => apps.Contains(e.AppId!.Value));
    }

    /// <summary>The API keys whose own reach is within it.</summary>
    public static IQueryable<ApiKeyRow> Within(this IQueryable<ApiKeyRow> keys, Reach reach)
    {
        var (sites, environments, apps) = (reach.Sites, reach.Environments, reach.Apps);
        var seen = reach.IsWhole ? keys : keys.Where(k => k.Sites.Length > 0 && k.Sites.All(id => sites.Contains(id)));
        seen = environments.Count == 0 ? seen : seen.Where(k => k.Environments.Length > 0 && k.Environments.All(id => environments.Contains(id)));
        return apps.Count == 0 ? seen : seen.Where(k => k.Apps.Length > 0 && k.Apps.All(id => apps.Contains(id)));
    }
}

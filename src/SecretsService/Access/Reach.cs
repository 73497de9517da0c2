using SecretsService.Scopes;

namespace SecretsService.Access;

/// <summary>
/// What of its account a caller can see and touch: all of it, or what an API key is restricted to. Whatever is out of reach does not exist for the
/// caller. This is the one place that knows what a restriction means.
/// </summary>
/// <remarks>
/// Each of the three lists narrows: a scope is in reach where its site is listed, and its environment and its app, where such are listed, too. So a
/// key for an environment does not see what its site has for all of them, and no restricted key sees what is global. The merged map of a target in
/// reach is complete all the same: it is what the key is for.
/// </remarks>
internal sealed class Reach
{
    /// <summary>The whole account.</summary>
    public static readonly Reach Whole = new([], [], []);

    private Reach(IReadOnlyList<Guid> sites, IReadOnlyList<Guid> environments, IReadOnlyList<Guid> apps) =>
        (Sites, Environments, Apps) = (sites, environments, apps);

    /// <summary>Makes what a restriction leaves in reach.</summary>
    /// <param name="sites">The sites; empty only where nothing is restricted, for a restriction to environments or apps names their sites too.</param>
    /// <param name="environments">The environments; empty for any of those sites.</param>
    /// <param name="apps">The apps; empty for any of those sites.</param>
    /// <exception cref="ArgumentException">Environments or apps without a site.</exception>
    public static Reach Of(IReadOnlyList<Guid> sites, IReadOnlyList<Guid> environments, IReadOnlyList<Guid> apps) =>
        sites.Count > 0 ? new Reach(sites, environments, apps)
        : environments.Count == 0 && apps.Count == 0 ? Whole
        : throw new ArgumentException("A restriction to environments or apps has their sites", nameof(sites));

    /// <summary>The only sites; empty where the whole account is in reach.</summary>
    public IReadOnlyList<Guid> Sites { get; }

    /// <summary>The only environments; empty for any.</summary>
    public IReadOnlyList<Guid> Environments { get; }

    /// <summary>The only apps; empty for any.</summary>
    public IReadOnlyList<Guid> Apps { get; }

    /// <summary>True where nothing is restricted.</summary>
    public bool IsWhole => Sites.Count == 0;

    /// <summary>True where what stands at a scope can be seen and changed.</summary>
    public bool Includes(SecretScope scope) => Includes(scope.SiteId, scope.EnvironmentId, scope.AppId);

    /// <summary>True where what belongs to a site, and to one environment or app of it, can be seen and changed.</summary>
    /// <param name="site">The site; null for what is the account's.</param>
    /// <param name="environment">The environment; null for what is all environments'.</param>
    /// <param name="app">The app; null for what is all apps'.</param>
    public bool Includes(Guid? site, Guid? environment, Guid? app) =>
        IsWhole
        || (site is { } ofSite && Sites.Contains(ofSite)
            && (Environments.Count == 0 || (environment is { } ofEnvironment && Environments.Contains(ofEnvironment)))
            && (Apps.Count == 0 || (app is { } ofApp && Apps.Contains(ofApp))));

    /// <summary>True where everything in another reach is in this one.</summary>
    public bool Includes(Reach other) =>
        IsWhole
        || (!other.IsWhole
            && other.Sites.All(Sites.Contains)
            && Narrows(other.Environments, Environments)
            && Narrows(other.Apps, Apps));

    /// <summary>True where a site itself can be seen: its name, and that it is there.</summary>
    public bool SeesSite(Guid site) => IsWhole || Sites.Contains(site);

    /// <summary>True where an environment can be seen.</summary>
    public bool SeesEnvironment(Guid site, Guid environment) => SeesSite(site) && (Environments.Count == 0 || Environments.Contains(environment));

    /// <summary>True where an app can be seen.</summary>
    public bool SeesApp(Guid site, Guid app) => SeesSite(site) && (Apps.Count == 0 || Apps.Contains(app));

    /// <summary>True where nothing of a site is out of reach: what is to be changed of it as a whole, its environments and apps included.</summary>
    public bool CoversSite(Guid site) => Includes(site, environment: null, app: null);

    /// <summary>True where nothing of an environment is out of reach.</summary>
    public bool CoversEnvironment(Guid site, Guid environment) => Includes(site, environment, app: null);

    /// <summary>True where nothing of an app is out of reach.</summary>
    public bool CoversApp(Guid site, Guid app) => Includes(site, environment: null, app);

    private static bool Narrows(IReadOnlyList<Guid> narrower, IReadOnlyList<Guid> wider) =>
        wider.Count == 0 || (narrower.Count > 0 && narrower.All(wider.Contains));
}

using SecretsService.Http;

namespace SecretsService.Sites;

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

/// <summary>How a path addresses an app.</summary>
/// <param name="Site">The site, or null on flat paths, where only an id tells apps of two sites apart.</param>
/// <param name="App">The app.</param>
internal readonly record struct AppPath(ResourceReference? Site, ResourceReference App)
{
    /// <summary>Reads the path of a route: <c>sites/{site}/apps/{app}</c> or <c>apps/{app}</c>.</summary>
    public static AppPath Of(HttpContext context) => new(
        context.GetRouteValue("site") is string site ? ResourceReference.Of(site) : null,
        ResourceReference.Of((string)context.GetRouteValue("app")!));
}

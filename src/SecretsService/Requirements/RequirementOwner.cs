using SecretsService.Http;

namespace SecretsService.Requirements;

/// <summary>Who needs secrets: a site, or one app of it.</summary>
/// <param name="SiteId">The site.</param>
/// <param name="AppId">The app; null for the site itself.</param>
internal readonly record struct RequirementOwner(Guid SiteId, Guid? AppId);

/// <summary>How a path addresses who needs secrets.</summary>
/// <param name="Site">The site.</param>
/// <param name="App">The app; null for the site itself.</param>
internal readonly record struct RequirementOwnerPath(ResourceReference Site, ResourceReference? App)
{
    /// <summary>Reads the path of a route: <c>sites/{site}/...</c> or <c>sites/{site}/apps/{app}/...</c>.</summary>
    public static RequirementOwnerPath Of(HttpContext context) => new(
        ResourceReference.Of((string)context.GetRouteValue("site")!),
        context.GetRouteValue("app") is string app ? ResourceReference.Of(app) : null);
}

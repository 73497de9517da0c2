using SecretsService.Http;
using SecretsService.Sites;

namespace SecretsService.Deployments;

/// <summary>How a path addresses a deployment.</summary>
/// <param name="Environment">The environment that it must be of; null on flat paths, where its id alone finds it.</param>
/// <param name="Id">The deployment's id; null where the path has something that is none.</param>
internal readonly record struct DeploymentPath(EnvironmentPath? Environment, Guid? Id)
{
    /// <summary>Reads the path of a route: <c>deployments/{id}</c>, by itself or below an environment.</summary>
    public static DeploymentPath Of(HttpContext context) => new(
        context.Request.RouteValues.ContainsKey("environment") ? EnvironmentPath.Of(context) : null,
        Ids.TryParse(context.GetRouteValue("id") as string, out var id) ? id : null);
}

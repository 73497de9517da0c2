using Microsoft.AspNetCore.Authorization;
using SecretsService.Http;

namespace SecretsService.Access;

/// <summary>Marks a route that a deployment token may be sent to; no other route takes one.</summary>
/// <param name="RouteParameter">The parameter of the route's path that holds the deployment's id: only that of the token's own deployment passes.</param>
internal sealed record AcceptsDeploymentTokens(string RouteParameter);

/// <summary>What a deployment token may be sent to.</summary>
internal static class DeploymentTokenAccess
{
    /// <summary>
    /// What every route that requires authorization asks for: an API key, or a deployment token where the route accepts them and its path names
    /// the token's deployment. A route cannot forget it, and one that fails it has looked nothing up, so that the refusal tells nothing of other
    /// deployments.
    /// </summary>
    public static AuthorizationPolicy Policy { get; } =
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(MayProceed).Build();

    /// <summary>
    /// Accepts deployment tokens on a route, which must be a GET: a kept answer to a POST or PUT belongs to an API key, which a token's caller is
    /// not. The route counts each use itself.
    /// </summary>
    /// <param name="route">The route.</param>
    /// <param name="routeParameter">The parameter of its path that holds the deployment's id.</param>
    public static RouteHandlerBuilder AcceptsDeploymentTokens(this RouteHandlerBuilder route, string routeParameter = "id") =>
        route.WithMetadata(new AcceptsDeploymentTokens(routeParameter));

    private static bool MayProceed(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http
        && http.Features.Get<Caller>() is { } caller
        && (caller.DeploymentId is not { } own || IsOf(own, http));

    private static bool IsOf(Guid deployment, HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<AcceptsDeploymentTokens>() is { } route
        && Ids.TryParse(http.Request.RouteValues[route.RouteParameter] as string, out var named)
        && named == deployment;
}

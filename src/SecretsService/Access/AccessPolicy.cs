using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using SecretsService.Http;

namespace SecretsService.Access;

/// <summary>Marks a route that a deployment token may be sent to; no other route takes one.</summary>
/// <param name="RouteParameter">The parameter of the route's path that holds the deployment's id: only that of the token's own deployment passes.</param>
internal sealed record AcceptsDeploymentTokens(string RouteParameter);

/// <summary>Marks a route that answers for the account as a whole: no key that is restricted to a part of it may be sent there.</summary>
[SuppressMessage("Major Code Smell", "S2094", Justification = "Being there is what it is for")]
internal sealed record NeedsWholeReach;

/// <summary>Who may be sent where.</summary>
internal static class AccessPolicy
{
    /// <summary>
    /// What every route that requires authorization asks for: an API key with the abilities that the route needs, or a deployment token where the
    /// route accepts them and its path names the token's deployment. A route cannot forget it, one that declares nothing lets nobody pass, and one
    /// that fails it has looked nothing up, so that the refusal tells nothing of what is there.
    /// </summary>
    public static AuthorizationPolicy Policy { get; } =
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(context => context.Resource is HttpContext http && MayProceed(http)).Build();

    /// <summary>
    /// Accepts deployment tokens on a route, which must be a GET: a kept answer to a POST or PUT belongs to an API key, which a token's caller is
    /// not. The route counts each use itself.
    /// </summary>
    /// <param name="route">The route.</param>
    /// <param name="routeParameter">The parameter of its path that holds the deployment's id.</param>
    public static RouteHandlerBuilder AcceptsDeploymentTokens(this RouteHandlerBuilder route, string routeParameter = "id") =>
        route.WithMetadata(new AcceptsDeploymentTokens(routeParameter));

    /// <summary>Lets only keys pass that are restricted to no part of the account.</summary>
    public static RouteHandlerBuilder NeedsWholeReach(this RouteHandlerBuilder route) => route.WithMetadata(new NeedsWholeReach());

    /// <summary>Says why a caller may not be sent to the route that it was sent to.</summary>
    public static string RefusalOf(HttpContext http)
    {
        if (http.Features.Get<Caller>() is { DeploymentId: not null })
        {
            return "A deployment token reads the variables of its own deployment and does nothing else. Send an API key for this request.";
        }

        var lacking = http.Features.Get<Caller>() is { } caller ? LackingIn(caller, http).ToList() : [];
        return lacking.Count > 0
            ? $"Unauthorized. This API key lacks the ability {string.Join(" and ", lacking)}: send a key that has it."
            : "Unauthorized. This API key is restricted to a part of the account: send one that is not.";
    }

    /// <summary>The abilities that the route needs and the caller lacks; a deployment token has none.</summary>
    public static IEnumerable<string> LackingIn(Caller caller, HttpContext http) =>
        NeededBy(http)?.Abilities.Where(ability => !caller.Abilities.Has(ability)) ?? [];

    private static bool MayProceed(HttpContext http) =>
        http.Features.Get<Caller>() is { } caller
        && (caller.DeploymentId is { } own ? IsOf(own, http) : NeededBy(http) is not null && !LackingIn(caller, http).Any() && CoversWhatIsNeeded(caller, http));

    private static bool CoversWhatIsNeeded(Caller caller, HttpContext http) =>
        caller.Reach.IsWhole || http.GetEndpoint()?.Metadata.GetMetadata<NeedsWholeReach>() is null;

    private static NeededAbilities? NeededBy(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<NeededAbilities>();

    private static bool IsOf(Guid deployment, HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<AcceptsDeploymentTokens>() is { } route
        && Ids.TryParse(http.Request.RouteValues[route.RouteParameter] as string, out var named)
        && named == deployment;
}

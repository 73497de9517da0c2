using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Sites;

namespace SecretsService.Secrets;

/// <summary>
/// Finds the scope, or the one secret, that a route's path means. The path alone decides: no query parameter and no body can change where a
/// secret is looked for or put.
/// </summary>
internal sealed class SecretRouting(SiteQueries sites, SecretQueries secrets)
{
    /// <summary>The scope of a collection: that of the environment in the path, or the global one where the path has none.</summary>
    public async Task<Outcome<SecretScope>> FindScopeAsync(Caller caller, HttpContext context, CancellationToken cancellation)
    {
        if (!context.Request.RouteValues.ContainsKey("environment"))
        {
            return SecretScope.Global;
        }

        var found = await sites.FindEnvironmentAsync(caller, EnvironmentPath.Of(context), cancellation);
        return found.Succeeded(out var environment, out var failure)
            ? new SecretScope(new Owner.Site(environment.SiteId), new Selector.Environment(environment.Id))
            : failure;
    }

    /// <summary>The secret in the path, which must be of the path's own scope.</summary>
    public async Task<Outcome<SecretMetadata>> FindInScopeAsync(Caller caller, HttpContext context, CancellationToken cancellation)
    {
        var found = await FindScopeAsync(caller, context, cancellation);
        if (!found.Succeeded(out var scope, out var failure))
        {
            return failure;
        }

        return IdOf(context) is { } id && await secrets.FindAsync(caller, scope, id, cancellation) is { } secret
            ? secret
            : SecretNouns.NotFound(scope);
    }

    /// <summary>The secret in a path that names no scope, whatever its scope is.</summary>
    public async Task<Outcome<SecretMetadata>> FindAnywhereAsync(Caller caller, HttpContext context, CancellationToken cancellation) =>
        IdOf(context) is { } id && await secrets.FindAsync(caller, id, cancellation) is { } secret
            ? secret
            : Failure.NotFound("Secret not found");

    private static Guid? IdOf(HttpContext context) =>
        Ids.TryParse(context.GetRouteValue("id") as string, out var id) ? id : null;
}

/// <summary>What messages call a secret, by its scope.</summary>
internal static class SecretNouns
{
    /// <summary>Global secret, or environment secret.</summary>
    public static string Of(SecretScopeInfo scope) => Noun(scope.Selector == ScopeSelector.Environment);

    /// <inheritdoc cref="Of(SecretScopeInfo)"/>
    public static string Of(SecretScope scope) => Noun(scope.EnvironmentId is not null);

    /// <summary>The scope has no such secret.</summary>
    public static Failure NotFound(SecretScope scope) => Failure.NotFound($"{Of(scope)} not found");

    /// <inheritdoc cref="NotFound(SecretScope)"/>
    public static Failure NotFound(SecretScopeInfo scope) => Failure.NotFound($"{Of(scope)} not found");

    private static string Noun(bool isOfEnvironment) => isOfEnvironment ? "Environment secret" : "Global secret";
}

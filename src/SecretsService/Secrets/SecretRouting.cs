using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Sites;

namespace SecretsService.Secrets;

/// <summary>A collection of secrets, as a path names it.</summary>
/// <param name="Base">
/// The scope of its secrets: for any environment of an owner, where the body may select an environment type, or for one environment.
/// </param>
/// <param name="EnvironmentType">The type of the one environment; null where the path names none.</param>
internal sealed record SecretCollection(SecretScope Base, string? EnvironmentType)
{
    /// <summary>What an environment receives values for; null where the path names none.</summary>
    public Target? Target => Base.EnvironmentId is { } environment ? new Target(EnvironmentType, Base.SiteId, Base.AppId, environment) : null;

    /// <summary>The scopes that a request to create means.</summary>
    public Outcome<IReadOnlyList<SecretScope>> ScopesFor(CreateSecret request)
    {
        var field = request.EnvironmentTypes is not null ? "environment_types" : "environment_type";
        var types = request.EnvironmentTypes ?? (request.EnvironmentType is { } type ? [type] : []);
        return types.Count == 0 ? Outcome<IReadOnlyList<SecretScope>>.Of([Base])
            : Base.EnvironmentId is not null ? Failure.Invalid(field, "The secrets of this route are for one environment: leave the field out.")
            : Outcome<IReadOnlyList<SecretScope>>.Of([.. types.Select(EnvironmentTypes.Canonical).Distinct(StringComparer.Ordinal).Select(OfType)]);
    }

    /// <summary>The scope of the collection's owner for an environment type.</summary>
    /// <param name="environmentType">The type's canonical name.</param>
    public SecretScope OfType(string environmentType) => new(Base.Owner, new Selector.Type(environmentType));
}

/// <summary>
/// Finds the collection, or the one secret, that a route's path means. The path alone decides whose secrets they are: no query parameter and
/// no body can change that.
/// </summary>
internal sealed class SecretRouting(SiteQueries sites, SecretQueries secrets)
{
    /// <summary>
    /// The collection in the path, to be listed or written to: that of an environment, an app or a site, or the account's where the path has none. A
    /// restricted key is refused where the owner is in sight and the collection's secrets are wider than the key; every scope of a collection that
    /// passes is in reach, because a type narrows none of what restrictions go by.
    /// </summary>
    public async Task<Outcome<SecretCollection>> FindCollectionAsync(Caller caller, HttpContext context, CancellationToken cancellation)
    {
        var found = await FindNamedAsync(caller, context, cancellation);
        return found.Succeeded(out var collection, out _) && !caller.Reach.Includes(collection.Base)
            ? caller.Reach.Refuse("the secrets of this scope are wider")
            : found;
    }

    private async Task<Outcome<SecretCollection>> FindNamedAsync(Caller caller, HttpContext context, CancellationToken cancellation)
    {
        var route = context.Request.RouteValues;
        SiteEnvironment? environment = null;
        if (route.ContainsKey("environment"))
        {
            var found = await sites.FindEnvironmentAsync(caller, EnvironmentPath.Of(context), cancellation);
            if (!found.Succeeded(out environment, out var failure))
            {
                return failure;
            }
        }

        var owning = await FindOwnerAsync(caller, context, environment, cancellation);
        return owning.Succeeded(out var owner, out var refusal)
            ? new SecretCollection(new SecretScope(owner, environment is null ? new Selector.Any() : new Selector.Environment(environment.Id)), environment?.Type)
            : refusal;
    }

    /// <summary>The secret in the path, which must be of the path's own collection.</summary>
    public async Task<Outcome<SecretMetadata>> FindInCollectionAsync(
        Caller caller, HttpContext context, bool evenDeleted, CancellationToken cancellation)
    {
        // Not refused where the collection is out of reach: a secret that is there is then answered as one that is not.
        var found = await FindNamedAsync(caller, context, cancellation);
        if (!found.Succeeded(out var collection, out var failure))
        {
            return failure;
        }

        return IdOf(context) is { } id && await secrets.FindAsync(caller, collection.Base, id, cancellation) is { } secret && (evenDeleted || secret.DeletedAt is null)
            ? secret
            : SecretNouns.NotFound(collection.Base);
    }

    /// <summary>The secret in a path that names no collection, whatever its scope is.</summary>
    public async Task<Outcome<SecretMetadata>> FindAnywhereAsync(
        Caller caller, HttpContext context, bool evenDeleted, CancellationToken cancellation) =>
        IdOf(context) is { } id && await secrets.FindAsync(caller, id, cancellation) is { } secret && (evenDeleted || secret.DeletedAt is null)
            ? secret
            : Failure.NotFound("Secret not found");

    private async Task<Outcome<Owner>> FindOwnerAsync(
        Caller caller, HttpContext context, SiteEnvironment? environment, CancellationToken cancellation)
    {
        if (context.GetRouteValue("app") is string)
        {
            var found = await sites.FindAppAsync(caller, AppPath.Of(context), cancellation);
            return found.Succeeded(out var app, out var failure) ? new Owner.App(app.SiteId, app.Id) : failure;
        }

        if (environment is not null)
        {
            return new Owner.Site(environment.SiteId);
        }

        if (context.GetRouteValue("site") is string site)
        {
            var found = await sites.FindSiteAsync(caller, ResourceReference.Of(site), cancellation);
            return found.Succeeded(out var owner, out var failure) ? new Owner.Site(owner.Id) : failure;
        }

        return new Owner.Global();
    }

    private static Guid? IdOf(HttpContext context) =>
        Ids.TryParse(context.GetRouteValue("id") as string, out var id) ? id : null;
}

/// <summary>What messages call a secret, by its scope.</summary>
internal static class SecretNouns
{
    /// <summary>Global secret, site secret, app secret or environment secret.</summary>
    public static string Of(SecretScopeInfo scope) => Noun(scope.Owner, scope.Selector == ScopeSelector.Environment);

    /// <inheritdoc cref="Of(SecretScopeInfo)"/>
    public static string Of(SecretScope scope) => Noun(
        scope.AppId is not null ? ScopeOwner.App : scope.SiteId is not null ? ScopeOwner.Site : ScopeOwner.Global,
        scope.EnvironmentId is not null);

    /// <summary>The scope has no such secret.</summary>
    public static Failure NotFound(SecretScope scope) => Failure.NotFound($"{Of(scope)} not found");

    /// <inheritdoc cref="NotFound(SecretScope)"/>
    public static Failure NotFound(SecretScopeInfo scope) => Failure.NotFound($"{Of(scope)} not found");

    private static string Noun(ScopeOwner owner, bool isOfEnvironment) => owner switch
    {
        ScopeOwner.Global => "Global secret",
        ScopeOwner.Site => isOfEnvironment ? "Environment secret" : "Site secret",
        ScopeOwner.App => "App secret",
    };
}

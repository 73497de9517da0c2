using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Sites;

namespace SecretsService.Resolution;

/// <summary>What a merged map is asked for: an environment, with an app or without; or an environment type at most.</summary>
/// <param name="Environment">The environment; null for a target without a site.</param>
/// <param name="App">An app of the environment's site, where one is asked for.</param>
/// <param name="EnvironmentType">The canonical name of a type, where there is no environment and one is asked for.</param>
internal sealed record TargetReference(EnvironmentPath? Environment, ResourceReference? App = null, string? EnvironmentType = null);

/// <summary>The target in a request's path and query.</summary>
internal sealed class TargetRequest : IRequestPart, IBindableFromHttpContext<TargetRequest>
{
    public static readonly QueryParameter AppParameter =
        new("app", JsonSchemaType.String, "The id or slug of an app of the site: its values are laid over the site's. Default: no app.");

    public static readonly QueryParameter TypeParameter =
        new("environment_type", JsonSchemaType.String, "Lays the values for this environment type over those for any. Default: none.");

    private TargetRequest(TargetReference target)
    {
        Target = target;
        Failure = target.EnvironmentType is { } type && !EnvironmentTypes.IsType(type)
            ? Failure.Invalid(TypeParameter.Name, EnvironmentTypes.Rule)
            : null;
    }

    public Failure? Failure { get; }

    /// <summary>What is asked for.</summary>
    public TargetReference Target { get; }

    public static ValueTask<TargetRequest?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<TargetRequest?>(new TargetRequest(Read(context)));

    private static TargetReference Read(HttpContext context)
    {
        var query = context.Request.Query;
        return context.Request.RouteValues.ContainsKey("environment")
            ? new TargetReference(
                EnvironmentPath.Of(context),
                query.TryGetValue(AppParameter.Name, out var app) ? ResourceReference.Of(app.ToString()) : null)
            : new TargetReference(
                Environment: null,
                EnvironmentType: query.TryGetValue(TypeParameter.Name, out var type) ? EnvironmentTypes.Canonical(type.ToString()) : null);
    }
}

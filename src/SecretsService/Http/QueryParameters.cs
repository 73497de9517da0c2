using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>A query parameter that a route takes: what OpenAPI says of it, and what makes it known to the route.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Description">What it does, its limits and its default.</param>
/// <param name="Maximum">The largest number that it takes, where it is one; the smallest is then 1.</param>
internal sealed record QueryParameter(string Name, JsonSchemaType Type, string Description, int? Maximum = null)
{
    /// <summary>The texts that it takes; null where others are sound, too.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>True for this parameter's name; letter case does not matter, as it does not to the framework.</summary>
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Declares the query parameters of routes, and refuses others where a misspelt one would do harm.</summary>
internal static class QueryParameters
{
    public static readonly QueryParameter Page = new("page", JsonSchemaType.Integer, "The page to show, from 1. Default: 1.", PageRequest.MaxPage);

    public static readonly QueryParameter PerPage =
        new("per_page", JsonSchemaType.Integer, $"How many items a page holds: 1 to {PageRequest.MaxPerPage}. Default: {PageRequest.DefaultPerPage}.", PageRequest.MaxPerPage);

    public static readonly QueryParameter Force =
        new("force", JsonSchemaType.Boolean, "`true` deletes the resource with everything that it holds. Default: `false`.");

    /// <summary>Declares query parameters of a route.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder route, params QueryParameter[] parameters) =>
        route.WithMetadata([.. parameters]);

    /// <summary>
    /// Refuses query parameters that the route does not declare: on everything that writes or returns values a misspelt one must not be
    /// passed over in silence. Lists pass over it.
    /// </summary>
    public static RouteHandlerBuilder RefusesUnknownQuery(this RouteHandlerBuilder route) => route.AddEndpointFilter(async (context, next) =>
    {
        var known = context.HttpContext.GetEndpoint()!.Metadata.GetOrderedMetadata<QueryParameter>();
        var errors = new FieldErrors();
        foreach (var name in context.HttpContext.Request.Query.Keys.Where(name => known.All(k => !k.Is(name))))
        {
            errors.Add(
                CallersText.Quotable(name),
                known.Count == 0 ? "Unknown query parameter. This route takes none."
                    : $"Unknown query parameter. This route takes: {string.Join(", ", known.Select(k => k.Name))}.");
        }

        return errors.Count == 0 ? await next(context) : Answer.Refused(Failure.Invalid(errors));
    });
}

/// <summary>The query parameters of a request that say true or false.</summary>
internal sealed class Flags : IRequestPart, IBindableFromHttpContext<Flags>
{
    private readonly IQueryCollection _query;

    private Flags(HttpContext context)
    {
        _query = context.Request.Query;
        var errors = new FieldErrors();
        foreach (var flag in context.GetEndpoint()!.Metadata.GetOrderedMetadata<QueryParameter>().Where(q => q.Type == JsonSchemaType.Boolean))
        {
            Read(_query, flag, errors);
        }

        Failure = errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    public Failure? Failure { get; }

    public static ValueTask<Flags?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Flags?>(new Flags(context));

    /// <summary>Reads one.</summary>
    /// <param name="query">The request's query.</param>
    /// <param name="flag">The parameter.</param>
    /// <param name="errors">Takes an error where it says neither.</param>
    /// <returns>True where it says so.</returns>
    public static bool Read(IQueryCollection query, QueryParameter flag, FieldErrors errors)
    {
        var text = query.TryGetValue(flag.Name, out var given) ? given.ToString() : "false";
        if (text is not ("true" or "false"))
        {
            errors.Add(flag.Name, "Must be true or false.");
        }

        return text is "true";
    }

    /// <summary>True where the request says so.</summary>
    public bool Has(QueryParameter flag) => _query.TryGetValue(flag.Name, out var text) && text.ToString() is "true";
}

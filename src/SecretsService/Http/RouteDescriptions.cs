using System.Diagnostics.CodeAnalysis;
using SecretsService.Contracts;

namespace SecretsService.Http;

/// <summary>Says of each route, beside it, what OpenAPI should know. A test compares what routes declare with what they answer.</summary>
internal static class RouteDescriptions
{
    private const string Json = "application/json";

    /// <summary>Names and explains a route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="id">Its id within OpenAPI, unique: what generated clients call the method.</param>
    /// <param name="tag">The heading that it stands under.</param>
    /// <param name="summary">What it does, in one line.</param>
    /// <param name="description">What a caller cannot see from the summary. Markdown.</param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string id, string tag, string summary, string description) =>
        route.WithName(id).WithTags(tag).WithSummary(summary).WithDescription(description);

    /// <summary>Declares an answer that succeeds.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, int status) => route.Produces<T>(status, Json);

    /// <summary>Declares the statuses that a route refuses with, beside those that its group declares.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder routes, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
        {
            routes.WithMetadata(RefusalWith(status));
        }

        return routes;
    }

    /// <summary>What declares that a route refuses with a status.</summary>
    public static ProducesResponseTypeMetadata RefusalWith(int status) => new(status, typeof(ErrorEnvelope), [Json]);

    /// <summary>Declares what every route that reads a body can refuse with.</summary>
    public static RouteHandlerBuilder ReadsBody(this RouteHandlerBuilder route) => route.Refuses(
        StatusCodes.Status400BadRequest,
        StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
        StatusCodes.Status422UnprocessableEntity);
}

/// <summary>
/// Marks a POST that hands out a value, or a new token. It is done each time that it is asked for, because each time is audited; its answer is
/// never kept.
/// </summary>
[SuppressMessage("Major Code Smell", "S2094", Justification = "Being there is what it is for")]
internal sealed record HandsOutValue;

/// <summary>
/// Marks a POST that only reads. It is answered by what is there each time, outside of a transaction: a kept answer would tell what was there at the first
/// time, and a read that is a part of a change would hold the account's row locked while it waits for a second connection.
/// </summary>
[SuppressMessage("Major Code Smell", "S2094", Justification = "Being there is what it is for")]
internal sealed record ChangesNothing;

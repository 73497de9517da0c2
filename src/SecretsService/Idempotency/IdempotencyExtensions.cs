using SecretsService.Http;

namespace SecretsService.Idempotency;

/// <summary>Lets a request be repeated without being done twice.</summary>
internal static class IdempotencyExtensions
{
    private static readonly RequestHeader Header = new(
        IdempotencyKey.Header,
        "A key of your own making, such as a random UUID: 1 to 255 visible ASCII characters. A request that is repeated with the same key within 24 "
        + "hours is not done again; it gets the first answer once more, with `Idempotency-Replayed: true`. Only what succeeded is kept. Another "
        + "request with the same key is refused with 422. Keys belong to the API key that sends them.",
        IdempotencyKey.MaxLength);

    public static void AddIdempotency(this IServiceCollection services) => services.AddScoped<AnswerKeeper>();

    /// <summary>
    /// Lets every POST and PUT of the group take an <c>Idempotency-Key</c>. Set it after the filters that judge a request by itself: what they
    /// refuse is no request to be kept.
    /// </summary>
    public static RouteGroupBuilder KeepsAnswers(this RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Add(route =>
        {
            if (MayBeRepeated(route))
            {
                route.FilterFactories.Add((_, next) => context => InvokeAsync(context, next));
            }
        });

        // At last, when a route has said of itself that it has no use for the header.
        ((IEndpointConventionBuilder)group).Finally(route =>
        {
            if (MayBeRepeated(route) && !KeepsNone(route.Metadata))
            {
                route.Metadata.Add(Header);
                route.Metadata.Add(RouteDescriptions.RefusalWith(StatusCodes.Status422UnprocessableEntity));
            }
        });
        return group;
    }

    private static bool MayBeRepeated(EndpointBuilder route) =>
        route.Metadata.OfType<IHttpMethodMetadata>().SelectMany(m => m.HttpMethods).Any(m => HttpMethods.IsPost(m) || HttpMethods.IsPut(m));

    // A value must not be kept, and where nothing changes there is nothing to do twice.
    private static bool KeepsNone(IEnumerable<object> metadata) => metadata.Any(m => m is HandsOutValue or ChangesNothing);

    private static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.Headers.TryGetValue(IdempotencyKey.Header, out var sent)
            || KeepsNone(http.GetEndpoint()!.Metadata))
        {
            return await next(context);
        }

        return IdempotencyKey.TryRead(sent, out var key)
            ? await http.RequestServices.GetRequiredService<AnswerKeeper>().AnswerOnceAsync(http, key, async () => (IResult)(await next(context))!)
            : Answer.Refused(IdempotencyKey.Unreadable);
    }
}

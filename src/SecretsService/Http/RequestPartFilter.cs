using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>Answers for a request whose parts could not be read, so that handlers see only ones that could.</summary>
internal sealed class RequestPartFilter : IEndpointFilter
{
    // A condition that nobody would look at must not be passed over: the caller relies on it (RFC 9110, section 13.1.1).
    private static readonly Failure TakesNoIfMatch =
        Failure.Invalid("If-Match", "This route does not look at If-Match: secrets and imports do. Leave the header out.");

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var failure = context.Arguments.OfType<IRequestPart>().Select(part => part.Failure).FirstOrDefault(f => f is not null)
            ?? (IsConditionInVain(context) ? TakesNoIfMatch : null);
        return failure is null ? next(context) : ValueTask.FromResult<object?>(Answer.Refused(failure));
    }

    private static bool IsConditionInVain(EndpointFilterInvocationContext context) =>
        !HttpMethods.IsGet(context.HttpContext.Request.Method)
        && context.HttpContext.Request.Headers.IfMatch.Count > 0
        && !context.Arguments.OfType<IfMatch>().Any();
}

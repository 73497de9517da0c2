namespace SecretsService.Http;

/// <summary>Answers for a request whose parts could not be read, so that handlers see only ones that could.</summary>
internal sealed class RequestPartFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var failure = context.Arguments.OfType<IRequestPart>().Select(part => part.Failure).FirstOrDefault(f => f is not null);
        return failure is null ? next(context) : ValueTask.FromResult<object?>(Answer.Refused(failure));
    }
}

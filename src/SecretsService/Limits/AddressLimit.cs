using SecretsService.Http;

namespace SecretsService.Limits;

/// <summary>Refuses requests of addresses that have none left, before anything is looked up for them.</summary>
internal sealed class AddressLimit(RequestDelegate next, RateLimits limits)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (limits.TryTakeAddress(context.Connection.RemoteIpAddress, out var retryAfter))
        {
            return next(context);
        }

        AnswerHeaders.Set(context);
        return RateLimits.RefuseAsync(context, retryAfter, "requests from this address");
    }
}

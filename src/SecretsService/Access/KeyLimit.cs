using SecretsService.Limits;

namespace SecretsService.Access;

/// <summary>Refuses requests of keys that have none left. It stands behind authentication, which finds the key.</summary>
internal sealed class KeyLimit(RequestDelegate next, RateLimits limits)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<Caller>() is not { } caller || limits.TryTake(caller.ApiKeyId, out var retryAfter)
            ? next(context)
            : RateLimits.RefuseAsync(context, retryAfter, "requests with this API key");
}

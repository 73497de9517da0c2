using SecretsService.Limits;

namespace SecretsService.Access;

/// <summary>Refuses requests of keys that have none left. It stands behind authentication, which finds the key.</summary>
internal sealed class KeyLimit(RequestDelegate next, RateLimits limits)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<Caller>() is not { } caller
        || context.Features.Get<CountedKey>()?.ApiKeyId == caller.ApiKeyId
        || limits.TryTake(caller.ApiKeyId, out var retryAfter)
            ? next(context)
            : RateLimits.RefuseAsync(context, retryAfter, "requests with this API key");
}

/// <summary>Says that a request was counted as one of this API key before authentication, which then need not count it again.</summary>
/// <param name="ApiKeyId">The key's id.</param>
internal sealed record CountedKey(Guid ApiKeyId);

using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Limits;

/// <summary>
/// How many requests keys and addresses have left. Each request costs one of its address's and, once its key is known, one of that, whatever it
/// reads: a merged map is one. A token that nobody holds has no bucket: addresses bound those.
/// </summary>
internal sealed class RateLimits(IOptions<RateLimitOptions> options, TimeProvider clock)
{
    private readonly TokenBuckets<Guid> _keys = new(options.Value.RequestsPerMinutePerKey, clock);
    private readonly TokenBuckets<AddressBlock> _addresses = new(options.Value.RequestsPerMinutePerAddress, clock);

    /// <summary>Counts a request of a key.</summary>
    /// <param name="keyId">The id of the API key or deployment token, which was found to be valid.</param>
    /// <param name="retryAfter">How long it takes until there is one left; zero where there was.</param>
    /// <returns>False where none is left.</returns>
    public bool TryTake(Guid keyId, out TimeSpan retryAfter) => _keys.TryTake(keyId, out retryAfter);

    /// <summary>Counts a request of an address.</summary>
    /// <param name="address">Where it came from; null for a unix socket.</param>
    /// <param name="retryAfter">How long it takes until there is one left; zero where there was.</param>
    /// <returns>False where none is left.</returns>
    public bool TryTakeAddress(IPAddress? address, out TimeSpan retryAfter) => _addresses.TryTake(AddressBlock.Of(address), out retryAfter);

    /// <summary>Answers a request that came too early.</summary>
    /// <param name="context">The request.</param>
    /// <param name="retryAfter">How long to wait.</param>
    /// <param name="what">What there is too much of, as the subject of a sentence.</param>
    public static Task RefuseAsync(HttpContext context, TimeSpan retryAfter, string what)
    {
        // Rounded up: a second too early is refused again.
        var seconds = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.RetryAfter = seconds;
        return Answer.Error(
            StatusCodes.Status429TooManyRequests,
            ErrorCodes.RateLimited,
            $"Too many {what}. Send the request again in {seconds} s, as the header Retry-After says.").ExecuteAsync(context);
    }
}

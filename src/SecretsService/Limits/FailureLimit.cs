using System.Net;
using Microsoft.Extensions.Options;

namespace SecretsService.Limits;

/// <summary>
/// Makes guessing of keys slow without locking anybody out. An address that has failed too often has its look-ups made two at a time with those of
/// all others like it, so that guesses cannot take every connection to the database; one that finds a key is answered as ever.
/// </summary>
internal sealed class FailureLimit(IOptions<RateLimitOptions> options, TimeProvider clock) : IDisposable
{
    private const int LookUpsAtOnce = 2;

    private readonly TokenBuckets<AddressBlock> _failuresLeft = new(options.Value.FailuresPerMinutePerAddress, clock);
    private readonly SemaphoreSlim _turns = new(LookUpsAtOnce);

    /// <summary>Looks a credential up, in turn where the address has failed too often.</summary>
    /// <param name="address">Where the request came from.</param>
    /// <param name="lookUp">The look-up, which ends with null where it finds nothing that is valid.</param>
    /// <param name="cancellation">Cancels the wait for a turn.</param>
    public async Task<T?> LookUpAsync<T>(IPAddress? address, Func<Task<T?>> lookUp, CancellationToken cancellation)
        where T : class
    {
        if (!_failuresLeft.IsEmpty(AddressBlock.Of(address)))
        {
            return await lookUp();
        }

        await _turns.WaitAsync(cancellation);
        try
        {
            return await lookUp();
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Counts a failure of an address.</summary>
    /// <param name="address">Where the request came from.</param>
    /// <param name="retryAfter">How long it takes until it may fail again; zero where it might.</param>
    /// <returns>False where it has failed too often.</returns>
    public bool TryTake(IPAddress? address, out TimeSpan retryAfter) => _failuresLeft.TryTake(AddressBlock.Of(address), out retryAfter);

    public void Dispose() => _turns.Dispose();
}

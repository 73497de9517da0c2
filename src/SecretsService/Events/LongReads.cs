using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http.Timeouts;
using SecretsService.Access;
using SecretsService.Limits;

namespace SecretsService.Events;

/// <summary>
/// Reads of a whole trail. They take as long as that takes, and ask the database all the while: so few at once for each account that the others find
/// connections.
/// </summary>
internal sealed class LongReads
{
    // Of an account, in this process.
    private const int AtOnce = 4;

    // What comes again at once is most likely refused again.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _running = [];

    /// <summary>Lets a route take as long as it takes, for as many requests of an account as may run at once; further ones are refused with 429.</summary>
    /// <param name="context">The request, which has its caller.</param>
    /// <param name="next">The route.</param>
    public static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var (reads, account) = (http.RequestServices.GetRequiredService<LongReads>(), http.Features.Get<Caller>()!.AccountId);
        if (!reads.TryBegin(account))
        {
            return new Refusal();
        }

        // The answer is written after the route has returned.
        http.Response.OnCompleted(() =>
        {
            reads.End(account);
            return Task.CompletedTask;
        });
        return await next(context);
    }

    private bool TryBegin(Guid accountId)
    {
        lock (_lock)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_running, accountId, out _);
            if (count == AtOnce)
            {
                return false;
            }

            count++;
            return true;
        }
    }

    private void End(Guid accountId)
    {
        lock (_lock)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_running, accountId) == 0)
            {
                _running.Remove(accountId);
            }
        }
    }

    private sealed class Refusal : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            RateLimits.RefuseAsync(httpContext, RetryAfter, "exports and verifications of this audit trail at once");
    }
}

/// <summary>Says of a route that it is one of <see cref="LongReads"/>.</summary>
internal static class LongReadExtensions
{
    /// <summary>Lets a route run on beyond the time that others have, for as many requests of an account at once as <see cref="LongReads"/> lets.</summary>
    public static RouteHandlerBuilder ReadsForLong(this RouteHandlerBuilder route) =>
        route.WithMetadata(new DisableRequestTimeoutAttribute()).AddEndpointFilter(LongReads.InvokeAsync);
}

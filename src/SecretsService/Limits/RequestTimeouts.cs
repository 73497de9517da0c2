using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Limits;

/// <summary>
/// Gives up every request that takes too long, by cancelling what it waits for; but for those whose answer grows with the account.
/// </summary>
internal sealed class RequestTimeouts(IOptions<LimitOptions> options) : IConfigureOptions<RequestTimeoutOptions>
{
    public void Configure(RequestTimeoutOptions timeouts)
    {
        var seconds = options.Value.RequestTimeoutSeconds;
        timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(seconds),
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = context =>
            {
                // What has been cancelled cannot write the answer.
                context.RequestAborted = CancellationToken.None;
                context.Response.Headers.RetryAfter = "1";
                return Answer.Error(
                    StatusCodes.Status503ServiceUnavailable,
                    ErrorCodes.Timeout,
                    $"The request took longer than {seconds} s and was given up. A change is made as a whole or not at all: look, or send it again with an Idempotency-Key.")
                    .ExecuteAsync(context);
            },
        };
    }
}

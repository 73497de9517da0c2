using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;

namespace SecretsService.Http;

/// <summary>
/// Writes one line for each request. It names the route's pattern, never the path or query that was sent: a caller in a hurry may have
/// put a value there.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var route = (RouteOf(context) as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/') ?? "(no route)";
            LogRequest(
                context.Request.Method, route, context.Response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds, context.TraceIdentifier);
        }
    }

    // Handling an exception clears the route that it was thrown in.
    private static Endpoint? RouteOf(HttpContext context) => context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

    [LoggerMessage(1, LogLevel.Information, "{Method} {Route} {Status} in {Milliseconds:0.0} ms, request {RequestId}")]
    private partial void LogRequest(string method, string route, int status, double milliseconds, string requestId);
}

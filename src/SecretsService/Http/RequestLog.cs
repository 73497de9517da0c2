using System.Collections.Frozen;
using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;

namespace SecretsService.Http;

/// <summary>
/// Writes one line for each request. It names the route's pattern, never the path or query that was sent, nor a method that is none: a caller in
/// a hurry may have put a value there.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options);

    // A request costs nothing here where no line is wanted.
    public Task InvokeAsync(HttpContext context) => logger.IsEnabled(LogLevel.Information) ? LogAsync(context) : next(context);

    private async Task LogAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var route = RouteOf(context).Pattern() ?? "(no route)";
            LogRequest(
                MethodOf(context), route, context.Response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds, context.TraceIdentifier);
        }
    }

    // HTTP lets a method be any word, and a caller put any word there.
    private static string MethodOf(HttpContext context) =>
        Known.TryGetValue(context.Request.Method, out var method) ? method : "(another)";

    // Handling an exception clears the route that it was thrown in.
    private static Endpoint? RouteOf(HttpContext context) => context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

    [LoggerMessage(1, LogLevel.Information, "{Method} {Route} {Status} in {Milliseconds:0.0} ms, request {RequestId}")]
    private partial void LogRequest(string method, string route, int status, double milliseconds, string requestId);
}

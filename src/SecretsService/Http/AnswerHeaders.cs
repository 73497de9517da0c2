using Microsoft.Extensions.Primitives;

namespace SecretsService.Http;

/// <summary>The headers that every answer has.</summary>
internal static class AnswerHeaders
{
    private const string NoStore = "no-store";

    // Nothing of the API is a page: whatever a browser takes an answer for, it loads nothing and stands in no frame.
    private const string Api = "default-src 'none'; frame-ancestors 'none'";

    // What Swagger UI consists of comes from here. It styles elements as it goes, and its icons are data; its requests go to this service.
    private const string SwaggerUi =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets them, when an answer starts: an error clears what was set before it.</summary>
    /// <param name="state">The request's <see cref="HttpContext"/>.</param>
    public static Task SetAsync(object state)
    {
        var context = (HttpContext)state;
        if (context.Request.Path.StartsWithSegments(OpenApi.UiPath, StringComparison.OrdinalIgnoreCase))
        {
            // Swagger UI's own files say by themselves how long they may be kept.
            Set(context, SwaggerUi, context.Response.Headers.CacheControl is { Count: > 0 } kept ? kept : NoStore);
        }
        else
        {
            Set(context);
        }

        return Task.CompletedTask;
    }

    /// <summary>Sets those of an answer of the API. Nothing of one may be kept.</summary>
    public static void Set(HttpContext context) => Set(context, Api, NoStore);

    private static void Set(HttpContext context, string policy, StringValues caching)
    {
        var headers = context.Response.Headers;
        headers["X-Request-Id"] = context.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = caching;
    }
}

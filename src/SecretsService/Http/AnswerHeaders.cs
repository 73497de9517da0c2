using Microsoft.Net.Http.Headers;

namespace SecretsService.Http;

/// <summary>The headers that every answer has.</summary>
internal static class AnswerHeaders
{
    // Nothing of the API is a page: whatever a browser takes an answer for, it loads nothing and stands in no frame.
    private const string Api = "default-src 'none'; frame-ancestors 'none'";

    // What Swagger UI consists of comes from here. It styles elements as it goes, and its icons are data; its requests go to this service.
    private const string SwaggerUi =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets them, when an answer starts.</summary>
    /// <param name="state">The request's <see cref="HttpContext"/>.</param>
    public static Task SetAsync(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        var isOfSwagger = context.Request.Path.StartsWithSegments(OpenApi.UiPath, StringComparison.OrdinalIgnoreCase);
        headers["X-Request-Id"] = context.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = isOfSwagger ? SwaggerUi : Api;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";

        // Swagger UI's own files say by themselves how long they may be kept.
        if (!isOfSwagger || !headers.ContainsKey(HeaderNames.CacheControl))
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}

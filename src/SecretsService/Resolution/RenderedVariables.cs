using Microsoft.Net.Http.Headers;
using SecretsService.Formats;
using SecretsService.Http;

namespace SecretsService.Resolution;

/// <summary>
/// An answer that hands variables out. It owns its body, with the values in the clear, and zeroes it when it is disposed of, which it does by
/// itself once it has been executed.
/// </summary>
internal sealed class RenderedVariables : IResult, IDisposable
{
    private readonly ZeroingBuffer _body;

    /// <summary>Makes an answer.</summary>
    /// <param name="body">The whole body, which belongs to the answer from now on.</param>
    /// <param name="mediaType">Its media type, without parameters.</param>
    /// <param name="tag">Its strong entity tag.</param>
    /// <param name="keys">Which variables it hands out.</param>
    /// <param name="origins">What gives each of them, in the same order.</param>
    public RenderedVariables(
        ZeroingBuffer body, string mediaType, EntityTagHeaderValue tag, IReadOnlyList<string> keys, IReadOnlyList<ValueOrigin?> origins)
    {
        _body = body;
        ContentType = $"{mediaType}; charset=utf-8";
        Tag = tag;
        Keys = keys;
        Origins = origins;
    }

    /// <summary>The media type with its character set.</summary>
    public string ContentType { get; }

    /// <summary>The body, for as long as the answer is not disposed of.</summary>
    public ReadOnlySpan<byte> Body => _body.Written.Span;

    /// <summary>The strong entity tag: it changes exactly when the body does.</summary>
    public EntityTagHeaderValue Tag { get; }

    /// <summary>The variables that are handed out, by the names that the map has for them, without the prefix that was asked for.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>What gives each of <see cref="Keys"/>; null for one that is empty because nothing does.</summary>
    public IReadOnlyList<ValueOrigin?> Origins { get; }

    /// <summary>Whether the caller of a request holds this answer already, so that it hands nothing out.</summary>
    public bool IsHeldBy(HttpRequest request) => Tag.IsHeldBy(request);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var _ = this;
        var response = httpContext.Response;
        response.Headers.ETag = Tag.ToString();
        response.Headers.CacheControl = "no-store";
        if (IsHeldBy(httpContext.Request))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = ContentType;
        response.ContentLength = _body.Written.Length;
        await response.Body.WriteAsync(_body.Written, httpContext.RequestAborted);
    }

    public void Dispose() => _body.Dispose();
}

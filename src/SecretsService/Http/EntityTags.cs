using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>Conditional requests (RFC 9110, section 13).</summary>
internal static class EntityTags
{
    private const int TagBytes = 16;

    /// <summary>The strong entity tag of an object: a digest of what an answer shows of it, so that it changes exactly when that does.</summary>
    public static EntityTagHeaderValue Of<T>(T shown)
    {
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(shown, (JsonTypeInfo<T>)Answer.Readable.GetTypeInfo(typeof(T))!);
        return new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json)[..TagBytes])}\"");
    }

    /// <summary>True where the caller holds this answer already, by its <c>If-None-Match</c> (RFC 9110, section 13.1.2).</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">The answer's entity tag.</param>
    public static bool IsHeldBy(this EntityTagHeaderValue tag, HttpRequest request) =>
        request.GetTypedHeaders().IfNoneMatch.Any(held => held.Equals(EntityTagHeaderValue.Any) || held.Compare(tag, useStrongComparison: false));
}

/// <summary>The <c>If-Match</c> of a request (RFC 9110, section 13.1.1): which state of the resource it is meant for.</summary>
internal sealed class IfMatch : IRequestPart, IBindableFromHttpContext<IfMatch>
{
    private static readonly Failure Lost = Failure.PreconditionFailed(
        "It has changed since you looked at it: the ETag is another one now. Read it again, and repeat the request with its ETag if you still want to.");

    private readonly IList<EntityTagHeaderValue>? _tags;

    private IfMatch(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0)
        {
            return;
        }

        if (!EntityTagHeaderValue.TryParseStrictList(request.Headers.IfMatch, out _tags))
        {
            Failure = Failure.Malformed("If-Match must be entity tags as ETag gave them, in double quotes, or *.");
        }
    }

    public Failure? Failure { get; }

    /// <summary>True where the request has the header.</summary>
    public bool IsPresent => _tags is not null;

    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<IfMatch?>(new IfMatch(context.Request));

    /// <summary>What stands against the request where the resource is in another state than it is meant for; null where nothing does.</summary>
    /// <param name="tag">The tag of the resource as it is.</param>
    public Failure? Refuses(Func<EntityTagHeaderValue> tag) =>
        _tags is null || _tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(tag(), useStrongComparison: true)) ? null : Lost;
}

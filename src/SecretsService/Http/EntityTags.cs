using Microsoft.Net.Http.Headers;

namespace SecretsService.Http;

/// <summary>Conditional requests (RFC 9110, section 13).</summary>
internal static class EntityTags
{
    /// <summary>True where the caller holds this answer already, by its <c>If-None-Match</c> (RFC 9110, section 13.1.2).</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">The answer's entity tag.</param>
    public static bool IsHeldBy(this EntityTagHeaderValue tag, HttpRequest request) =>
        request.GetTypedHeaders().IfNoneMatch.Any(held => held.Equals(EntityTagHeaderValue.Any) || held.Compare(tag, useStrongComparison: false));
}

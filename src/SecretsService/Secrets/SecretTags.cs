using Microsoft.Net.Http.Headers;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Secrets;

/// <summary>The entity tags of secrets.</summary>
internal static class SecretTags
{
    /// <summary>
    /// The tag of what the secret itself is. Warnings are left out: they change with other secrets, and a change of those is no race that a
    /// writer of this one could lose.
    /// </summary>
    public static EntityTagHeaderValue Of(SecretMetadata secret) => EntityTags.Of(secret with { Warnings = [] });
}

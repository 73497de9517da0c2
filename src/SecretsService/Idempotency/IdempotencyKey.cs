using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;
using SecretsService.Cryptography;
using SecretsService.Http;
using SecretsService.Outcomes;

namespace SecretsService.Idempotency;

/// <summary>The key that a caller gives a request, to be able to repeat it.</summary>
internal static class IdempotencyKey
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "Idempotency-Key";

    public const int MaxLength = 255;

    /// <summary>The header is not as it must be.</summary>
    public static readonly Failure Unreadable = Failure.Invalid(
        Header, $"Must be one key of 1 to {MaxLength} visible ASCII characters. Send a random UUID, a new one with each new request.");

    /// <summary>Reads the header, which must be there once.</summary>
    public static bool TryRead(StringValues sent, [NotNullWhen(true)] out string? key)
    {
        key = sent.Count == 1 ? sent[0] : null;
        return key?.Length is >= 1 and <= MaxLength && key.All(c => c is >= '!' and <= '~');
    }

    /// <summary>
    /// What stands for the whole request, keyed: it tells a repetition from another request, and says nothing of a value in the body to who
    /// reads the database.
    /// </summary>
    /// <param name="request">The request. What its route reads of the body must have been read.</param>
    /// <param name="key">The account's key.</param>
    public static string TagOf(HttpRequest request, FingerprintKey key)
    {
        string?[] parts =
        [
            request.Method,
            request.PathBase.Add(request.Path).Value,
            request.QueryString.Value,
            request.ContentType,
            request.Headers.IfMatch.ToString(),
            key.Tag(RequestBody.BytesOf(request.HttpContext).Span),
        ];
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content, Encoding.UTF8);
        foreach (var part in parts)
        {
            // With its length before it, so that nothing can move from one part into the next.
            writer.Write(part ?? "");
        }

        return key.Tag(content.GetBuffer().AsSpan(0, (int)content.Length));
    }
}

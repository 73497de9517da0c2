using System.Runtime.InteropServices;
using Microsoft.Net.Http.Headers;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Cryptography;

namespace SecretsService.WarmReads;

/// <summary>
/// Which request an answer was made for: by whom, and for what. The very token: an API key's abilities and reach never change, so that an answer is found
/// by nobody but who was let through to it once, and no key ever meets another one's.
/// </summary>
internal readonly record struct WarmKey
{
    private readonly UInt128 _first;
    private readonly UInt128 _last;
    private readonly string _target;

    private WarmKey(ReadOnlySpan<byte> tokenHash, string target)
    {
        (_first, _last) = (MemoryMarshal.Read<UInt128>(tokenHash), MemoryMarshal.Read<UInt128>(tokenHash[16..]));
        _target = target;
    }

    /// <summary>How many bytes it takes in memory, roughly.</summary>
    public int SizeBytes => 64 + (2 * _target.Length);

    /// <summary>The key of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Its path and query as they were sent, which is all of it that a merged map depends on.</param>
    public static WarmKey Of(HttpRequest request, string target)
    {
        Span<byte> hash = stackalloc byte[ApiToken.HashBytes];
        ApiToken.Hash(BearerAuthentication.Presented(request), hash);
        return new WarmKey(hash, target);
    }

    public bool Equals(WarmKey other) => _first == other._first && _last == other._last && _target == other._target;

    // The token's hash is random already.
    public override int GetHashCode() => (int)_first ^ _target.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A finished answer, with all that must still hold when it is given once more.</summary>
internal sealed class WarmAnswer
{
    public required Guid AccountId { get; init; }

    public required Guid ApiKeyId { get; init; }

    /// <summary>The account's revision that both the map was read at and the API key was found at: at any other one neither is to be relied upon.</summary>
    public required long Revision { get; init; }

    /// <summary>From when on it must not be given, whatever the revision: something expires, or it has been kept for long enough.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The audit record of giving it; its id, address, time and count are those of each time.</summary>
    public required EventRecord Record { get; init; }

    /// <summary>The account's key, which signs what the journal holds.</summary>
    public required FingerprintKey JournalKey { get; init; }

    /// <summary>The route, for the log.</summary>
    public required Endpoint Route { get; init; }

    public required EntityTagHeaderValue Tag { get; init; }

    /// <summary>The tag as the header has it.</summary>
    public required string TagText { get; init; }

    public required string ContentType { get; init; }

    public required byte[] SealedBody { get; init; }
}

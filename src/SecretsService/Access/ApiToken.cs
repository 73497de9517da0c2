using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SecretsService.Access;

/// <summary>
/// The token of an API key, or of one deployment: a prefix, 43 random characters and a checksum of six, so that scanners find a leaked one and
/// can tell it from text that merely looks alike.
/// </summary>
/// <remarks>
/// <code>
/// token    := prefix body checksum
/// prefix   := "sks_" for an API key | "sks_dt_" for a deployment token; a body has no "_", so that neither is taken for the other
/// body     := 43 characters drawn uniformly from 0-9 A-Z a-z: 43 x log2(62) = 256.03 bits
/// checksum := 6 characters: the first four bytes of SHA-256(prefix body), as a big-endian number in base 62
/// </code>
/// The service looks tokens up by their SHA-256, which needs neither a salt nor a slow hash: there are 2^256 of them.
/// The checksum takes no part in that.
/// </remarks>
internal static class ApiToken
{
    /// <summary>What every token begins with.</summary>
    public const string Prefix = "sks_";

    /// <summary>What the token of a deployment begins with, and that of no API key.</summary>
    public const string DeploymentPrefix = Prefix + "dt_";

    /// <summary>The length of a hash.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int BodyLength = 43;
    private const int ChecksumLength = 6;
    private const int MaxLength = 256;
    private const int MaxBytesPerCharacter = 3;

    /// <summary>Stands in for a token that cannot be one, so that its look-up costs as much as any other's. No token has this hash.</summary>
    private const string Nobody = Prefix;

    /// <summary>Makes the token of an API key.</summary>
    public static string Generate() => Generate(Prefix);

    /// <summary>Makes the token of a deployment.</summary>
    public static string GenerateForDeployment() => Generate(DeploymentPrefix);

    /// <summary>True for what is presented as the token of a deployment: it can be no API key's.</summary>
    public static bool IsForDeployment(string? token) => token?.StartsWith(DeploymentPrefix, StringComparison.Ordinal) == true;

    /// <summary>What a token is stored and looked up by: its SHA-256. Text too long to be a token costs no more than one that is.</summary>
    public static byte[] HashOf(string? token)
    {
        var hash = new byte[HashBytes];
        Hash(token, hash);
        return hash;
    }

    /// <summary>Writes what a token is looked up by.</summary>
    /// <param name="token">The token; empty for none.</param>
    /// <param name="hash">Takes <see cref="HashBytes"/> bytes.</param>
    public static void Hash(ReadOnlySpan<char> token, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MaxLength * MaxBytesPerCharacter];
        var length = Encoding.UTF8.GetBytes(token.Length is > 0 and <= MaxLength ? token : Nobody, bytes);
        SHA256.HashData(bytes[..length], hash);
        CryptographicOperations.ZeroMemory(bytes[..length]);
    }

    /// <summary>True for an API key's token that an operator may bring along: the prefix, and enough of a random text.</summary>
    /// <param name="token">For example <c>sks_</c> and the output of <c>openssl rand -hex 32</c>.</param>
    public static bool IsStrongEnough(string token) =>
        token.StartsWith(Prefix, StringComparison.Ordinal)
        && !IsForDeployment(token)
        && token.Length is >= 4 + BodyLength and <= MaxLength
        && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        && token.Distinct().Count() >= 12;

    /// <summary>True for a token as this class makes them, of either kind, with the right checksum.</summary>
    public static bool HasChecksum(string token)
    {
        var prefix = IsForDeployment(token) ? DeploymentPrefix : Prefix;
        return token.Length == prefix.Length + BodyLength + ChecksumLength
            && token.StartsWith(prefix, StringComparison.Ordinal)
            && token.EndsWith(ChecksumOf(token[..^ChecksumLength]), StringComparison.Ordinal);
    }

    private static string Generate(string prefix)
    {
        var body = prefix + RandomNumberGenerator.GetString(Alphabet, BodyLength);
        return body + ChecksumOf(body);
    }

    private static string ChecksumOf(string body)
    {
        var rest = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(body)));
        return string.Create(ChecksumLength, rest, static (characters, rest) =>
        {
            for (var i = characters.Length - 1; i >= 0; i--, rest /= (uint)Alphabet.Length)
            {
                characters[i] = Alphabet[(int)(rest % (uint)Alphabet.Length)];
            }
        });
    }
}

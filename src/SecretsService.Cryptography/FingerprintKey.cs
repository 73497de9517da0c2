using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SecretsService.Cryptography;

/// <summary>
/// The key of one account that tells "the same" from "different" without telling what: HMAC-SHA-256 (RFC 2104, FIPS 198-1) under a 256-bit
/// random key. Without the key nothing can be learned or guessed from what it makes; between accounts nothing can be compared.
/// </summary>
/// <remarks>
/// <code>
/// HMAC input := { length of label (4, big-endian) | label | content }
/// </code>
/// The labels keep fingerprints and tags of the same bytes unrelated. Thread-safe, disposal included. Disposal zeroes the key.
/// </remarks>
public sealed class FingerprintKey : IDisposable
{
    private const int FingerprintBytes = 4;
    private const int TagBytes = 16;

    internal FingerprintKey(KeyMaterial key) => Key = key;

    internal KeyMaterial Key { get; }

    /// <summary>Makes a random key.</summary>
    public static FingerprintKey Generate() => new(KeyMaterial.Generate());

    /// <summary>
    /// Makes the fingerprint of a value, to be shown to people. Equal values have equal fingerprints; of two different values, one pair in
    /// 2^32 has equal ones too, so that nothing may depend on a difference being seen.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <returns>The first 32 bits of the HMAC: 8 lower-case hexadecimal digits.</returns>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public string Fingerprint(ReadOnlySpan<byte> value) => FirstBytes("secrets-service fingerprint v1"u8, value, FingerprintBytes);

    /// <summary>
    /// Makes a tag of content, long enough to stand for it: the entity tag (RFC 9110, section 8.8.3) of an answer that must reveal nothing of
    /// itself. Two different contents have the same tag with a probability of 2^-128.
    /// </summary>
    /// <param name="content">The content.</param>
    /// <returns>The first 128 bits of the HMAC: 32 lower-case hexadecimal digits, without quotes.</returns>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public string Tag(ReadOnlySpan<byte> content) => FirstBytes("secrets-service tag v1"u8, content, TagBytes);

    /// <summary>
    /// Makes a message authentication code of content, for a purpose: only who has the key can have made it, and one that was made for another
    /// purpose is another.
    /// </summary>
    /// <param name="purpose">The purpose: ASCII, for example <c>event journal v1</c>.</param>
    /// <param name="content">The content.</param>
    /// <returns>The whole HMAC: 32 bytes. Compare it with <see cref="CryptographicOperations.FixedTimeEquals"/>.</returns>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public byte[] Authenticate(string purpose, ReadOnlySpan<byte> content)
    {
        var mac = new byte[HMACSHA256.HashSizeInBytes];
        Compute(Encoding.ASCII.GetBytes("secrets-service " + purpose), content, mac);
        return mac;
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => Key.Dispose();

    private string FirstBytes(ReadOnlySpan<byte> label, ReadOnlySpan<byte> content, int count)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(label, content, mac);
        return Convert.ToHexStringLower(mac[..count]);
    }

    private void Compute(ReadOnlySpan<byte> label, ReadOnlySpan<byte> content, Span<byte> mac)
    {
        Span<byte> labelLength = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(labelLength, label.Length);
        using var hmac = CreateHmac();
        hmac.AppendData(labelLength);
        hmac.AppendData(label);
        hmac.AppendData(content);
        hmac.GetCurrentHash(mac);
    }

    private IncrementalHash CreateHmac()
    {
        Span<byte> copy = stackalloc byte[KeyMaterial.SizeBytes];
        try
        {
            Key.CopyTo(copy);
            return IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, copy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }
}

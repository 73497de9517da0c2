using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecretsService.Cryptography;

/// <summary>
/// The key pair with which one account's checkpoints are signed: ECDSA on P-256 with SHA-256 (FIPS 186-5; ES256). It is derived from the account's
/// <see cref="FingerprintKey"/>, so that it is stored nowhere and is the same on every replica and after every restart.
/// </summary>
/// <remarks>
/// <code>
/// d := HMAC("checkpoint key v1", counter (4, big-endian)) as a big-endian number, for the first counter from 0 that gives 1 to n - 1
/// </code>
/// All but one in 2^32 of the numbers are in that range, and each is as likely as any other (FIPS 186-5, A.2.2: rejection). Not thread-safe.
/// Disposal zeroes the derived number.
/// </remarks>
public sealed class CheckpointKey : IDisposable
{
    private const string Purpose = "checkpoint key v1";
    private const int ScalarBytes = 32;
    private const int IdBytes = 8;

    private readonly byte[] _scalar;
    private readonly ECDsa _pair;

    private CheckpointKey(byte[] scalar)
    {
        _scalar = scalar;
        _pair = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        PublicKey = _pair.ExportSubjectPublicKeyInfo();
    }

    /// <summary>The public key as a DER-encoded SubjectPublicKeyInfo (RFC 5480), which OpenSSL and others read.</summary>
    public byte[] PublicKey { get; }

    // n, the order of P-256's base point (FIPS 186-5 refers to SP 800-186, 3.2.1.3).
    private static ReadOnlySpan<byte> Order =>
    [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    /// <summary>Derives the key pair of an account.</summary>
    /// <param name="key">The account's key.</param>
    /// <exception cref="ObjectDisposedException">The account's key is gone.</exception>
    public static CheckpointKey Of(FingerprintKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var scalar = GC.AllocateUninitializedArray<byte>(ScalarBytes, pinned: true);
        Span<byte> counter = stackalloc byte[sizeof(int)];
        var attempt = 0;
        do
        {
            BinaryPrimitives.WriteInt32BigEndian(counter, attempt++);
            var mac = key.Authenticate(Purpose, counter);
            mac.CopyTo(scalar, 0);
            CryptographicOperations.ZeroMemory(mac);
        }
        while (!IsScalar(scalar));

        return new CheckpointKey(scalar);
    }

    /// <summary>Names a public key: the first 64 bits of its SHA-256, in 16 lower-case hexadecimal digits.</summary>
    /// <param name="publicKey">The SubjectPublicKeyInfo.</param>
    public static string IdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey).AsSpan(0, IdBytes));

    /// <summary>True where a signature is that of the text, made by the owner of a public key.</summary>
    /// <param name="publicKey">The SubjectPublicKeyInfo; one that is none, or of another curve, has signed nothing.</param>
    /// <param name="text">The text.</param>
    /// <param name="signature">The signature in DER.</param>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        using var pair = ECDsa.Create();
        try
        {
            pair.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length
                && pair.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                && pair.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Signs a text. Two signatures of one text differ: each has a random part.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The signature in DER (RFC 3279, section 2.2.3), as OpenSSL makes and reads it.</returns>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public byte[] Sign(ReadOnlySpan<byte> text) => _pair.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _pair.Dispose();
        CryptographicOperations.ZeroMemory(_scalar);
    }

    /// <summary>True for a number from 1 to n - 1.</summary>
    internal static bool IsScalar(ReadOnlySpan<byte> number) => number.ContainsAnyExcept((byte)0) && number.SequenceCompareTo(Order) < 0;
}

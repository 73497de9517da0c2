using System.Security.Cryptography;

namespace SecretsService.Cryptography;

/// <summary>
/// The 32 bytes of one key. They lie in a pinned array, which the garbage collector does not copy about, and are zeroed on disposal.
/// Thread-safe: who reads the key gets all of it or an <see cref="ObjectDisposedException"/>, never bytes that are being zeroed.
/// </summary>
internal sealed class KeyMaterial : IDisposable
{
    /// <summary>256 bits: a key of AES-256, and an HMAC-SHA-256 key as long as its output (RFC 2104, section 3).</summary>
    public const int SizeBytes = 32;

    private readonly Lock _gate = new();
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(SizeBytes, pinned: true);
    private bool _disposed;

    /// <summary>Takes a copy of a key. Zeroing the original is the caller's.</summary>
    /// <param name="key">Exactly <see cref="SizeBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public KeyMaterial(ReadOnlySpan<byte> key)
    {
        if (key.Length != SizeBytes)
        {
            throw new ArgumentException($"A key has {SizeBytes} bytes.", nameof(key));
        }

        key.CopyTo(_bytes);
    }

    private KeyMaterial() => RandomNumberGenerator.Fill(_bytes);

    /// <summary>Makes a random key.</summary>
    public static KeyMaterial Generate() => new();

    /// <summary>Copies the key out. The caller zeroes the copy, in a <c>finally</c>.</summary>
    /// <param name="destination">At least <see cref="SizeBytes"/> bytes, on the stack.</param>
    /// <exception cref="ObjectDisposedException">The key is gone; nothing was copied.</exception>
    public void CopyTo(Span<byte> destination)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _bytes.CopyTo(destination);
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_bytes);
        }
    }
}

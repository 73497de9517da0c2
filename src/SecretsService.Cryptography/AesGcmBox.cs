using System.Security.Cryptography;

namespace SecretsService.Cryptography;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) under one key, with a fresh random nonce for each message. This is the only caller of
/// <see cref="AesGcm"/> in the product.
/// </summary>
/// <remarks>
/// <code>
/// box := { nonce (12 bytes, random) | ciphertext (as long as the plaintext) | tag (16 bytes) }
/// </code>
/// Thread-safe, which <see cref="AesGcm"/> is not: an instance that threads share returns wrong plaintexts without an exception. So
/// every operation has an instance to itself, leased from a pool.
/// <para>
/// Disposal may come at any moment. An operation that has its instance by then ends well under the right key, because the instance holds
/// its own key schedule; its instance is disposed when it comes back. One that comes later finds the pool empty for good and throws
/// <see cref="ObjectDisposedException"/>, because <see cref="KeyMaterial.CopyTo"/> does: no instance is ever made from a zeroed key.
/// </para>
/// </remarks>
/// <param name="key">The key. The box owns it, and zeroes it when it is disposed.</param>
internal sealed class AesGcmBox(KeyMaterial key) : IDisposable
{
    /// <summary>96 bits, the length that GCM uses as it is (NIST SP 800-38D, section 5.2.1.1); any other is hashed first.</summary>
    public const int NonceBytes = 12;

    /// <summary>128 bits, the longest tag: its length bounds the odds of a forgery (NIST SP 800-38D, section 5.2.1.2 and appendix B).</summary>
    public const int TagBytes = 16;

    /// <summary>What a box is longer than its plaintext.</summary>
    public const int OverheadBytes = NonceBytes + TagBytes;

    // An operation never waits while it holds an instance, so that no more are in use at once than there are processors, in the main.
    // Those beyond are made and dropped.
    private static readonly int MaxIdle = Environment.ProcessorCount;

    private readonly Lock _gate = new();
    private readonly Stack<AesGcm> _idle = new();
    private bool _disposed;

    /// <summary>The key, to be wrapped by another.</summary>
    public KeyMaterial Key => key;

    /// <summary>Seals a message under a nonce of its own.</summary>
    /// <param name="plaintext">The message; may be empty.</param>
    /// <param name="associatedData">What is authenticated beside the message and not stored in the box.</param>
    /// <param name="box">Takes the box: exactly <see cref="OverheadBytes"/> longer than the message.</param>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public void Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, Span<byte> box)
    {
        // NIST SP 800-38D, section 8.2.2: all 96 bits are random, and section 8.3 then limits the number of messages under one key.
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        SealWithNonce(nonce, plaintext, associatedData, box);
    }

    /// <summary>
    /// Seals a message under a given nonce. A nonce that is used twice under one key gives away the XOR of both messages and the key of the
    /// authentication (NIST SP 800-38D, appendix A), so that only <see cref="Seal"/> and the tests of published vectors may call this.
    /// </summary>
    internal void SealWithNonce(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, Span<byte> box)
    {
        // box := { nonce | ciphertext | tag }
        var ciphertext = box[NonceBytes..^TagBytes];
        var tag = box[^TagBytes..];
        var aes = Lease();
        try
        {
            aes.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        }
        finally
        {
            Return(aes);
        }

        nonce.CopyTo(box);
    }

    /// <summary>Opens a box.</summary>
    /// <param name="box">The box.</param>
    /// <param name="associatedData">The very bytes that it was sealed with.</param>
    /// <param name="plaintext">Takes the message: exactly <see cref="OverheadBytes"/> shorter than the box. Unspecified on failure.</param>
    /// <returns><see langword="false"/> when it does not open under this key and associated data, whatever the reason.</returns>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public bool TryOpen(ReadOnlySpan<byte> box, ReadOnlySpan<byte> associatedData, Span<byte> plaintext)
    {
        if (box.Length < OverheadBytes)
        {
            return false;
        }

        // box := { nonce | ciphertext | tag }
        var nonce = box[..NonceBytes];
        var ciphertext = box[NonceBytes..^TagBytes];
        var tag = box[^TagBytes..];
        var aes = Lease();
        try
        {
            aes.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            return true;
        }
        catch (CryptographicException)
        {
            // Of every kind: a caller must not learn more than that it does not open.
            return false;
        }
        finally
        {
            Return(aes);
        }
    }

    /// <summary>Zeroes the key and disposes of the idle instances; those in use follow as they come back.</summary>
    public void Dispose()
    {
        key.Dispose();
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out var aes))
            {
                aes.Dispose();
            }
        }
    }

    private AesGcm Lease()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
            {
                return idle;
            }
        }

        Span<byte> copy = stackalloc byte[KeyMaterial.SizeBytes];
        try
        {
            key.CopyTo(copy);
            return new AesGcm(copy, TagBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private void Return(AesGcm aes)
    {
        lock (_gate)
        {
            if (!_disposed && _idle.Count < MaxIdle)
            {
                _idle.Push(aes);
                return;
            }
        }

        aes.Dispose();
    }
}

namespace SecretsService.Cryptography;

/// <summary>
/// A key that one process makes for itself and that never leaves it: for what is kept in memory only, so that plaintext does not lie there for longer
/// than it takes to hand it out. What it has sealed is lost with the process, as it should be.
/// </summary>
/// <remarks>
/// AES-256-GCM with a random nonce each: 2^32 seals under one key are sound (NIST SP 800-38D, section 8.3), which are 50 days at 1,000 in every second.
/// Thread-safe, disposal included. Disposal zeroes the key.
/// </remarks>
public sealed class ProcessKey : IDisposable
{
    private readonly AesGcmBox _box = new(KeyMaterial.Generate());

    /// <summary>Seals bytes.</summary>
    /// <param name="plaintext">The bytes: 0 to <see cref="SealedValue.MaxPlaintextBytes"/>. Zeroing them is the caller's.</param>
    /// <param name="associatedData">What they belong to.</param>
    /// <returns>The sealed bytes, <see cref="SealedValue.OverheadBytes"/> more than the plain ones.</returns>
    /// <exception cref="ArgumentException">They are too many.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData) => SealedValue.Seal(_box, plaintext, associatedData);

    /// <summary>Opens what was sealed.</summary>
    /// <param name="sealedBytes">The sealed bytes.</param>
    /// <param name="associatedData">What they must belong to.</param>
    /// <param name="destination">Takes the bytes: at least <see cref="SealedValue.PlaintextLength"/> of room. Cleared as a whole on every failure.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="SealedValueException">They do not open, for whatever reason.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public int Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, Span<byte> destination) =>
        SealedValue.Open(_box, sealedBytes, associatedData, destination);

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _box.Dispose();
}

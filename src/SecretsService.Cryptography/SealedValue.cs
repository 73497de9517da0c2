namespace SecretsService.Cryptography;

/// <summary>The format of everything this product stores sealed: values, wrapped keys and check values.</summary>
/// <remarks>
/// <code>
/// sealed := { format (1 byte: 1) | nonce (12 bytes) | ciphertext (as long as the plaintext) | tag (16 bytes) }
/// </code>
/// The cipher is AES-256-GCM. The format byte is authenticated with the associated data. A later format takes another byte; this one opens
/// for ever.
/// </remarks>
public static class SealedValue
{
    /// <summary>The first byte of what this release seals, and the only one that it opens.</summary>
    public const byte FormatVersion = 1;

    /// <summary>How many bytes the sealed form is longer than its plaintext: format byte, nonce and tag.</summary>
    public const int OverheadBytes = FormatBytes + AesGcmBox.OverheadBytes;

    /// <summary>
    /// The longest plaintext, 16 MiB (2^20 blocks of AES). A value has at most 64 KiB; a merged map of many values, sealed as one, fits too.
    /// The limit is far below GCM's own of 2^36 - 32 bytes (NIST SP 800-38D, section 5.2.1.1): both the odds of a forgery and the data under
    /// one key grow with it.
    /// </summary>
    public const int MaxPlaintextBytes = 16 * 1024 * 1024;

    private const int FormatBytes = 1;

    /// <summary>Tells how long the plaintext is, from the length of the sealed form alone.</summary>
    /// <param name="sealedLength">The length of the sealed form, in bytes.</param>
    /// <returns>The length of the plaintext, in bytes: 0 to <see cref="MaxPlaintextBytes"/>.</returns>
    /// <exception cref="SealedValueException">Nothing that was sealed has this length.</exception>
    public static int PlaintextLength(int sealedLength) =>
        sealedLength is >= OverheadBytes and <= OverheadBytes + MaxPlaintextBytes
            ? sealedLength - OverheadBytes
            : throw new SealedValueException();

    internal static byte[] Seal(AesGcmBox box, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        if (plaintext.Length > MaxPlaintextBytes)
        {
            throw new ArgumentException($"At most {MaxPlaintextBytes} bytes can be sealed as one.", nameof(plaintext));
        }

        // result := { format | box }
        var result = new byte[plaintext.Length + OverheadBytes];
        result[0] = FormatVersion;
        box.Seal(plaintext, associatedData, result.AsSpan(FormatBytes));
        return result;
    }

    // Clears the destination on every failure, and has one exception for all that the stored bytes can cause.
    internal static int Open(AesGcmBox box, ReadOnlySpan<byte> sealedValue, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        try
        {
            var length = PlaintextLength(sealedValue.Length);
            if (destination.Length < length)
            {
                throw new ArgumentException($"The plaintext has {length} bytes, and the destination is shorter.", nameof(destination));
            }

            // sealedValue := { format | box }
            return sealedValue[0] == FormatVersion && box.TryOpen(sealedValue[FormatBytes..], associatedData, destination[..length])
                ? length
                : throw new SealedValueException();
        }
        catch
        {
            destination.Clear();
            throw;
        }
    }
}

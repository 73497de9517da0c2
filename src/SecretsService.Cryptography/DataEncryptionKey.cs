namespace SecretsService.Cryptography;

/// <summary>
/// A data encryption key (DEK): the 256-bit random key of one account that its values are sealed under, by AES-256-GCM with a random nonce
/// each. It is stored only as wrapped by a key encryption key (<see cref="KeyRing"/>).
/// </summary>
/// <remarks>Thread-safe, disposal included. Disposal zeroes the key; what is under way by then ends well or throws.</remarks>
public sealed class DataEncryptionKey : IDisposable
{
    /// <summary>
    /// How many values one key should seal, 2^28 (268,435,456): a key that has sealed as many is retired, and only opens from then on. The
    /// caller keeps the count, in the same transaction as the values.
    /// </summary>
    /// <remarks>
    /// NIST SP 800-38D, section 8.3, allows 2^32 seals under one key with random nonces, where two nonces are equal with a probability of
    /// 2^-33. This is a sixteenth: 2^-41. The rest is room for a count that lost some seals, as when a database is restored from a backup
    /// and goes on under the same key. A new key costs one row, so there is nothing to gain from a greater number.
    /// </remarks>
    public const long MaxSealedValues = 1L << 28;

    private readonly AesGcmBox _box;

    internal DataEncryptionKey(KeyMaterial key) => _box = new AesGcmBox(key);

    internal KeyMaterial Key => _box.Key;

    /// <summary>Makes a random key.</summary>
    public static DataEncryptionKey Generate() => new(KeyMaterial.Generate());

    /// <summary>Seals a value, bound to an identity. Sealing the same value twice gives different bytes.</summary>
    /// <param name="plaintext">The value: 0 to <see cref="SealedValue.MaxPlaintextBytes"/> bytes. Zeroing it is the caller's.</param>
    /// <param name="identity">What it is bound to.</param>
    /// <returns>The sealed value, <see cref="SealedValue.OverheadBytes"/> longer than the value.</returns>
    /// <exception cref="ArgumentException">The value is too long, or the scope or the name is missing or not Unicode text.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, in ValueIdentity identity) =>
        SealedValue.Seal(_box, plaintext, AssociatedDataOf(stackalloc byte[AssociatedData.TypicalBytes], identity).Bytes);

    /// <summary>Opens a sealed value.</summary>
    /// <param name="sealedValue">The stored bytes.</param>
    /// <param name="identity">What it must be bound to: taken from the row being read.</param>
    /// <param name="destination">
    /// Takes the value: at least <see cref="SealedValue.PlaintextLength"/> bytes, not overlapping the sealed ones. Cleared as a whole on every
    /// failure; untouched behind the value otherwise.
    /// </param>
    /// <returns>The length of the value, in bytes.</returns>
    /// <exception cref="SealedValueException">It does not open, for whatever reason.</exception>
    /// <exception cref="ArgumentException">The destination is too short, or the scope or the name is missing or not Unicode text.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public int Open(ReadOnlySpan<byte> sealedValue, in ValueIdentity identity, Span<byte> destination) =>
        SealedValue.Open(_box, sealedValue, AssociatedDataOf(stackalloc byte[AssociatedData.TypicalBytes], identity).Bytes, destination);

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _box.Dispose();

    private static AssociatedData AssociatedDataOf(Span<byte> buffer, in ValueIdentity identity)
    {
        if (identity.Scope is null)
        {
            throw new ArgumentException("A value is bound to a scope.", nameof(identity));
        }

        if (identity.Name is null)
        {
            throw new ArgumentException("A value is bound to a name.", nameof(identity));
        }

        var data = new AssociatedData(buffer, PurposeOf(identity.Kind));
        data.Add(identity.AccountId);
        data.Add(identity.SecretId);
        data.Add(identity.Version);
        data.Add(identity.Scope);
        data.Add(identity.Name);
        return data;
    }

    private static ReadOnlySpan<byte> PurposeOf(ValueKind kind) => kind switch
    {
        ValueKind.Secret => "secrets-service value"u8,
        ValueKind.Plain => "secrets-service plain value"u8,
        ValueKind.Answer => "secrets-service answer"u8,
    };
}

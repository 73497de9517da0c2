namespace SecretsService.Cryptography;

/// <summary>
/// The key encryption keys (KEKs) of an installation, each known by an id. One is active and wraps; all of them unwrap. The ring lives outside
/// the database: whoever has both can read everything, whoever has one can read nothing.
/// </summary>
/// <remarks>
/// <code>
/// {"active":"kek-2","keys":{"kek-1":"base64 of 32 bytes","kek-2":"base64 of 32 bytes"}}
/// </code>
/// An id has 1 to 64 characters, <c>[A-Za-z0-9][A-Za-z0-9._-]{0,63}</c>. A key to write there is made by <c>openssl rand -base64 32</c>. White
/// space around and between the parts does not matter; everything else does. A ring does not change: it is replaced by another one.
/// <para>Thread-safe, disposal included. Disposal zeroes the keys.</para>
/// </remarks>
public sealed class KeyRing : IDisposable
{
    private readonly KeyEncryptionKey _active;
    private readonly OrderedDictionary<string, KeyEncryptionKey> _keys;

    internal KeyRing(string activeId, OrderedDictionary<string, KeyEncryptionKey> keys)
    {
        _active = keys[activeId];
        _keys = keys;
    }

    /// <summary>The id of the key that wraps.</summary>
    public string ActiveId => _active.Id;

    /// <summary>The ids of all keys, in the order of the file.</summary>
    public IReadOnlyCollection<string> Ids => _keys.Keys;

    // A purpose is a part of the associated data: a key that was wrapped for one never unwraps for another.
    private static ReadOnlySpan<byte> DataKeyPurpose => "secrets-service data encryption key"u8;

    private static ReadOnlySpan<byte> FingerprintKeyPurpose => "secrets-service fingerprint key"u8;

    /// <summary>Makes a ring of one random key with a random id, <c>kek-</c> and 16 hexadecimal digits.</summary>
    public static KeyRing Generate()
    {
        var key = new KeyEncryptionKey(KeyEncryptionKeyId.Generate(), KeyMaterial.Generate());
        return new KeyRing(key.Id, new(StringComparer.Ordinal) { [key.Id] = key });
    }

    /// <summary>Reads a ring from its JSON, of which it leaves no key behind anywhere. Zeroing the JSON itself is the caller's.</summary>
    /// <param name="utf8Json">The JSON as UTF-8, with or without a byte order mark.</param>
    /// <exception cref="KeyRingFormatException">It is not a key ring: nothing in it is guessed or ignored.</exception>
    public static KeyRing Parse(ReadOnlySpan<byte> utf8Json) => KeyRingJson.Read(utf8Json);

    /// <summary>Writes the ring as the JSON that <see cref="Parse"/> reads.</summary>
    /// <returns>UTF-8 that holds every key, in a pinned array: the caller zeroes it after use.</returns>
    /// <exception cref="ObjectDisposedException">The keys are gone.</exception>
    public byte[] Export() => KeyRingJson.Write(_active.Id, _keys.Values);

    /// <summary>Tells whether the ring has a key. Case matters.</summary>
    /// <param name="id">The key's id.</param>
    /// <exception cref="ArgumentNullException">The id is <see langword="null"/>.</exception>
    public bool Contains(string id) => _keys.ContainsKey(id);

    /// <summary>Wraps a data encryption key under the active key.</summary>
    /// <param name="key">The key to wrap.</param>
    /// <param name="identity">What it is bound to.</param>
    /// <exception cref="ArgumentNullException">The key is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The key or the ring is gone.</exception>
    public WrappedKey Wrap(DataEncryptionKey key, in KeyIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new WrappedKey(_active.Id, _active.Wrap(key.Key, DataKeyPurpose, identity));
    }

    /// <summary>Wraps a fingerprint key under the active key.</summary>
    /// <inheritdoc cref="Wrap(DataEncryptionKey, in KeyIdentity)"/>
    public WrappedKey Wrap(FingerprintKey key, in KeyIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new WrappedKey(_active.Id, _active.Wrap(key.Key, FingerprintKeyPurpose, identity));
    }

    /// <summary>Unwraps a data encryption key.</summary>
    /// <param name="wrapped">The stored key.</param>
    /// <param name="identity">What it must be bound to: taken from the row being read.</param>
    /// <returns>The key, which the caller disposes.</returns>
    /// <exception cref="KeyMissingException">The ring lacks the key that it was wrapped by.</exception>
    /// <exception cref="SealedValueException">It does not unwrap, for whatever other reason.</exception>
    /// <exception cref="ArgumentException">The wrapped key or a part of it is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The ring is gone.</exception>
    public DataEncryptionKey UnwrapDataKey(WrappedKey wrapped, in KeyIdentity identity) =>
        new(Unwrap(wrapped, DataKeyPurpose, identity));

    /// <summary>Unwraps a fingerprint key.</summary>
    /// <inheritdoc cref="UnwrapDataKey"/>
    public FingerprintKey UnwrapFingerprintKey(WrappedKey wrapped, in KeyIdentity identity) =>
        new(Unwrap(wrapped, FingerprintKeyPurpose, identity));

    /// <summary>
    /// Makes a check value: a constant sealed under one key and its id. It is stored with the data when the key is first used, so that a lost
    /// or swapped key is noticed at the start and not at the first read.
    /// </summary>
    /// <param name="keyId">The key's id.</param>
    /// <exception cref="KeyMissingException">The ring lacks the key.</exception>
    /// <exception cref="ArgumentNullException">The id is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The ring is gone.</exception>
    public byte[] CreateCheckValue(string keyId) => Find(keyId).CreateCheckValue();

    /// <summary>Tells whether a check value was made by the very key that the ring has under this id.</summary>
    /// <param name="keyId">The key's id.</param>
    /// <param name="checkValue">The stored check value.</param>
    /// <returns><see langword="false"/> when another key, or none, made it, or it was changed.</returns>
    /// <exception cref="KeyMissingException">The ring lacks the key.</exception>
    /// <exception cref="ArgumentNullException">The id is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The ring is gone.</exception>
    public bool IsCheckValue(string keyId, ReadOnlySpan<byte> checkValue) => Find(keyId).IsCheckValue(checkValue);

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    private KeyMaterial Unwrap(WrappedKey wrapped, ReadOnlySpan<byte> purpose, in KeyIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        if (wrapped.Bytes is null)
        {
            throw new ArgumentException("A wrapped key has bytes.", nameof(wrapped));
        }

        return Find(wrapped.KeyId).Unwrap(wrapped.Bytes, purpose, identity);
    }

    private KeyEncryptionKey Find(string keyId) =>
        _keys.TryGetValue(keyId, out var key) ? key : throw new KeyMissingException(keyId);
}

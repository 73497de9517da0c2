using System.Security.Cryptography;

namespace SecretsService.Cryptography;

/// <summary>
/// A key encryption key (KEK): wraps the keys of accounts, and nothing else. It is known by an id, which it authenticates with all that it
/// wraps.
/// </summary>
internal sealed class KeyEncryptionKey(string id, KeyMaterial key) : IDisposable
{
    private readonly AesGcmBox _box = new(key);

    /// <summary>The id, of the form of <see cref="KeyEncryptionKeyId"/>.</summary>
    public string Id => id;

    /// <summary>The key, for <see cref="KeyRing.Export"/> and to compare it with others.</summary>
    public KeyMaterial Key => key;

    // What a check value has sealed: public, and of no meaning.
    private static ReadOnlySpan<byte> CheckConstant => "secrets-service check value"u8;

    private static ReadOnlySpan<byte> CheckPurpose => "secrets-service check value"u8;

    /// <summary>Wraps a key for a purpose. What is made unwraps only under this KEK and its id, the same purpose and identity.</summary>
    public byte[] Wrap(KeyMaterial wrapped, ReadOnlySpan<byte> purpose, in KeyIdentity identity)
    {
        Span<byte> plaintext = stackalloc byte[KeyMaterial.SizeBytes];
        try
        {
            wrapped.CopyTo(plaintext);
            return SealedValue.Seal(_box, plaintext, WrapData(stackalloc byte[AssociatedData.TypicalBytes], purpose, identity).Bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Unwraps a key.</summary>
    /// <exception cref="SealedValueException">It does not unwrap, for whatever reason.</exception>
    public KeyMaterial Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> purpose, in KeyIdentity identity)
    {
        // Only a wrapped key has this length; no other is opened into the buffer of one.
        if (wrapped.Length != KeyMaterial.SizeBytes + SealedValue.OverheadBytes)
        {
            throw new SealedValueException();
        }

        Span<byte> plaintext = stackalloc byte[KeyMaterial.SizeBytes];
        try
        {
            SealedValue.Open(_box, wrapped, WrapData(stackalloc byte[AssociatedData.TypicalBytes], purpose, identity).Bytes, plaintext);
            return new KeyMaterial(plaintext);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Seals the constant that <see cref="IsCheckValue"/> looks for.</summary>
    public byte[] CreateCheckValue() => SealedValue.Seal(_box, CheckConstant, CheckData(stackalloc byte[AssociatedData.TypicalBytes]).Bytes);

    /// <summary>Tells whether a check value was made by this key under this id.</summary>
    public bool IsCheckValue(ReadOnlySpan<byte> checkValue)
    {
        Span<byte> constant = stackalloc byte[CheckConstant.Length];
        try
        {
            return checkValue.Length == CheckConstant.Length + SealedValue.OverheadBytes
                && SealedValue.Open(_box, checkValue, CheckData(stackalloc byte[AssociatedData.TypicalBytes]).Bytes, constant) == constant.Length
                && CryptographicOperations.FixedTimeEquals(constant, CheckConstant);
        }
        catch (SealedValueException)
        {
            return false;
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _box.Dispose();

    private AssociatedData WrapData(Span<byte> buffer, ReadOnlySpan<byte> purpose, in KeyIdentity identity)
    {
        var data = new AssociatedData(buffer, purpose);
        data.Add(id);
        data.Add(identity.AccountId);
        data.Add(identity.KeyId);
        return data;
    }

    private AssociatedData CheckData(Span<byte> buffer)
    {
        var data = new AssociatedData(buffer, CheckPurpose);
        data.Add(id);
        return data;
    }
}

/// <summary>
/// The form of a key encryption key's id: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,63}</c>. Such an id is the same in JSON, a log, a file name and
/// a database, and needs no escaping in any.
/// </summary>
internal static class KeyEncryptionKeyId
{
    /// <summary>The longest id.</summary>
    public const int MaxLength = 64;

    private const int RandomBytes = 8;

    /// <summary>Makes an id: <c>kek-</c> and 16 hexadecimal digits.</summary>
    public static string Generate() => "kek-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Tells whether text, or its UTF-8, is an id.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxLength || !char.IsAsciiLetterOrDigit((char)utf8[0]))
        {
            return false;
        }

        foreach (var b in utf8)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'.' or (byte)'_' or (byte)'-'))
            {
                return false;
            }
        }

        return true;
    }
}

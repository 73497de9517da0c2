using System.Globalization;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace SecretsService.Cryptography.Tests;

/// <summary>
/// The formats written a second time, from their description alone and with another implementation of AES-GCM, so that a change to either
/// side shows. It shares no line with the product.
/// </summary>
internal static class IndependentWriter
{
    private const int TagBits = 128;

    public static byte[] Seal(byte[] key, byte[] nonce, byte[] plaintext, byte[] associatedData) =>
        [1, .. nonce, .. Encrypt(key, nonce, plaintext, associatedData)];

    // Null where the tag is wrong.
    public static byte[]? Open(byte[] key, byte[] sealedValue, byte[] associatedData) =>
        sealedValue[0] == 1 ? Decrypt(key, sealedValue[1..13], sealedValue[13..], associatedData) : null;

    public static byte[] Encrypt(byte[] key, byte[] nonce, byte[] plaintext, byte[] associatedData) =>
        Run(forEncryption: true, key, nonce, plaintext, associatedData);

    // Null where the tag is wrong.
    public static byte[]? Decrypt(byte[] key, byte[] nonce, byte[] ciphertextAndTag, byte[] associatedData)
    {
        try
        {
            return Run(forEncryption: false, key, nonce, ciphertextAndTag, associatedData);
        }
        catch (InvalidCipherTextException)
        {
            return null;
        }
    }

    public static byte[] ValueData(ValueIdentity identity) => Fields(
        Encoding.UTF8.GetBytes(identity.Kind switch
        {
            ValueKind.Secret => "secrets-service value",
            ValueKind.Plain => "secrets-service plain value",
            ValueKind.Answer => "secrets-service answer",
        }),
        [1],
        Bytes(identity.AccountId),
        Bytes(identity.SecretId),
        Bytes(identity.Version),
        Encoding.UTF8.GetBytes(identity.Scope),
        Encoding.UTF8.GetBytes(identity.Name));

    public static byte[] DataKeyData(string keyId, KeyIdentity identity) => WrapData("secrets-service data encryption key", keyId, identity);

    public static byte[] FingerprintKeyData(string keyId, KeyIdentity identity) => WrapData("secrets-service fingerprint key", keyId, identity);

    public static byte[] CheckData(string keyId) =>
        Fields(Encoding.UTF8.GetBytes("secrets-service check value"), [1], Encoding.UTF8.GetBytes(keyId));

    public static byte[] Labelled(string label, byte[] content) => [.. Fields(Encoding.UTF8.GetBytes(label)), .. content];

    private static byte[] WrapData(string purpose, string keyId, KeyIdentity identity) => Fields(
        Encoding.UTF8.GetBytes(purpose),
        [1],
        Encoding.UTF8.GetBytes(keyId),
        Bytes(identity.AccountId),
        Bytes(identity.KeyId));

    private static byte[] Fields(params byte[][] fields) => [.. fields.SelectMany(field => Bytes(field.Length).Concat(field))];

    private static byte[] Bytes(int number) => Convert.FromHexString(number.ToString("x8", CultureInfo.InvariantCulture));

    private static byte[] Bytes(Guid id) => Convert.FromHexString(id.ToString("N"));

    private static byte[] Run(bool forEncryption, byte[] key, byte[] nonce, byte[] input, byte[] associatedData)
    {
        var cipher = new GcmBlockCipher(new AesEngine());
        cipher.Init(forEncryption, new AeadParameters(new KeyParameter(key), TagBits, nonce, associatedData));
        var output = new byte[cipher.GetOutputSize(input.Length)];
        var length = cipher.ProcessBytes(input, 0, input.Length, output, 0);
        cipher.DoFinal(output, length);
        return output;
    }
}

using System.Security.Cryptography;
using System.Text;

namespace SecretsService.Cryptography.Tests;

/// <summary>Keys whose bytes the test knows, brought in the way any key comes in: in a key ring's file, or wrapped by a key of it.</summary>
internal static class Known
{
    public const string KekId = "kek-1";

    public static readonly byte[] Kek = Bytes(32, first: 0x40);

    public static readonly ValueIdentity Value = new(
        Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"),
        Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8058"),
        3,
        "site:01890a5d-ac96-774b-bcce-b302099a805a/environment:01890a5d-ac96-774b-bcce-b302099a805b",
        "API_KEY");

    public static readonly KeyIdentity Key = new(Value.AccountId, Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8059"));

    public static byte[] Bytes(int count, int first = 1) => [.. Enumerable.Range(first, count).Select(i => (byte)i)];

    public static KeyRing Ring() => Ring(KekId, (KekId, Kek));

    public static KeyRing Ring(string activeId, params (string Id, byte[] Key)[] keys)
    {
        var members = keys.Select(k => $"\"{k.Id}\":\"{Convert.ToBase64String(k.Key)}\"");
        return KeyRing.Parse(Encoding.UTF8.GetBytes($"{{\"active\":\"{activeId}\",\"keys\":{{{string.Join(',', members)}}}}}"));
    }

    public static DataEncryptionKey DataKey(byte[] key)
    {
        using var ring = Ring();
        return ring.UnwrapDataKey(new(KekId, Wrap(key, IndependentWriter.DataKeyData(KekId, Key))), Key);
    }

    public static FingerprintKey FingerprintKey(byte[] key)
    {
        using var ring = Ring();
        return ring.UnwrapFingerprintKey(new(KekId, Wrap(key, IndependentWriter.FingerprintKeyData(KekId, Key))), Key);
    }

    public static byte[] Open(this DataEncryptionKey key, byte[] sealedValue, ValueIdentity identity)
    {
        var buffer = new byte[Math.Max(0, sealedValue.Length - SealedValue.OverheadBytes)];
        return buffer[..key.Open(sealedValue, identity, buffer)];
    }

    public static byte[] Flip(byte[] bytes, int bit)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private static byte[] Wrap(byte[] key, byte[] associatedData) =>
        IndependentWriter.Seal(Kek, RandomNumberGenerator.GetBytes(12), key, associatedData);
}

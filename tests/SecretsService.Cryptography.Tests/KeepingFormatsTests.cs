using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

/// <summary>What a release stored opens in every later one. The file is never made anew; a new format gets a file of its own.</summary>
public sealed class KeepingFormatsTests : IDisposable
{
    private static readonly JsonDocument Stored = JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf("format-v1.json")));

    private readonly KeyRing _ring = KeyRing.Parse(Encoding.UTF8.GetBytes(Root.GetProperty("keyRing").GetRawText()));

    public static TheoryData<int> Values => [.. Enumerable.Range(0, Root.GetProperty("values").GetArrayLength())];

    private static JsonElement Root => Stored.RootElement;

    [Fact]
    public void There_are_values_to_open() => Root.GetProperty("values").GetArrayLength().ShouldBe(6);

    [Theory]
    [MemberData(nameof(Values))]
    public void A_stored_value_opens(int index)
    {
        var (identity, plaintext, sealedValue) = Value(index);
        var (wrapped, keyIdentity) = Wrapped("dataKey");
        using var key = _ring.UnwrapDataKey(wrapped, keyIdentity);

        key.Open(sealedValue, identity).ShouldBe(plaintext);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void A_stored_value_opens_with_the_independent_implementation(int index)
    {
        var (identity, plaintext, sealedValue) = Value(index);
        var (wrapped, keyIdentity) = Wrapped("dataKey");
        var kek = Root.GetProperty("keyRing").GetProperty("keys").GetProperty(wrapped.KeyId).GetBytesFromBase64();
        var key = IndependentWriter.Open(kek, wrapped.Bytes, IndependentWriter.DataKeyData(wrapped.KeyId, keyIdentity))!;

        IndependentWriter.Open(key, sealedValue, IndependentWriter.ValueData(identity)).ShouldBe(plaintext);
    }

    [Fact]
    public void Fingerprints_and_tags_stay_as_they_were()
    {
        var (wrapped, keyIdentity) = Wrapped("fingerprintKey");
        using var key = _ring.UnwrapFingerprintKey(wrapped, keyIdentity);

        foreach (var stored in Root.GetProperty("fingerprints").EnumerateArray())
        {
            key.Fingerprint(Hex(stored, "value")).ShouldBe(stored.GetProperty("fingerprint").GetString());
            key.Tag(Hex(stored, "value")).ShouldBe(stored.GetProperty("tag").GetString());
        }
    }

    [Fact]
    public void A_stored_check_value_fits()
    {
        foreach (var stored in Root.GetProperty("checkValues").EnumerateObject())
        {
            _ring.IsCheckValue(stored.Name, Convert.FromHexString(stored.Value.GetString()!)).ShouldBeTrue();
        }
    }

    public void Dispose() => _ring.Dispose();

    private static (ValueIdentity Identity, byte[] Plaintext, byte[] Sealed) Value(int index)
    {
        var stored = Root.GetProperty("values")[index];
        var identity = new ValueIdentity(
            Root.GetProperty("accountId").GetGuid(),
            stored.GetProperty("secretId").GetGuid(),
            stored.GetProperty("version").GetInt32(),
            stored.GetProperty("scope").GetString()!,
            stored.GetProperty("name").GetString()!);
        return (identity, Hex(stored, "plaintext"), Hex(stored, "sealed"));
    }

    private static (WrappedKey Key, KeyIdentity Identity) Wrapped(string name)
    {
        var stored = Root.GetProperty(name);
        return (
            new WrappedKey(stored.GetProperty("keyEncryptionKeyId").GetString()!, Hex(stored, "wrapped")),
            new KeyIdentity(Root.GetProperty("accountId").GetGuid(), stored.GetProperty("id").GetGuid()));
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}

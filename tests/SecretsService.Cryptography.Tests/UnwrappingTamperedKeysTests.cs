using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public sealed class UnwrappingTamperedKeysTests : IDisposable
{
    private static readonly byte[] OtherKek = Known.Bytes(32, first: 0x80);

    private readonly KeyRing _ring = Known.Ring(Known.KekId, (Known.KekId, Known.Kek), ("kek-2", OtherKek));
    private readonly DataEncryptionKey _key = DataEncryptionKey.Generate();
    private readonly WrappedKey _wrapped;

    public UnwrappingTamperedKeysTests() => _wrapped = _ring.Wrap(_key, Known.Key);

    [Fact]
    public void The_wrapped_key_itself_unwraps()
    {
        using var unwrapped = _ring.UnwrapDataKey(_wrapped, Known.Key);

        unwrapped.Open(_key.Seal("value"u8, Known.Value), Known.Value).ShouldBe("value"u8.ToArray());
    }

    [Fact]
    public void A_wrapped_fingerprint_key_unwraps()
    {
        using var key = FingerprintKey.Generate();
        using var unwrapped = _ring.UnwrapFingerprintKey(_ring.Wrap(key, Known.Key), Known.Key);

        unwrapped.Tag("value"u8).ShouldBe(key.Tag("value"u8));
    }

    [Theory]
    [InlineData("format byte", 0, 1)]
    [InlineData("nonce", 1, 12)]
    [InlineData("ciphertext", 13, 32)]
    [InlineData("tag", 45, 16)]
    public void A_flip_of_any_bit_fails(string region, int start, int length)
    {
        _wrapped.Bytes.Length.ShouldBe(1 + 12 + 32 + 16);
        for (var bit = start * 8; bit < (start + length) * 8; bit++)
        {
            ShouldFail(_wrapped with { Bytes = Known.Flip(_wrapped.Bytes, bit) }, Known.Key, $"{region}, bit {bit}");
        }
    }

    [Fact]
    public void Truncation_to_any_length_fails()
    {
        for (var length = 0; length < _wrapped.Bytes.Length; length++)
        {
            ShouldFail(_wrapped with { Bytes = _wrapped.Bytes[..length] }, Known.Key, $"the first {length} bytes");
        }
    }

    [Fact]
    public void Extension_by_any_length_fails()
    {
        for (var length = 1; length <= 64; length++)
        {
            ShouldFail(_wrapped with { Bytes = [.. _wrapped.Bytes, .. new byte[length]] }, Known.Key, $"{length} bytes behind");
        }
    }

    [Fact]
    public void A_key_moved_to_another_account_fails() => ShouldFail(_wrapped, Known.Key with { AccountId = Known.Key.KeyId }, "another account");

    [Fact]
    public void A_key_moved_to_another_key_id_fails() => ShouldFail(_wrapped, Known.Key with { KeyId = Known.Key.AccountId }, "another key id");

    [Fact]
    public void A_key_that_names_another_key_encryption_key_fails() => ShouldFail(_wrapped with { KeyId = "kek-2" }, Known.Key, "kek-2");

    [Fact]
    public void The_same_key_encryption_key_under_another_id_fails()
    {
        using var renamed = Known.Ring("kek-9", ("kek-9", Known.Kek));

        Should.Throw<SealedValueException>(() => renamed.UnwrapDataKey(_wrapped with { KeyId = "kek-9" }, Known.Key));
    }

    [Fact]
    public void A_data_encryption_key_does_not_unwrap_as_a_fingerprint_key() =>
        Should.Throw<SealedValueException>(() => _ring.UnwrapFingerprintKey(_wrapped, Known.Key));

    [Fact]
    public void A_fingerprint_key_does_not_unwrap_as_a_data_encryption_key()
    {
        using var key = FingerprintKey.Generate();

        ShouldFail(_ring.Wrap(key, Known.Key), Known.Key, "a fingerprint key");
    }

    [Fact]
    public void A_check_value_does_not_unwrap() =>
        ShouldFail(new WrappedKey(Known.KekId, _ring.CreateCheckValue(Known.KekId)), Known.Key, "a check value");

    [Fact]
    public void A_key_whose_key_encryption_key_is_missing_is_told_apart()
    {
        using var ring = Known.Ring("kek-2", ("kek-2", OtherKek));

        var exception = Should.Throw<KeyMissingException>(() => ring.UnwrapDataKey(_wrapped, Known.Key));

        exception.KeyId.ShouldBe(Known.KekId);
        exception.Message.ShouldBe("The key ring lacks key 'kek-1'; add that key to it, or use the key ring that belongs to this database.");
    }

    // The id comes from a row that others may have written.
    [Theory]
    [InlineData("")]
    [InlineData("kek-1\nFATAL forged line")]
    [InlineData("ķek-1")]
    [InlineData("<script>")]
    public void A_missing_id_that_is_malformed_is_not_repeated(string id)
    {
        var exception = Should.Throw<KeyMissingException>(() => _ring.UnwrapDataKey(_wrapped with { KeyId = id }, Known.Key));

        exception.KeyId.ShouldBe(id);
        exception.Message.ShouldBe("The key ring lacks a key whose id is malformed; restore the row that names it from a backup.");
    }

    [Fact]
    public void A_key_that_is_not_active_unwraps_and_does_not_wrap()
    {
        using var rotated = Known.Ring("kek-2", (Known.KekId, Known.Kek), ("kek-2", OtherKek));
        using var unwrapped = rotated.UnwrapDataKey(_wrapped, Known.Key);

        var rewrapped = rotated.Wrap(unwrapped, Known.Key);

        rewrapped.KeyId.ShouldBe("kek-2");
        using var after = _ring.UnwrapDataKey(rewrapped, Known.Key);
        after.Open(_key.Seal("value"u8, Known.Value), Known.Value).ShouldBe("value"u8.ToArray());
    }

    [Fact]
    public void Nothing_missing_is_taken_for_a_key()
    {
        Should.Throw<ArgumentException>(() => _ring.UnwrapDataKey(null!, Known.Key));
        Should.Throw<ArgumentException>(() => _ring.UnwrapDataKey(new WrappedKey(null!, _wrapped.Bytes), Known.Key));
        Should.Throw<ArgumentException>(() => _ring.UnwrapDataKey(new WrappedKey(Known.KekId, null!), Known.Key));
        Should.Throw<ArgumentException>(() => _ring.Wrap((DataEncryptionKey)null!, Known.Key));
        Should.Throw<ArgumentException>(() => _ring.Wrap((FingerprintKey)null!, Known.Key));
    }

    public void Dispose()
    {
        _key.Dispose();
        _ring.Dispose();
    }

    private void ShouldFail(WrappedKey wrapped, KeyIdentity identity, string what) =>
        Should.Throw<SealedValueException>(() => _ring.UnwrapDataKey(wrapped, identity), what);
}

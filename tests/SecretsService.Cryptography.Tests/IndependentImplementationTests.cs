using System.Security.Cryptography;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

/// <summary>Pins every layout by a second writer and reader: <see cref="IndependentWriter"/>.</summary>
public class IndependentImplementationTests
{
    [Fact]
    public void What_is_sealed_here_opens_there() =>
        (from key in Arbitrary.Key from value in Arbitrary.Bytes from identity in Arbitrary.ValueIdentity select (key, value, identity)).HoldsFor(c =>
        {
            using var dek = Known.DataKey(c.key);

            var sealedValue = dek.Seal(c.value, c.identity);

            IndependentWriter.Open(c.key, sealedValue, IndependentWriter.ValueData(c.identity)).ShouldBe(c.value);
        });

    [Fact]
    public void What_is_sealed_there_opens_here() =>
        (from key in Arbitrary.Key from value in Arbitrary.Bytes from identity in Arbitrary.ValueIdentity select (key, value, identity)).HoldsFor(c =>
        {
            var sealedValue = IndependentWriter.Seal(c.key, RandomNumberGenerator.GetBytes(12), c.value, IndependentWriter.ValueData(c.identity));

            using var dek = Known.DataKey(c.key);

            dek.Open(sealedValue, c.identity).ShouldBe(c.value);
        });

    [Fact]
    public void A_data_encryption_key_wrapped_here_unwraps_there() =>
        (from key in Arbitrary.Key from identity in Arbitrary.KeyIdentity select (key, identity)).HoldsFor(c =>
        {
            using var ring = Known.Ring();
            using var dek = Known.DataKey(c.key);

            var wrapped = ring.Wrap(dek, c.identity);

            wrapped.KeyId.ShouldBe(Known.KekId);
            IndependentWriter.Open(Known.Kek, wrapped.Bytes, IndependentWriter.DataKeyData(Known.KekId, c.identity)).ShouldBe(c.key);
        });

    [Fact]
    public void A_fingerprint_key_wrapped_here_unwraps_there() =>
        (from key in Arbitrary.Key from identity in Arbitrary.KeyIdentity select (key, identity)).HoldsFor(c =>
        {
            using var ring = Known.Ring();
            using var fingerprints = Known.FingerprintKey(c.key);

            var wrapped = ring.Wrap(fingerprints, c.identity);

            IndependentWriter.Open(Known.Kek, wrapped.Bytes, IndependentWriter.FingerprintKeyData(Known.KekId, c.identity)).ShouldBe(c.key);
        });

    // The other direction is how every test of this project gets its known keys.
    [Fact]
    public void A_key_wrapped_there_unwraps_here()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        using var dek = Known.DataKey(key);

        IndependentWriter.Open(key, dek.Seal("value"u8, Known.Value), IndependentWriter.ValueData(Known.Value)).ShouldBe("value"u8.ToArray());
    }

    [Fact]
    public void A_check_value_made_here_opens_there()
    {
        using var ring = Known.Ring();

        var opened = IndependentWriter.Open(Known.Kek, ring.CreateCheckValue(Known.KekId), IndependentWriter.CheckData(Known.KekId));

        opened.ShouldBe("secrets-service check value"u8.ToArray());
    }

    [Fact]
    public void Fingerprints_and_tags_are_the_labelled_hmac() =>
        (from key in Arbitrary.Key from value in Arbitrary.Bytes select (key, value)).HoldsFor(c =>
        {
            using var fingerprints = Known.FingerprintKey(c.key);

            fingerprints.Fingerprint(c.value).ShouldBe(Hmac(c.key, "secrets-service fingerprint v1", c.value)[..8]);
            fingerprints.Tag(c.value).ShouldBe(Hmac(c.key, "secrets-service tag v1", c.value)[..32]);
        });

    private static string Hmac(byte[] key, string label, byte[] content)
    {
        var mac = new Org.BouncyCastle.Crypto.Macs.HMac(new Org.BouncyCastle.Crypto.Digests.Sha256Digest());
        mac.Init(new Org.BouncyCastle.Crypto.Parameters.KeyParameter(key));
        var input = IndependentWriter.Labelled(label, content);
        mac.BlockUpdate(input, 0, input.Length);
        var output = new byte[32];
        mac.DoFinal(output, 0);
        return Convert.ToHexStringLower(output);
    }
}

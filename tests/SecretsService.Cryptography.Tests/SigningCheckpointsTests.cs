using System.Security.Cryptography;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public sealed class SigningCheckpointsTests : IDisposable
{
    private readonly FingerprintKey _account = Known.FingerprintKey(Known.Bytes(32));

    public void Dispose() => _account.Dispose();

    [Fact]
    public void A_signature_is_of_its_text_and_of_no_other()
    {
        using var key = CheckpointKey.Of(_account);
        var signature = key.Sign("text"u8);

        CheckpointKey.Verify(key.PublicKey, "text"u8, signature).ShouldBeTrue();
        CheckpointKey.Verify(key.PublicKey, "texts"u8, signature).ShouldBeFalse();
        CheckpointKey.Verify(key.PublicKey, "text"u8, signature.AsSpan(1)).ShouldBeFalse();
        CheckpointKey.Verify(key.PublicKey.AsSpan(1), "text"u8, signature).ShouldBeFalse();
        CheckpointKey.Verify([.. key.PublicKey, 0], "text"u8, signature).ShouldBeFalse();
        CheckpointKey.Verify([], "text"u8, signature).ShouldBeFalse();
    }

    [Fact]
    public void An_account_has_one_key_pair_for_ever_and_another_account_another()
    {
        using var first = CheckpointKey.Of(_account);
        using var again = CheckpointKey.Of(_account);
        using var others = FingerprintKey.Generate();
        using var other = CheckpointKey.Of(others);

        again.PublicKey.ShouldBe(first.PublicKey);
        CheckpointKey.Verify(again.PublicKey, "text"u8, first.Sign("text"u8)).ShouldBeTrue();
        CheckpointKey.Verify(other.PublicKey, "text"u8, first.Sign("text"u8)).ShouldBeFalse();
    }

    [Fact]
    public void The_private_key_is_the_authentication_code_that_the_document_says()
    {
        using var key = CheckpointKey.Of(_account);

        // As somebody else would compute it from the account's key: HMAC over the label with its length, and a counter of 0.
        byte[] label = [.. "secrets-service checkpoint key v1"u8];
        var scalar = HMACSHA256.HashData(Known.Bytes(32), (byte[])[0, 0, 0, (byte)label.Length, .. label, 0, 0, 0, 0]);
        using var expected = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });

        key.PublicKey.ShouldBe(expected.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public void A_key_of_another_curve_has_signed_nothing()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var signature = other.SignData("text"u8, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        CheckpointKey.Verify(other.ExportSubjectPublicKeyInfo(), "text"u8, signature).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", true)]
    [InlineData("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", false)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    public void Only_numbers_below_the_order_of_the_curve_are_private_keys(string number, bool isOne) =>
        CheckpointKey.IsScalar(Convert.FromHexString(number)).ShouldBe(isOne);

    [Fact]
    public void A_key_that_is_gone_signs_nothing()
    {
        var key = CheckpointKey.Of(_account);
        key.Dispose();

        Should.Throw<ObjectDisposedException>(() => key.Sign("text"u8));
    }
}

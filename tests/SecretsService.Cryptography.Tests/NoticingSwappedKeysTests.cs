using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public sealed class NoticingSwappedKeysTests : IDisposable
{
    private readonly KeyRing _ring = Known.Ring(Known.KekId, (Known.KekId, Known.Kek), ("kek-2", Known.Bytes(32, first: 0x80)));

    [Fact]
    public void A_check_value_fits_the_key_that_made_it()
    {
        _ring.IsCheckValue(Known.KekId, _ring.CreateCheckValue(Known.KekId)).ShouldBeTrue();
        _ring.IsCheckValue("kek-2", _ring.CreateCheckValue("kek-2")).ShouldBeTrue();
    }

    [Fact]
    public void Another_key_under_the_same_id_is_noticed()
    {
        using var swapped = Known.Ring(Known.KekId, (Known.KekId, Known.Bytes(32, first: 0x41)));

        swapped.IsCheckValue(Known.KekId, _ring.CreateCheckValue(Known.KekId)).ShouldBeFalse();
    }

    [Fact]
    public void The_same_key_under_another_id_is_noticed()
    {
        using var renamed = Known.Ring("kek-2", ("kek-2", Known.Kek));

        renamed.IsCheckValue("kek-2", _ring.CreateCheckValue(Known.KekId)).ShouldBeFalse();
    }

    [Fact]
    public void A_check_value_with_any_bit_flipped_does_not_fit()
    {
        var checkValue = _ring.CreateCheckValue(Known.KekId);

        Enumerable.Range(0, checkValue.Length * 8).ShouldAllBe(bit => !_ring.IsCheckValue(Known.KekId, Known.Flip(checkValue, bit)));
    }

    [Fact]
    public void A_check_value_of_another_length_does_not_fit()
    {
        var checkValue = _ring.CreateCheckValue(Known.KekId);

        for (var length = 0; length < checkValue.Length; length++)
        {
            _ring.IsCheckValue(Known.KekId, checkValue.AsSpan(0, length)).ShouldBeFalse();
        }

        _ring.IsCheckValue(Known.KekId, [.. checkValue, 0]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("secrets-service check valuE")]
    public void Another_constant_does_not_fit(string constant)
    {
        var other = IndependentWriter.Seal(
            Known.Kek, Known.Bytes(12), System.Text.Encoding.UTF8.GetBytes(constant), IndependentWriter.CheckData(Known.KekId));

        _ring.IsCheckValue(Known.KekId, other).ShouldBeFalse();
    }

    [Fact]
    public void A_wrapped_key_is_no_check_value()
    {
        using var key = DataEncryptionKey.Generate();

        _ring.IsCheckValue(Known.KekId, _ring.Wrap(key, Known.Key).Bytes).ShouldBeFalse();
    }

    [Fact]
    public void A_key_that_the_ring_lacks_is_told_apart()
    {
        Should.Throw<KeyMissingException>(() => _ring.CreateCheckValue("kek-3")).KeyId.ShouldBe("kek-3");
        Should.Throw<KeyMissingException>(() => _ring.IsCheckValue("kek-3", [])).KeyId.ShouldBe("kek-3");
    }

    public void Dispose() => _ring.Dispose();
}

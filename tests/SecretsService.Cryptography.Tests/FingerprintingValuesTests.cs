using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public sealed class FingerprintingValuesTests : IDisposable
{
    private readonly FingerprintKey _key = FingerprintKey.Generate();

    [Fact]
    public void Equal_values_have_equal_fingerprints_and_tags()
    {
        _key.Fingerprint("value"u8).ShouldBe(_key.Fingerprint("value"u8));
        _key.Tag("value"u8).ShouldBe(_key.Tag("value"u8));
    }

    [Fact]
    public void Different_values_have_different_tags()
    {
        var tags = Enumerable.Range(0, 1_000).Select(i => _key.Tag(BitConverter.GetBytes(i))).ToHashSet(StringComparer.Ordinal);

        tags.Count.ShouldBe(1_000);
    }

    [Fact]
    public void A_fingerprint_has_8_digits_and_a_tag_32()
    {
        _key.Fingerprint([]).ShouldMatch("^[0-9a-f]{8}$");
        _key.Tag([]).ShouldMatch("^[0-9a-f]{32}$");
    }

    [Fact]
    public void A_tag_tells_nothing_of_the_fingerprint() => _key.Tag("value"u8)[..8].ShouldNotBe(_key.Fingerprint("value"u8), StringComparer.Ordinal);

    [Fact]
    public void Another_account_has_other_fingerprints()
    {
        using var other = FingerprintKey.Generate();

        other.Fingerprint("value"u8).ShouldNotBe(_key.Fingerprint("value"u8), StringComparer.Ordinal);
        other.Tag("value"u8).ShouldNotBe(_key.Tag("value"u8), StringComparer.Ordinal);
    }

    public void Dispose() => _key.Dispose();
}

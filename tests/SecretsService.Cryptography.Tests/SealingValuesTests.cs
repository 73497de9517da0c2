using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public sealed class SealingValuesTests : IDisposable
{
    private readonly DataEncryptionKey _key = DataEncryptionKey.Generate();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(65_536)]
    [InlineData(SealedValue.MaxPlaintextBytes)]
    public void A_value_of_any_length_comes_back(int length)
    {
        var value = RandomNumberGenerator.GetBytes(length);

        var sealedValue = _key.Seal(value, Known.Value);

        sealedValue.Length.ShouldBe(length + SealedValue.OverheadBytes);
        SealedValue.PlaintextLength(sealedValue.Length).ShouldBe(length);
        _key.Open(sealedValue, Known.Value).AsSpan().SequenceEqual(value).ShouldBeTrue();
    }

    [Fact]
    public void A_value_past_the_limit_is_refused() =>
        Should.Throw<ArgumentException>(() => _key.Seal(new byte[SealedValue.MaxPlaintextBytes + 1], Known.Value));

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("Schlüssel\u0308")]
    [InlineData("鍵\u0000\r\n")]
    [InlineData("🔑🇨🇭")]
    public void A_name_may_be_any_text(string name)
    {
        var identity = Known.Value with { Name = name };

        _key.Open(_key.Seal("value"u8, identity), identity).ShouldBe("value"u8.ToArray());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(256)]
    [InlineData(100_000)]
    public void A_name_may_be_of_any_length(int length)
    {
        var identity = Known.Value with { Name = new string('N', length) };

        var sealedValue = _key.Seal("value"u8, identity);

        _key.Open(sealedValue, identity).ShouldBe("value"u8.ToArray());
        Should.Throw<SealedValueException>(() => _key.Open(sealedValue, identity with { Name = identity.Name + "N" }));
    }

    // Replaced by U+FFFD, both would be one name, and a value could move between them.
    [Fact]
    public void A_name_that_is_no_text_is_refused()
    {
        foreach (var name in new[] { "\ud800", "A\udc00", "\ud83dA", null })
        {
            var identity = Known.Value with { Name = name! };

            Should.Throw<ArgumentException>(() => _key.Seal("value"u8, identity));
            Should.Throw<ArgumentException>(() => _key.Open(new byte[40], identity, new byte[40]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("global")]
    [InlineData("Schlüssel\u0308")]
    [InlineData("鍵\u0000\r\n")]
    [InlineData("🔑🇨🇭")]
    public void A_scope_may_be_any_text(string scope)
    {
        var identity = Known.Value with { Scope = scope };

        _key.Open(_key.Seal("value"u8, identity), identity).ShouldBe("value"u8.ToArray());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(256)]
    [InlineData(100_000)]
    public void A_scope_may_be_of_any_length(int length)
    {
        var identity = Known.Value with { Scope = new string('S', length) };

        var sealedValue = _key.Seal("value"u8, identity);

        _key.Open(sealedValue, identity).ShouldBe("value"u8.ToArray());
        Should.Throw<SealedValueException>(() => _key.Open(sealedValue, identity with { Scope = identity.Scope + "S" }));
    }

    // Replaced by U+FFFD, both would be one scope, and a value could move between them.
    [Fact]
    public void A_scope_that_is_no_text_is_refused()
    {
        foreach (var scope in new[] { "\ud800", "A\udc00", "\ud83dA", null })
        {
            var identity = Known.Value with { Scope = scope! };

            Should.Throw<ArgumentException>(() => _key.Seal("value"u8, identity));
            Should.Throw<ArgumentException>(() => _key.Open(new byte[40], identity, new byte[40]));
        }
    }

    [Fact]
    public void The_format_byte_is_one_and_no_nonce_repeats()
    {
        const int Count = 100_000;
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        var formats = new HashSet<byte>();

        for (var i = 0; i < Count; i++)
        {
            var sealedValue = _key.Seal([], Known.Value);
            formats.Add(sealedValue[0]);
            nonces.Add(Encoding.Latin1.GetString(sealedValue, 1, 12));
        }

        formats.ShouldBe([(byte)1]);
        nonces.Count.ShouldBe(Count);
    }

    [Fact]
    public void Every_byte_of_the_nonce_varies()
    {
        var nonces = Enumerable.Range(0, 64).Select(_ => _key.Seal([], Known.Value)[1..13]).ToList();

        Enumerable.Range(0, 12).ShouldAllBe(i => nonces.Select(n => n[i]).Distinct().Count() > 1);
    }

    [Fact]
    public void Every_generated_key_is_another_one()
    {
        using var other = DataEncryptionKey.Generate();

        Should.Throw<SealedValueException>(() => other.Open(_key.Seal("value"u8, Known.Value), Known.Value));
    }

    [Fact]
    public void Opening_leaves_the_destination_behind_the_value_alone()
    {
        var destination = Enumerable.Repeat((byte)0xAA, 10).ToArray();

        _key.Open(_key.Seal("value"u8, Known.Value), Known.Value, destination).ShouldBe(5);

        destination.ShouldBe([.. "value"u8, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]);
    }

    [Fact]
    public void A_destination_that_is_too_short_is_the_callers_mistake()
    {
        var sealedValue = _key.Seal("value"u8, Known.Value);

        Should.Throw<ArgumentException>(() => _key.Open(sealedValue, Known.Value, new byte[4])).ParamName.ShouldBe("destination");
    }

    [Fact]
    public void The_limit_of_one_key_is_far_below_that_of_random_nonces() =>
        DataEncryptionKey.MaxSealedValues.ShouldBeInRange(1_000_000, (1L << 32) / 16);

    public void Dispose() => _key.Dispose();
}

using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public sealed class OpeningTamperedValuesTests : IDisposable
{
    private static readonly byte[] Value = "correct horse battery staple"u8.ToArray();

    private readonly DataEncryptionKey _key = DataEncryptionKey.Generate();
    private readonly byte[] _sealed;

    public OpeningTamperedValuesTests() => _sealed = _key.Seal(Value, Known.Value);

    public static TheoryData<ValueIdentity> Elsewhere =>
    [
        Known.Value with { AccountId = Known.Value.SecretId },
        Known.Value with { SecretId = Known.Value.AccountId },
        Known.Value with { AccountId = Known.Value.SecretId, SecretId = Known.Value.AccountId },
        Known.Value with { Version = Known.Value.Version + 1 },
        Known.Value with { Version = -Known.Value.Version },
        Known.Value with { Version = Known.Value.Version << 8 },
        Known.Value with { Name = "API_KEY2" },
        Known.Value with { Name = "API_KE" },
        Known.Value with { Name = "api_key" },
        Known.Value with { Name = "API_KEY\0" },
        Known.Value with { Name = "" },
        Known.Value with { Kind = ValueKind.Plain },
        Known.Value with { Kind = ValueKind.Answer },
    ];

    public static TheoryData<string> OtherScopes =>
    [
        "site:01890a5d-ac96-774b-bcce-b302099a805a/environment:01890a5d-ac96-774b-bcce-b302099a805c",
        "site:01890a5d-ac96-774b-bcce-b302099a805b/environment:01890a5d-ac96-774b-bcce-b302099a805a",
        "environment:01890a5d-ac96-774b-bcce-b302099a805b/site:01890a5d-ac96-774b-bcce-b302099a805a",
        "site:01890a5d-ac96-774b-bcce-b302099a805a",
        "environment:01890a5d-ac96-774b-bcce-b302099a805b",
        "global",
        Known.Value.Scope.ToUpperInvariant(),
        Known.Value.Scope[..^1],
        Known.Value.Scope + "/",
        Known.Value.Scope + "\0",
        Known.Value.Name,
        "",
    ];

    [Fact]
    public void The_value_itself_opens() => _key.Open(_sealed, Known.Value).ShouldBe(Value);

    [Theory]
    [InlineData("format byte", 0, 1)]
    [InlineData("nonce", 1, 12)]
    [InlineData("ciphertext", 13, 28)]
    [InlineData("tag", 41, 16)]
    public void A_flip_of_any_bit_fails(string region, int start, int length)
    {
        _sealed.Length.ShouldBe(1 + 12 + 28 + 16);
        for (var bit = start * 8; bit < (start + length) * 8; bit++)
        {
            ShouldFail(Known.Flip(_sealed, bit), Known.Value, $"{region}, bit {bit}");
        }
    }

    [Fact]
    public void Every_other_format_byte_fails()
    {
        for (var format = 0; format <= byte.MaxValue; format++)
        {
            if (format != SealedValue.FormatVersion)
            {
                ShouldFail([(byte)format, .. _sealed[1..]], Known.Value, $"format {format}");
            }
        }
    }

    [Fact]
    public void Truncation_to_any_length_fails()
    {
        for (var length = 0; length < _sealed.Length; length++)
        {
            ShouldFail(_sealed[..length], Known.Value, $"the first {length} bytes");
            ShouldFail(_sealed[^length..], Known.Value, $"the last {length} bytes");
        }

        for (var length = 0; length < _sealed.Length - 1; length++)
        {
            ShouldFail([1, .. _sealed[^length..]], Known.Value, $"the format byte and the last {length} bytes");
        }
    }

    [Fact]
    public void Extension_by_any_length_fails()
    {
        for (var length = 1; length <= 64; length++)
        {
            ShouldFail([.. _sealed, .. new byte[length]], Known.Value, $"{length} bytes behind");
            ShouldFail([1, .. new byte[length], .. _sealed[1..]], Known.Value, $"{length} bytes in front");
        }
    }

    [Fact]
    public void What_is_longer_than_anything_sealed_fails() =>
        ShouldFail(new byte[SealedValue.MaxPlaintextBytes + SealedValue.OverheadBytes + 1], Known.Value, "one byte past the limit");

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public void Opening_a_moved_value_fails(ValueIdentity elsewhere) => ShouldFail(_sealed, elsewhere, elsewhere.ToString());

    [Theory]
    [MemberData(nameof(OtherScopes))]
    public void Opening_a_value_of_another_scope_fails(string scope) => ShouldFail(_sealed, Known.Value with { Scope = scope }, scope);

    [Fact]
    public void Opening_with_scope_and_name_exchanged_fails() =>
        ShouldFail(_sealed, Known.Value with { Scope = Known.Value.Name, Name = Known.Value.Scope }, "exchanged");

    [Fact]
    public void Opening_under_another_key_fails()
    {
        using var other = DataEncryptionKey.Generate();

        Should.Throw<SealedValueException>(() => other.Open(_sealed, Known.Value));
    }

    [Fact]
    public void A_value_with_a_part_of_another_fails()
    {
        var other = _key.Seal(Value, Known.Value);

        ShouldFail([.. _sealed[..13], .. other[13..]], Known.Value, "another nonce");
        ShouldFail([.. _sealed[..^16], .. other[^16..]], Known.Value, "another tag");
    }

    [Fact]
    public void A_value_opens_for_no_identity_but_its_own() =>
        (from a in Arbitrary.ValueIdentity from b in Arbitrary.ValueIdentity select (a, b)).HoldsFor(pair =>
        {
            var sealedValue = _key.Seal(Value, pair.a);

            _key.Open(sealedValue, pair.a).ShouldBe(Value);
            if (pair.a != pair.b)
            {
                ShouldFail(sealedValue, pair.b, pair.ToString());
            }
        });

    // Bytes that move over the border between two fields give other associated data, although they follow each other in the same order.
    [Fact]
    public void Associated_data_tells_where_a_field_ends() =>
        (from text in Arbitrary.Text from a in Gen.Choose(0, 20) from b in Gen.Choose(0, 20) select (text, a, b)).HoldsFor(c =>
        {
            var (first, second) = (Math.Min(c.a, c.text.Length), Math.Min(c.b, c.text.Length));
            if (first == second || IsWithinPair(c.text, first) || IsWithinPair(c.text, second))
            {
                return;
            }

            TwoFields(c.text, first).ShouldNotBe(TwoFields(c.text, second));
        });

    // The same for the two texts that a value is bound to: none of the scope can become a part of the name, nor the other way round.
    [Fact]
    public void A_value_tells_where_its_scope_ends_and_its_name_begins() =>
        (from text in Arbitrary.Text from a in Gen.Choose(0, 20) from b in Gen.Choose(0, 20) select (text, a, b)).HoldsFor(c =>
        {
            var (first, second) = (Math.Min(c.a, c.text.Length), Math.Min(c.b, c.text.Length));
            if (first == second || IsWithinPair(c.text, first) || IsWithinPair(c.text, second))
            {
                return;
            }

            var identity = Known.Value with { Scope = c.text[..first], Name = c.text[first..] };

            ShouldFail(_key.Seal(Value, identity), identity with { Scope = c.text[..second], Name = c.text[second..] }, c.ToString());
        });

    [Fact]
    public void The_destination_is_cleared_on_failure()
    {
        var destination = Enumerable.Repeat((byte)0xAA, 100).ToArray();
        foreach (var tampered in new[] { Known.Flip(_sealed, 0), Known.Flip(_sealed, 100), _sealed[..20] })
        {
            Array.Fill(destination, (byte)0xAA);

            Should.Throw<SealedValueException>(() => _key.Open(tampered, Known.Value, destination));

            destination.ShouldAllBe(b => b == 0);
        }
    }

    [Fact]
    public void A_failure_does_not_spoil_the_next_opening()
    {
        for (var i = 0; i < 100; i++)
        {
            ShouldFail(Known.Flip(_sealed, _sealed.Length), Known.Value, "in between");
            _key.Open(_sealed, Known.Value).ShouldBe(Value);
        }
    }

    public void Dispose() => _key.Dispose();

    private static byte[] TwoFields(string text, int border)
    {
        var data = new AssociatedData(stackalloc byte[16], "purpose"u8);
        data.Add(text[..border]);
        data.Add(text[border..]);
        return data.Bytes.ToArray();
    }

    private static bool IsWithinPair(string text, int index) => index > 0 && index < text.Length && char.IsLowSurrogate(text[index]);

    private void ShouldFail(byte[] sealedValue, ValueIdentity identity, string what) =>
        Should.Throw<SealedValueException>(() => _key.Open(sealedValue, identity), what);
}

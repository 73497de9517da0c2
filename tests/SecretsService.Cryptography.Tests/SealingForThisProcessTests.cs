using System.Text;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

/// <summary>What is kept in memory is sealed under a key that no other process, and no later one, has.</summary>
public sealed class SealingForThisProcessTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void What_was_sealed_opens(int length)
    {
        using var key = new ProcessKey();
        var plaintext = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var opened = new byte[length];

        key.Open(key.Seal(plaintext, "a"u8), "a"u8, opened).ShouldBe(length);

        opened.ShouldBe(plaintext);
    }

    [Fact]
    public void It_opens_under_no_other_key_and_for_no_other_purpose()
    {
        using var key = new ProcessKey();
        using var other = new ProcessKey();
        var box = key.Seal("canary"u8, "a"u8);
        var opened = new byte[6];

        Should.Throw<SealedValueException>(() => other.Open(box, "a"u8, opened));
        Should.Throw<SealedValueException>(() => key.Open(box, "b"u8, opened));
        Encoding.UTF8.GetString(opened).ShouldBe("\0\0\0\0\0\0");
        box.AsSpan().IndexOf("canary"u8).ShouldBe(-1);
    }

    [Fact]
    public void Once_disposed_of_it_opens_nothing()
    {
        var key = new ProcessKey();
        var box = key.Seal("canary"u8, "a"u8);

        key.Dispose();

        Should.Throw<ObjectDisposedException>(() => key.Seal("canary"u8, "a"u8));
        Should.Throw<ObjectDisposedException>(() => key.Open(box, "a"u8, new byte[6]));
    }
}

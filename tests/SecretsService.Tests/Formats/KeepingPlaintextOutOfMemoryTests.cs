using SecretsService.Formats;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>Plaintext goes from memory that is zeroed to memory that is zeroed.</summary>
public sealed class KeepingPlaintextOutOfMemoryTests
{
    private const int ManyBytes = 8 << 20; // more than anything else rents meanwhile

    private static readonly string[] MakersOfCopies = ["GetString(", ".ToArray()", "ToBase64String(", "new byte[", "MemoryStream", "StringBuilder"];

    [Fact]
    public void A_buffer_zeroes_what_it_leaves_behind_when_it_grows()
    {
        using var buffer = new ZeroingBuffer(ManyBytes);
        buffer.GetSpan(1)[0] = 1;
        buffer.Advance(1);
        var left = buffer.Written;

        buffer.GetSpan((2 * ManyBytes) + 1);

        left.ToArray().ShouldBe([0]);
        buffer.Written.ToArray().ShouldBe([1]);
    }

    [Fact]
    public void A_buffer_zeroes_everything_when_it_is_disposed_of()
    {
        var buffer = new ZeroingBuffer(ManyBytes);
        buffer.GetSpan(1)[0] = 1;
        buffer.Advance(1);
        buffer.Reset();
        buffer.GetSpan(2)[1] = 2;
        buffer.Advance(2);
        var left = buffer.Written;

        buffer.Dispose();

        left.ToArray().ShouldBe([0, 0]);
    }

    [Fact]
    public void A_variable_prints_its_name_only() => Carrying.Variable("A", "c4n4ry").ToString().ShouldNotContain("c4n4ry");

    [Fact]
    public void No_format_makes_a_copy_that_nobody_zeroes() =>
        Directory.EnumerateFiles(Repository.PathOf("src/SecretsService/Formats"), "*Format.cs")
            .Where(file => Path.GetFileName(file) is not "VariableFormat.cs")
            .SelectMany(file => MakersOfCopies.Where(maker => File.ReadAllText(file).Contains(maker, StringComparison.Ordinal))
                .Select(maker => $"{Path.GetFileName(file)}: {maker}"))
            .ShouldBeEmpty();
}

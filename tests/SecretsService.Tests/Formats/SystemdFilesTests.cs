using System.Text;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>Files for <c>EnvironmentFile=</c>, and the port of what reads them.</summary>
public sealed class SystemdFilesTests
{
    private static readonly SystemdFormat Format = new();
    private static readonly SystemdConsumer Consumer = new();

    [Fact]
    public void Four_characters_have_a_backslash_before_them_and_newlines_have_none() =>
        Encoding.UTF8.GetString(Format.Written([Carrying.Variable("A", "\"\\$`\n'")])).ShouldBe("A=\"\\\"\\\\\\$\\`\n'\"\n");

    [Fact]
    public void No_hard_value_is_refused() => Carrying.RefusedBy(Format).ShouldBeEmpty();

    [Theory]
    [InlineData("\ufdd0")]
    [InlineData("a\ufdef")]
    [InlineData("\ufffeb")]
    [InlineData("a\uffff")]
    [InlineData("\U0001fffe")]
    [InlineData("\U0010ffff")]
    public async Task A_noncharacter_is_refused_because_systemd_would_read_nothing(string value)
    {
        Format.Carries(value).ShouldBeFalse();
        (await Consumer.ReadAsync([Format.Written(Carrying.BetweenOthers("A", value))]))[0].Error.ShouldNotBeNull();
    }

    [Fact]
    public Task Every_short_value_of_characters_that_matter_comes_out_the_same() =>
        Consumer.ShouldReadBackAsync(ShortValues.Of("'\"`\\$\n\r# ;a", 4));

    [Theory]
    [InlineData("A='a'\\''b'", "a''b'")] // a quote after an unquoted character is an ordinary one
    [InlineData("A='a'\"'\"'b'", "a'b")]
    [InlineData("A=  a b  \n", "a b")]
    [InlineData("A=a\\ \n", "a ")]
    [InlineData("A=\"a\\nb\\\nc\"", "a\\nbc")]
    [InlineData("A=a\\\nb", "ab")]
    [InlineData("# A=c\\\n;x\nA =b # c", "b # c")]
    [InlineData("A=", "")]
    public async Task The_port_reads_as_the_source_does(string file, string value) =>
        (await Consumer.ReadAsync([Encoding.UTF8.GetBytes(file)]))[0].Variables!["A"].ShouldBe(value);
}

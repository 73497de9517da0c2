using System.Text;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>Files for motdotla/dotenv.</summary>
public sealed class DotEnvFilesTests
{
    private static readonly DotEnvFormat Format = new();
    private static readonly DotEnvConsumer Consumer = new();

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("", "''")]
    [InlineData("a # $HOME \\n", @"'a # $HOME \n'")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("it's\non two", "\"it's\non two\"")]
    [InlineData(@"it's \n", @"`it's \n`")]
    [InlineData("one\r\ntwo", "\"one\\r\ntwo\"")]
    [InlineData("'\"`", "''\"`'")]
    [InlineData("'\"`\n", "\"'\"`\\n\"")]
    [InlineData(@"\", @"'\' # with its last 'backslash'")]
    public void A_value_stands_between_quotes_that_it_has_nothing_to_do_with_if_there_are_any(string value, string written) =>
        Encoding.UTF8.GetString(Format.Written([Carrying.Variable("A", value)])).ShouldBe($"A={written}\n");

    [Fact]
    public void One_hard_value_is_refused() => Carrying.RefusedBy(Format).ShouldBe(["all three quotes, `#` and a newline"]);

    [Fact]
    public void A_refusal_says_what_is_wrong_with_each_quoting() =>
        Format.Check([Carrying.Variable("A", "'`\n\\n\"")])[0].Reason.ShouldBe(
            "dotenv has no quoting that carries this value: between single quotes it could end at a single quote in it, because it has a # or a line break, "
            + @"too; between double quotes its \n or \r (a backslash and a letter) would become a line break; between backticks it could end at a backtick in it, "
            + "because it has a # or a line break, too. Change the value, or take another format, such as json.");

    [Fact]
    public Task Every_short_value_of_characters_that_matter_comes_out_the_same() => Consumer.ShouldReadBackAsync(Short());

    [Fact]
    public Task No_short_value_is_refused_that_some_quoting_carries() => Consumer.ShouldRefuseOnlyWhatNoneCarriesAsync(
        Short(),
        v => v,
        v => $"'{v}'",
        v => $"`{v}`",
        v => $"\"{v.Replace("\r", "\\r", StringComparison.Ordinal)}\"",
        v => $"\"{v.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");

    [Fact]
    public void A_name_that_a_JavaScript_object_does_not_take_is_refused() => Format.FaultOfName("__proto__").ShouldNotBeNull();

    // Every one of three kinds of quotes and a line break must fit.
    private static IReadOnlyList<string> Short() => ShortValues.Of("'\"`\\\n\r#na", 4);
}

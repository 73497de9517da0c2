using System.Text;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>Scripts for POSIX shells.</summary>
public sealed class ShellScriptsTests
{
    private static readonly ShellFormat Format = new();

    [Fact]
    public void A_single_quote_is_written_outside_of_the_quotes() =>
        Encoding.UTF8.GetString(Format.Written([Carrying.Variable("A", "it's $(id)")])).ShouldBe("export A='it'\\''s $(id)'\n");

    [Fact]
    public void No_hard_value_is_refused() => Carrying.RefusedBy(Format).ShouldBeEmpty();

    [Theory]
    [InlineData("bash")]
    [InlineData("dash -eu")]
    public Task Every_short_value_of_characters_that_matter_comes_out_the_same(string consumer) =>
        Consumers.Called(consumer).ShouldReadBackAsync(ShortValues.Of("'\"`\\$\n(a", 3));

    [Theory]
    [InlineData("bash")]
    [InlineData("dash")]
    public async Task A_name_that_a_shell_uses_itself_is_carried_or_refused(string consumer)
    {
        var names = (await ReaderProcess.RunAsync("bash", ["-c", "compgen -v"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        names.ShouldContain("PPID");

        await Consumers.Called(consumer).ShouldReadBackAsync(names.Select(name => Carrying.BetweenOthers(name, "x y")));
    }

    [Theory]
    [InlineData("RANDOM")]
    [InlineData("HISTCMD")]
    [InlineData("OPTIND")]
    [InlineData("UID")]
    public void A_name_is_refused_whose_value_bash_would_evaluate_or_not_take(string name) => Format.FaultOfName(name).ShouldNotBeNull();
}

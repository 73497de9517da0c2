using System.Text;
using System.Text.Json;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>Files for node's own .env parser.</summary>
public sealed class NodeFilesTests
{
    private static readonly NodeFormat Format = new();
    private static readonly NodeEnvFileConsumer Consumer = new();

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("", "''")]
    [InlineData("it's", "\"it's\"")]
    [InlineData(@"it's \n", @"`it's \n`")]
    [InlineData("a'\"`b", "a'\"`b")]
    public void A_value_stands_between_quotes_that_it_does_not_have_or_between_none(string value, string written) =>
        Encoding.UTF8.GetString(Format.Written([Carrying.Variable("A", value)])).ShouldBe($"A={written}\n");

    [Fact]
    public void Carriage_returns_are_refused_and_what_no_quoting_carries() => Carrying.RefusedBy(Format).ShouldBe(
        ["all three quotes, `#` and a newline", "CRLF", "a carriage return"]);

    [Fact]
    public Task Every_short_value_of_characters_that_matter_comes_out_the_same() => Consumer.ShouldReadBackAsync(Short());

    [Fact]
    public Task No_short_value_is_refused_that_some_quoting_carries() => Consumer.ShouldRefuseOnlyWhatNoneCarriesAsync(
        Short(),
        v => v,
        v => $"'{v}'",
        v => $"`{v}`",
        v => $"\"{v}\"",
        v => $"\"{v.Replace("\n", "\\n", StringComparison.Ordinal)}\"");

    [Fact]
    public async Task Node_started_with_the_file_has_the_hard_values_in_its_environment()
    {
        var variables = Carrying.CarriedBy(Format, [.. HardValues.All.Select((v, i) => Carrying.Variable($"HARD_{i}", v.Value))]);
        var output = await ReaderProcess.RunAsync(
            await NodeConsumer.NodeAsync(),
            ["--env-file=/dev/stdin", "-p", "JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([k]) => k.startsWith('HARD_'))))"],
            Encoding.UTF8.GetString(Format.Written(variables)));

        var read = JsonSerializer.Deserialize<Dictionary<string, string>>(output);
        Carrying.DifferencesOf(variables, new Reading(read, null)).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Short() => ShortValues.Of("'\"`\\\n# na", 4);
}

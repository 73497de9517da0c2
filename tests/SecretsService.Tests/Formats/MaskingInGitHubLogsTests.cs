using System.Text;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>The workflow commands that keep secrets out of a job's log hide every line of them, and no ordinary text.</summary>
public sealed class MaskingInGitHubLogsTests
{
    [Fact]
    public void Every_line_of_a_secret_is_masked() =>
        MasksFor(Carrying.Variable("A", "first line\nsecond line\r\nthird line\rfourth line\n")).ShouldBe(["first line", "second line", "third line", "fourth line"]);

    [Theory]
    [InlineData("100% sure")]
    [InlineData("%0A%0D%25%3A")]
    [InlineData("::add-mask::nothing")]
    [InlineData("a::b::c")]
    [InlineData("{\"json\": \"é😀\"}")]
    public void A_line_is_masked_as_it_is(string line) => MasksFor(Carrying.Variable("A", line)).ShouldBe([line]);

    [Fact]
    public void Any_text_is_masked_line_by_line_and_in_commands_only()
    {
        foreach (var text in RandomValues.Files(50, 40, 7).SelectMany(f => f).Select(v => Encoding.UTF8.GetString(v.Value.Span)))
        {
            var lines = text.Split(['\r', '\n']).Select(l => l.Trim(' ', '\t', '\v', '\f')).Where(l => l.EnumerateRunes().Count() >= 4);

            MasksFor(Carrying.Variable("A", text)).ShouldBe(lines.ToList(), text);
        }
    }

    [Fact]
    public void The_blanks_around_a_line_are_left_to_the_log() => MasksFor(Carrying.Variable("A", "{\n    \"key\": 1\t\n}")).ShouldBe(["\"key\": 1"]);

    [Fact]
    public void A_short_line_of_a_longer_value_is_passed_over_because_masking_it_would_hide_ordinary_text() =>
        MasksFor(Carrying.Variable("A", "{\n\"password\": 1\n  }\nabc\n\n")).ShouldBe(["\"password\": 1"]);

    [Fact]
    public void A_plain_variable_is_not_masked()
    {
        MasksFor(Carrying.Variable("A", "hello world") with { IsSecret = false }).ShouldBeEmpty();
        GitHubFormat.Masks.Check([Carrying.Variable("A", "x") with { IsSecret = false }]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("é😀漢")]
    [InlineData("  a  ")]
    [InlineData("a\nb\nc\nd")]
    public void A_secret_that_is_too_short_to_mask_is_refused(string value) =>
        GitHubFormat.Masks.Check([Carrying.Variable("A", value)]).ShouldHaveSingleItem().Name.ShouldBe("A");

    [Theory]
    [InlineData("abcd")]
    [InlineData("a\nabcd")]
    [InlineData("")]
    [InlineData(" \n ")]
    public void A_secret_that_can_be_masked_or_has_nothing_to_hide_is_not_refused(string value) =>
        GitHubFormat.Masks.Check([Carrying.Variable("A", value)]).ShouldBeEmpty();

    [Fact]
    public void The_masks_are_no_format_to_ask_for() => VariableFormats.Find(GitHubFormat.Masks.Name).ShouldBeNull();

    // What the runner makes of a step's output: it reads line by line, and a carriage return ends a line, too.
    private static List<string> MasksFor(Variable variable)
    {
        using var reader = new StringReader(Encoding.UTF8.GetString(GitHubFormat.Masks.Written([variable])));
        var masks = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            masks.Add(GitHubWorkflowCommand.MaskOf(line) ?? "no command");
        }

        return masks;
    }
}

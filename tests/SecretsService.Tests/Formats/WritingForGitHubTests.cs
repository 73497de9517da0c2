using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>What a job appends to $GITHUB_ENV sets the variables that were meant and no others, whoever chose the values.</summary>
public sealed partial class WritingForGitHubTests
{
    private static readonly GitHubFormat Format = new();

    [Fact]
    public void The_same_variables_give_the_same_bytes() =>
        Format.Written([Carrying.Variable("A", "1")]).ShouldBe(Format.Written([Carrying.Variable("A", "1")]));

    [Fact]
    public void The_delimiter_is_one_of_GitHubs_own_kind() => DelimiterOf("1").ShouldMatch("^ghadelimiter_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");

    [Fact]
    public void Another_value_gives_another_delimiter() => DelimiterOf("1").ShouldNotBe(DelimiterOf("2"));

    [Fact]
    public void Another_account_has_another_delimiter_for_the_same_variables()
    {
        var written = WrittenWith(ContextWithKey("another key"), Carrying.Variable("A", "1"));

        Delimiter().Match(written).Value.ShouldNotBe(DelimiterOf("1"));
    }

    [Fact]
    public void Names_and_values_that_are_joined_differently_have_other_delimiters()
    {
        var one = Format.Written([Carrying.Variable("A", "B"), Carrying.Variable("C", "D")]);
        var other = Format.Written([Carrying.Variable("A", "BC"), Carrying.Variable("D", "")]);

        Delimiter().Match(Encoding.UTF8.GetString(one)).Value.ShouldNotBe(Delimiter().Match(Encoding.UTF8.GetString(other)).Value);
    }

    [Fact]
    public void A_value_that_ends_itself_with_the_delimiter_of_an_earlier_file_sets_nothing_else()
    {
        var attack = $"x\n{DelimiterOf("x")}\nPATH<<{DelimiterOf("x")}\n/evil\n{DelimiterOf("x")}";

        foreach (var isWindows in new[] { false, true })
        {
            var read = new GitHubRunnerFile(isWindows).Read(Format.Written([Carrying.Variable("A", attack), Carrying.Variable("B", "2")]));

            read.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = attack, ["B"] = "2" }, ignoreOrder: true);
        }
    }

    [Fact]
    public void A_delimiter_that_a_value_contains_is_not_used()
    {
        var calls = 0;
        var context = new FormatContext("x", _ => calls++ < 3 ? new string('a', 32) : new string('b', 32));
        var taken = "ghadelimiter_aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

        var written = WrittenWith(context, Carrying.Variable("A", "1"), Carrying.Variable("B", $"in {taken} a line"));

        written.ShouldStartWith("A<<ghadelimiter_bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb\n");
        calls.ShouldBe(4);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a\n")]
    [InlineData("a\n\n\n")]
    [InlineData("\n\na")]
    [InlineData("a\r\nb")]
    [InlineData("\r\n")]
    public void Line_breaks_come_back_as_they_were(string value)
    {
        foreach (var isWindows in new[] { false, true })
        {
            new GitHubRunnerFile(isWindows).Read(Format.Written([Carrying.Variable("A", value)]))["A"].ShouldBe(value);
        }
    }

    [Theory]
    [InlineData("NODE_OPTIONS")]
    [InlineData("node_options")]
    [InlineData("GITHUB_TOKEN")]
    [InlineData("Github_Env")]
    [InlineData("RUNNER_TEMP")]
    public void A_name_that_the_runner_keeps_for_itself_is_refused(string name) =>
        Format.Check([Carrying.Variable(name, "1")]).ShouldHaveSingleItem().Name.ShouldBe(name);

    [Theory]
    [InlineData("CI")]
    [InlineData("GITHUB")]
    [InlineData("NODE_OPTIONS_2")]
    [InlineData("MY_RUNNER_")]
    public void A_name_like_one_of_the_runners_is_free(string name) => Format.Check([Carrying.Variable(name, "1")]).ShouldBeEmpty();

    [Fact]
    public void A_value_that_ends_with_a_carriage_return_would_lose_it_on_Windows_and_is_refused()
    {
        new GitHubRunnerFile(isWindows: true).Read(Format.Written([Carrying.Variable("A", "a\r")]))["A"].ShouldBe("a");

        Format.Check([Carrying.Variable("A", "a\r")]).ShouldHaveSingleItem().Reason.ShouldContain("carriage return");
    }

    private static FormatContext ContextWithKey(string key) =>
        new("shop-production", bytes => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), bytes))[..32]);

    private static string WrittenWith(FormatContext context, params IReadOnlyList<Variable> variables)
    {
        var output = new ArrayBufferWriter<byte>();
        Format.Write(variables, context, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string DelimiterOf(string value) => Delimiter().Match(Encoding.UTF8.GetString(Format.Written([Carrying.Variable("A", value)]))).Value;

    [GeneratedRegex("ghadelimiter_[^\n]*", RegexOptions.NonBacktracking)]
    private static partial Regex Delimiter();
}

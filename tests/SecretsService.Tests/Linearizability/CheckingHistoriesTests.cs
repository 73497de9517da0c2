using Shouldly;
using Xunit;

namespace SecretsService.Tests.Linearizability;

/// <summary>The checker finds what it is there to find, and nothing else.</summary>
public sealed class CheckingHistoriesTests
{
    [Theory]
    [InlineData("nothing happened", "", "")]
    [InlineData("reads see what was there before", "", "1-2 0/0 0/0")]
    [InlineData("a read sees what was acknowledged", "0:1 1-2", "3-4 1/1 0/0")]
    [InlineData("a read beside a change sees it", "0:1 1-9", "3-4 1/1 0/0")]
    [InlineData("a read beside a change does not see it", "0:1 1-9", "3-4 0/0 0/0")]
    [InlineData("a change that nobody acknowledged is seen late or never", "0:1 1-?", "3-4 0/0 0/0, 5-6 1/1 0/0")]
    [InlineData("reads that overlap see a change in any order", "0:1 1-9", "3-8 0/0 0/0, 4-6 1/1 0/0")]
    [InlineData("two groups go on by themselves", "0:1 1-2, 1:1 3-9", "4-5 1/1 0/0, 6-7 1/1 1/1")]
    public void A_sound_history_passes(string what, string changes, string readings) => Of(changes, readings).Faults().ShouldBeEmpty(what);

    [Theory]
    [InlineData("stale", "0:1 1-2", "3-4 0/0 0/0")]
    [InlineData("stale", "0:1 1-2, 0:2 3-4", "5-6 1/1 0/0")]
    [InlineData("stale", "1:1 1-2", "3-4 0/0 0/0")]
    [InlineData("early", "0:1 5-6", "3-4 1/1 0/0")]
    [InlineData("early", "", "3-4 1/1 0/0")]
    [InlineData("torn", "0:1 1-9", "3-4 1/0 0/0")]
    [InlineData("torn", "1:1 1-9", "3-4 0/0 0/1")]
    [InlineData("backwards", "0:1 1-9", "3-4 1/1 0/0, 5-6 0/0 0/0")]
    [InlineData("backwards", "0:1 1-?, 1:1 1-?", "3-4 1/1 1/1, 5-6 1/1 0/0")]
    [InlineData("incomparable", "0:1 1-9, 1:1 1-9", "3-8 1/1 0/0, 4-7 0/0 1/1")]
    public void A_history_that_no_order_explains_is_found(string fault, string changes, string readings) =>
        Of(changes, readings).Faults().ShouldContain(f => f.StartsWith(fault, StringComparison.Ordinal));

    // Changes as group:value began-ended, reads as began-ended and the values of both groups' keys.
    private static History Of(string changes, string readings) => new(
        [.. Parts(changes).Select(ChangeOf)],
        [.. Parts(readings).Select(ReadingOf)]);

    private static Change ChangeOf(string text)
    {
        var (what, time) = (Numbers(text.Split(' ')[0], ':'), text.Split(' ')[1].Replace("?", $"{int.MaxValue}", StringComparison.Ordinal));
        return new Change(what[0], what[1], Numbers(time, '-')[0], Numbers(time, '-')[1]);
    }

    private static Reading ReadingOf(string text)
    {
        var parts = text.Split(' ');
        return new Reading([.. parts.Skip(1).Select(p => Numbers(p, '/'))], Numbers(parts[0], '-')[0], Numbers(parts[0], '-')[1]);
    }

    private static string[] Parts(string text) => text.Split(", ", StringSplitOptions.RemoveEmptyEntries);

    private static int[] Numbers(string text, char separator) => [.. text.Split(separator).Select(int.Parse)];
}

using System.Text;
using SecretsService.Deployments;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>Where secrets stand in an output is found exactly, however many there are and however they overlap.</summary>
public sealed class FindingManyTextsTests
{
    [Theory]
    [InlineData("", "a", "")]
    [InlineData("abcabc", "", "000000")]
    [InlineData("abcabc", "abc", "003003")]
    [InlineData("abcabc", "abcd x", "000000")]
    [InlineData("aaaa", "aa", "0222")]
    [InlineData("abcde", "abcde bcd d", "00035")]
    [InlineData("abcde", "d bcd abcde", "00035")]
    public void The_longest_text_that_ends_with_each_byte_is_found(string text, string others, string expected) =>
        string.Concat(Ends(text, others.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldBe(expected);

    [Fact]
    public void What_is_found_is_what_a_search_for_one_after_the_other_finds()
    {
        var words = Words(3).ToList();
        foreach (var text in Words(8))
        {
            foreach (var others in words.SelectMany(one => words, (one, other) => new[] { one, other }))
            {
                Ends(text, others).SequenceEqual(Enumerable.Range(1, text.Length).Select(end => LongestEnd(text[..end], others)))
                    .ShouldBeTrue($"{text}: {string.Join(' ', others)}");
            }
        }
    }

    [Fact]
    public void Texts_that_almost_match_everywhere_are_looked_for_in_one_pass()
    {
        // One after the other these take a quarter of an hour.
        var text = new SearchableText(new byte[131_072]);
        for (var length = 60_000; length < 60_200; length++)
        {
            text.LookFor([.. new byte[length], 1]);
        }

        text.LookFor(new byte[7]);
        text.LongestEnds().ShouldAllBe(longest => longest == 7 || longest == 0);
    }

    private static int[] Ends(string text, string[] others)
    {
        var searchable = new SearchableText(Encoding.ASCII.GetBytes(text));
        foreach (var other in others)
        {
            searchable.LookFor(Encoding.ASCII.GetBytes(other));
        }

        return searchable.LongestEnds();
    }

    private static int LongestEnd(string text, string[] others) =>
        others.Where(o => text.EndsWith(o, StringComparison.Ordinal)).Select(o => o.Length).DefaultIfEmpty().Max();

    // Every text of the letters a and b.
    private static IEnumerable<string> Words(int longest) =>
        longest == 0 ? [""] : Words(longest - 1).SelectMany(word => word.Length == longest - 1 ? new[] { word, word + 'a', word + 'b' } : [word]);
}

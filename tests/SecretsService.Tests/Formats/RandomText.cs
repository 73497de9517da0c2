using System.Text;

namespace SecretsService.Tests.Formats;

/// <summary>Text that is the same in every run: pieces that mean something to some reader, and characters of all of Unicode but NUL.</summary>
internal static class RandomText
{
    private static readonly string[] Pieces =
    [
        "\n", "\r", "\r\n", "\t", " ", "\"", "'", "`", "\\", "\\\\", "\\n", "\\\"", "\\0134", "$", "$$", "${", "$${", "%{", "%%{", "}", "{", "#", " #", "=", ":", ": ", "- ", "<<",
        "ghadelimiter_", "::", "%0A", "%25", "---", "...", "<?php", "?>", "&", "*", "!", "|", ">", "@", ",", "[", "]", "~", "null", "yes", "0", "1e3", "a", "Z", "\u0001", "\u001b", "\u007f",
        "\u0080", "\u0085", "\u009f", "\u00a0", "\u00ad", "é", "e\u0301", "\u0301", "\u0316\u0301", "가", "\u1100\u1161", "\u200b", "\u2028", "\u2029", "\u212b", "\ufeff", "\ufffd", "\ufffe", "\uffff",
        "😀", "\U0001FFFE", "\U0010FFFF",
    ];

    /// <summary>As many texts as wanted, of up to 24 pieces each.</summary>
    public static IReadOnlyList<string> Texts(int count, ulong seed)
    {
        var state = seed;
        return [.. Enumerable.Range(0, count).Select(_ => Text(ref state))];
    }

    private static string Text(ref ulong state)
    {
        var text = new StringBuilder();
        for (var left = Next(ref state, 25); left > 0; left--)
        {
            text.Append(Next(ref state, 4) == 0 ? Character(ref state) : Pieces[Next(ref state, Pieces.Length)]);
        }

        return text.ToString();
    }

    private static string Character(ref ulong state)
    {
        var limit = Next(ref state, 3) switch { 0 => 0x7F, 1 => 0x3000, _ => 0x110000 };
        int value;
        do
        {
            value = 1 + Next(ref state, limit - 1);
        }
        while (!Rune.IsValid(value));

        return new Rune(value).ToString();
    }

    // xorshift64*: the tests' own, because that of .NET may give other numbers in its next version.
    private static int Next(ref ulong state, int limit)
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (int)((state * 0x2545F4914F6CDD1D >> 33) % (uint)limit);
    }
}

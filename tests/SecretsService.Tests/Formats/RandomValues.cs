using FsCheck;
using FsCheck.Fluent;
using SecretsService.Formats;

namespace SecretsService.Tests.Formats;

/// <summary>Random Unicode text that has more of what formats give a meaning to than noise would.</summary>
internal static class RandomValues
{
    private const int FirstSurrogate = 0xD800;
    private const int SurrogateCount = 0x800;
    private const int LastScalar = 0x10FFFF;
    private const int LongestInPieces = 16;

    private static readonly string[] Tricky =
    [
        "'", "\"", "`", "\\", "'", "\"", "\\", "$", "#", " ", "\n", "\r", "\r\n", "\\n", "\\r", "\\'", "\\\"", "\t", "=", "{", "}", "(", ")", "${", "$(", "$$",
        "n", "r", "A=1", "export ", ": ", "- ", "%", "!", "*", "&", "<<EOF", "EOF", "\u2028", "\u2029", "\u0085", "\u00a0", "\ufeff", "\ufffe", "\u0001",
        "\u007f", "\u0081", "\u0088", "\u00e9", "\U0001f511", "'''", "\"\"\"", "''", "\"\"", "?>", "<?php", "#{", "%{", "~", "0", "1e3", "yes", "null",
    ];

    private static readonly Gen<string> Piece = Gen.Frequency(
        (6, Gen.Elements(Tricky)),
        (2, Gen.Choose(' ', '~').Select(c => $"{(char)c}")),
        (1, Gen.Choose(1, LastScalar - SurrogateCount).Select(n => char.ConvertFromUtf32(n < FirstSurrogate ? n : n + SurrogateCount))));

    private static readonly Gen<string> Value =
        Gen.Choose(0, LongestInPieces).SelectMany(n => Piece.ListOf(n)).Select(pieces => string.Concat(pieces));

    /// <summary>Lists of variables, the same ones for the same seed.</summary>
    public static IEnumerable<IReadOnlyList<Variable>> Files(int count, int variables, ulong seed) =>
        Value.ListOf(variables).Sample(count, new Rnd(seed), count)
            .Select(values => values.Select((value, i) => Carrying.Variable($"V_{i}", value)).ToList());
}

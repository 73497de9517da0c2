using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SecretsService.Formats;
using SecretsService.Resolution;

namespace SecretsService.Deployments;

/// <summary>What a deployment wrote, made fit to be kept: without the secrets that it was given, and not without end.</summary>
internal static class DeploymentOutput
{
    /// <summary>How many bytes of each stream are kept: the last ones, where a failure stands.</summary>
    public const int LimitBytes = 65_536;

    /// <summary>Shorter values are left: they would be found in ordinary text, and say little.</summary>
    public const int MaskedBytes = 6;

    /// <summary>Masks the secrets of a map in a text and keeps its end.</summary>
    /// <param name="text">The text, which may hold anything; NUL, which the database cannot keep, becomes U+FFFD.</param>
    /// <param name="variables">The map that the deployment was given.</param>
    public static string Keep(string text, MergedVariables variables)
    {
        using var output = new ZeroingBuffer(Encoding.UTF8.GetMaxByteCount(text.Length));
        Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD'), output);
        var start = StartOfEnd(output.Written.Span);
        var needles = Needles(variables);

        // A secret may begin before the end does.
        var longest = needles.Values.SelectMany(same => same).Max(n => (int?)n.Length) ?? 0;
        using var kept = new ZeroingBuffer(LimitBytes);
        Mask(output.Written.Span[Math.Max(0, start - longest)..], Math.Min(start, longest), needles, kept);
        var end = Encoding.UTF8.GetString(kept.Written.Span);
        return start == 0 ? end : $"[the first {start} bytes are not kept]\n{end}";
    }

    // By their first bytes, so that the text is gone through once however many there are. A value of several lines may be written line by line.
    private static Dictionary<ulong, List<ReadOnlyMemory<byte>>> Needles(MergedVariables variables) => variables.All
        .Where(v => v.Origin is { IsSecret: true })
        .SelectMany(v => Lines(v.Value).Prepend(v.Value))
        .Where(n => n.Length >= MaskedBytes)
        .GroupBy(n => BeginningOf(n.Span))
        .ToDictionary(same => same.Key, same => same.ToList());

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> value)
    {
        while (value.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            yield return value[..end].Trim((byte)'\r');
            value = value[(end + 1)..];
        }

        yield return value;
    }

    // The first MaskedBytes bytes.
    private static ulong BeginningOf(ReadOnlySpan<byte> bytes) =>
        ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);

    // Everything that belongs to any secret goes, whichever others it overlaps or touches: replacing one after another would leave the rest of a
    // secret that shares its beginning with the end of one before it.
    private static void Mask(ReadOnlySpan<byte> text, int start, Dictionary<ulong, List<ReadOnlyMemory<byte>>> needles, ZeroingBuffer kept)
    {
        var maskedTo = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var wasMasked = maskedTo > at && at > start;
            maskedTo = Math.Max(maskedTo, at + LongestAt(text[at..], maskedTo - at, needles));
            if (at < start)
            {
                continue;
            }

            if (maskedTo <= at)
            {
                kept.Write(text.Slice(at, 1));
            }
            else if (!wasMasked)
            {
                kept.Write("***"u8);
            }
        }
    }

    // Of the secrets that a text begins with, how long the longest is; 0 where none is longer than what is masked anyway.
    private static int LongestAt(ReadOnlySpan<byte> text, int masked, Dictionary<ulong, List<ReadOnlyMemory<byte>>> needles)
    {
        var longest = 0;
        if (text.Length >= MaskedBytes && needles.TryGetValue(BeginningOf(text), out var same))
        {
            foreach (var needle in same)
            {
                longest = needle.Length > Math.Max(longest, masked) && text.StartsWith(needle.Span) ? needle.Length : longest;
            }
        }

        return longest;
    }

    private static int StartOfEnd(ReadOnlySpan<byte> text)
    {
        var start = Math.Max(0, text.Length - LimitBytes);
        while (start > 0 && start < text.Length && (text[start] & 0xC0) == 0x80)
        {
            start++; // Within a character.
        }

        return start;
    }
}

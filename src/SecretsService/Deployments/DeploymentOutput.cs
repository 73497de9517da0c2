using System.Buffers;
using System.Text;
using System.Text.Json;
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
        var secrets = variables.All.Where(v => v.Origin is { IsSecret: true }).ToList();

        // A secret may begin before the end does.
        var longest = secrets.Max(s => (int?)s.Value.Length) ?? 0;
        using var kept = new ZeroingBuffer(LimitBytes);
        Mask(output.Written.Span[Math.Max(0, start - longest)..], Math.Min(start, longest), secrets, kept);
        var end = Encoding.UTF8.GetString(kept.Written.Span);
        return start == 0 ? end : $"[the first {start} bytes are not kept]\n{end}";
    }

    // A value of several lines may be written line by line.
    private static void LookFor(SearchableText text, ReadOnlySpan<byte> value)
    {
        LookForOne(text, value);
        foreach (var line in value.Split((byte)'\n'))
        {
            LookForOne(text, value[line].Trim((byte)'\r'));
        }
    }

    private static void LookForOne(SearchableText text, ReadOnlySpan<byte> value)
    {
        if (value.Length >= MaskedBytes)
        {
            text.LookFor(value);
        }
    }

    // Whoever reads a value that is a JSON object may write its strings one by one. What is no JSON has been looked for as a whole.
    private static void LookForStrings(SearchableText text, ReadOnlySpan<byte> value)
    {
        using var unescaped = new ZeroingBuffer(value.Length);
        var json = new Utf8JsonReader(value);
        try
        {
            while (value.StartsWith("{"u8) && json.Read())
            {
                if (json.TokenType == JsonTokenType.String)
                {
                    var room = unescaped.GetSpan(value.Length);
                    LookFor(text, room[..json.CopyString(room)]);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON from here on, or half of a surrogate pair.
        }
    }

    // Everything that belongs to any secret goes, whichever others it overlaps: replacing one after another would leave the rest of a secret that shares
    // its beginning with the end of one before it.
    private static void Mask(ReadOnlySpan<byte> text, int start, List<MergedVariable> secrets, ZeroingBuffer kept)
    {
        var beginnings = BeginningsOf(text, secrets);
        for (var at = start; at < text.Length; at++)
        {
            if (beginnings[at] > at)
            {
                kept.Write(text.Slice(at, 1));
            }
            else if (beginnings[at] == at || at == start)
            {
                kept.Write("***"u8);
            }
        }
    }

    // For each byte of the text, where the first of the secrets begins that end with it or after it: it belongs to one where that is not after it.
    private static int[] BeginningsOf(ReadOnlySpan<byte> text, List<MergedVariable> secrets)
    {
        var searchable = new SearchableText(text);
        foreach (var value in secrets.Select(secret => secret.Value))
        {
            LookFor(searchable, value.Span);
            LookForStrings(searchable, value.Span);
        }

        var ends = searchable.LongestEnds();
        var beginnings = new int[text.Length];
        var first = text.Length;
        for (var at = text.Length - 1; at >= 0; at--)
        {
            first = Math.Min(first, at + 1 - ends[at]);
            beginnings[at] = first;
        }

        return beginnings;
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

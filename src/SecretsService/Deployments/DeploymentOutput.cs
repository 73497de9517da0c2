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

    private static readonly byte[] Mask = "***"u8.ToArray();

    /// <summary>Masks the secrets of a map in a text and keeps its end.</summary>
    /// <param name="text">The text, which may hold anything; NUL, which the database cannot keep, becomes U+FFFD.</param>
    /// <param name="variables">The map that the deployment was given.</param>
    public static string Keep(string text, MergedVariables variables)
    {
        using var output = new ZeroingBuffer(Encoding.UTF8.GetMaxByteCount(text.Length));
        Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD'), output);
        ReadOnlyMemory<byte> masked = output.Written.ToArray();
        foreach (var needle in Needles(variables))
        {
            masked = Replace(masked, needle.Span);
        }

        return End(masked.Span);
    }

    // The longest first, so that a value which is a part of another one does not leave the rest of that behind. A value of several lines may be
    // written line by line.
    private static IEnumerable<ReadOnlyMemory<byte>> Needles(MergedVariables variables) => variables.All
        .Where(v => v.Origin is { IsSecret: true })
        .SelectMany(v => Lines(v.Value).Prepend(v.Value))
        .Where(n => n.Length >= MaskedBytes)
        .OrderByDescending(n => n.Length);

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> value)
    {
        while (value.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            yield return value[..end].Trim((byte)'\r');
            value = value[(end + 1)..];
        }

        yield return value;
    }

    private static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> text, ReadOnlySpan<byte> needle)
    {
        if (text.Span.IndexOf(needle) < 0)
        {
            return text;
        }

        var result = new List<byte>(text.Length);
        var rest = text.Span;
        for (int at; (at = rest.IndexOf(needle)) >= 0; rest = rest[(at + needle.Length)..])
        {
            result.AddRange(rest[..at]);
            result.AddRange(Mask);
        }

        result.AddRange(rest);
        return result.ToArray();
    }

    private static string End(ReadOnlySpan<byte> text)
    {
        if (text.Length <= LimitBytes)
        {
            return Encoding.UTF8.GetString(text);
        }

        var start = text.Length - LimitBytes;
        while ((text[start] & 0xC0) == 0x80)
        {
            start++; // Within a character.
        }

        return $"[the first {start} bytes are not kept]\n{Encoding.UTF8.GetString(text[start..])}";
    }
}

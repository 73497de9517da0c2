using System.Buffers;
using System.Globalization;
using System.Text;

namespace SecretsService.Formats;

/// <summary>Writes what stands for the first character of a text in a quoted string.</summary>
/// <param name="text">The text, in UTF-8, from that character on.</param>
/// <param name="output">Takes what stands for it.</param>
/// <returns>How many bytes of the text it stands for.</returns>
internal delegate int EscapeWriter(ReadOnlySpan<byte> text, IBufferWriter<byte> output);

/// <summary>Writes text into quoted strings.</summary>
internal static class EscapedText
{
    /// <summary>
    /// The first bytes of the characters for which <see cref="WriteEscape"/> has an escape: of the controls, the two quoting ones, the separators
    /// U+2028 and U+2029, the byte order mark and the noncharacters U+FFFE and U+FFFF.
    /// </summary>
    public static readonly byte[] Escapable =
        [.. Enumerable.Range(0x00, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\', 0x7F, 0xC2, 0xE2, 0xEF];

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="special">The first bytes of the characters that may need an escape.</param>
    /// <param name="escape">Writes each of those.</param>
    /// <param name="output">Takes the text.</param>
    public static void Write(ReadOnlySpan<byte> text, SearchValues<byte> special, EscapeWriter escape, IBufferWriter<byte> output)
    {
        for (int at; (at = text.IndexOfAny(special)) >= 0;)
        {
            output.Write(text[..at]);
            text = text[at..];
            text = text[escape(text, output)..];
        }

        output.Write(text);
    }

    /// <summary>
    /// Writes <c>\n</c>, <c>\r</c>, <c>\t</c>, <c>\"</c>, <c>\\</c> or <c>\uNNNN</c> for what is no visible character or has a meaning between double
    /// quotes, and everything else as it is. These are the escapes that YAML, HCL and JSON have in common.
    /// </summary>
    public static int WriteEscape(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        _ = Rune.DecodeFromUtf8(text, out var character, out var bytes);
        switch (character.Value)
        {
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case < 0x20 or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF:
                output.Write("\\u"u8);
                character.Value.TryFormat(output.GetSpan(4), out var digits, "X4", CultureInfo.InvariantCulture);
                output.Advance(digits);
                break;
            default:
                output.Write(text[..bytes]);
                break;
        }

        return bytes;
    }
}

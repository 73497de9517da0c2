using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecretsService.Contracts;

/// <summary>
/// Writes JSON as this service stores and injects it (RFC 8259): without white space between its parts, and with nothing escaped but quotes,
/// backslashes and control characters. The writers of .NET would escape every character beyond the Basic Multilingual Plane.
/// </summary>
public static class CompactJson
{
    private const char FirstPrintable = ' ';

    /// <summary>The text of a JSON value, its members in the order given and its numbers digit for digit.</summary>
    /// <param name="json">The value. No half of a surrogate pair may stand alone in it.</param>
    /// <exception cref="InvalidOperationException">One does.</exception>
    public static string Of(JsonElement json)
    {
        var text = new StringBuilder();
        Append(text, json);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                AppendAll(text, '{', '}', json.EnumerateObject(), member =>
                {
                    AppendText(text, member.Name);
                    text.Append(':');
                    Append(text, member.Value);
                });
                break;
            case JsonValueKind.Array:
                AppendAll(text, '[', ']', json.EnumerateArray(), item => Append(text, item));
                break;
            case JsonValueKind.String:
                AppendText(text, json.GetString()!);
                break;
            default:
                text.Append(json.GetRawText());
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, char close, IEnumerable<T> parts, Action<T> append)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var part in parts)
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            append(part);
        }

        text.Append(close);
    }

    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < FirstPrintable => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>Writes JSON without spaces, and with no more escapes than JSON needs.</summary>
internal static class CompactJson
{
    // Unsafe within HTML, where none of this goes.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON as UTF-8.</summary>
    /// <param name="element">JSON in which no half of a surrogate pair stands alone.</param>
    public static byte[] Of(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            element.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecretsService.Contracts;

/// <summary>Writes JSON as this service stores and injects it: without white space, and without escaping what need not be.</summary>
public static class CompactJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a JSON value, its members in the order given and its numbers digit for digit.</summary>
    /// <param name="json">The value.</param>
    public static string Of(JsonElement json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            json.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}

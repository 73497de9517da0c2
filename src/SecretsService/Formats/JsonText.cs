using System.Buffers;
using System.Text.Encodings.Web;

namespace SecretsService.Formats;

/// <summary>Writes values as JSON strings. By hand, because the JSON writer escapes a value in an array of the shared pool that it does not clear.</summary>
internal static class JsonText
{
    /// <summary>Writes a JSON string with its quotes.</summary>
    /// <param name="value">What it says, in UTF-8.</param>
    /// <param name="encoder">What is escaped in it.</param>
    /// <param name="output">Takes it.</param>
    public static void Write(ReadOnlySpan<byte> value, JavaScriptEncoder encoder, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        var done = false;
        while (!done)
        {
            done = encoder.EncodeUtf8(value, output.GetSpan(1_024), out var consumed, out var written) == OperationStatus.Done;
            output.Advance(written);
            value = value[consumed..];
        }

        output.Write("\""u8);
    }
}

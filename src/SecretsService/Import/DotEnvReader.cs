using System.Buffers;
using System.Text.Unicode;
using SecretsService.Outcomes;

namespace SecretsService.Import;

/// <summary>
/// Reads a dotenv file as motdotla/dotenv 17 does, whose files are the most common, but refuses every line of which that would silently
/// lose or garble something. Nothing is expanded and nothing is run.
/// </summary>
internal static class DotEnvReader
{
    /// <summary>Reads a file, in time linear in its size whatever it holds.</summary>
    /// <param name="utf8">The file, with a byte order mark or without.</param>
    /// <param name="isReserved">Tells a reserved name, in whatever letter case.</param>
    /// <param name="maxEntries">The most keys that the file may hold.</param>
    /// <returns>The file, or an invalid failure with a field <c>line N</c> for each line at fault. No message holds a part of a value.</returns>
    public static Outcome<ImportFile> Read(ReadOnlySpan<byte> utf8, Func<string, bool> isReserved, int maxEntries)
    {
        var characters = new char[utf8.Length];
        try
        {
            if (Utf8.ToUtf16(utf8, characters, out var read, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
            {
                return NotUtf8(utf8, read);
            }

            var text = characters.AsSpan(0, written);
            var file = new ImportFileBuilder(isReserved, maxEntries);
            new DotEnvScanner(text[..UnifyLineEnds(text)], file).Scan();
            return file.Finish();
        }
        finally
        {
            Array.Clear(characters);
        }
    }

    // In place, so that the values stand in one buffer only. Returns the new length.
    private static int UnifyLineEnds(Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\n' || i == 0 || text[i - 1] != '\r')
            {
                text[length++] = text[i];
            }
        }

        text[..length].Replace('\r', '\n');
        return length;
    }

    private static Failure NotUtf8(ReadOnlySpan<byte> utf8, int position)
    {
        var before = utf8[..position];
        var line = before.Count((byte)'\n') + before.Count((byte)'\r') - before.Count("\r\n"u8) + 1;
        return Failure.Invalid($"line {line}", $"The file is not valid UTF-8: see its byte {position + 1}. Save it as UTF-8.");
    }
}

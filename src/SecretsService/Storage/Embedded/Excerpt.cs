using System.Text;

namespace SecretsService.Storage.Embedded;

/// <summary>A part of what a program said, short enough to stand in a sentence.</summary>
internal static class Excerpt
{
    private const int Lines = 4;
    private const int TailBytes = 4096;

    /// <summary>The first lines of a text, in one line.</summary>
    public static string StartOf(string text) => Join(LinesOf(text).Take(Lines));

    /// <summary>The last lines of a text, in one line.</summary>
    public static string EndOf(string text) => Join(LinesOf(text).TakeLast(Lines));

    /// <summary>The end of a log file, as its lines are; nothing where it cannot be read.</summary>
    public static string TailOf(string path)
    {
        try
        {
            using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Seek(-Math.Min(TailBytes, log.Length), SeekOrigin.End);
            using var reader = new StreamReader(log, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static string[] LinesOf(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Join(IEnumerable<string> lines) => string.Join(" | ", lines.DefaultIfEmpty("(nothing)"));
}

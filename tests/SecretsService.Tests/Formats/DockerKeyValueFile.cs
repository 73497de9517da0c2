using System.Text;

namespace SecretsService.Tests.Formats;

/// <summary>The parser of <c>docker run --env-file</c>: docker/cli 28, pkg/kvfile/kvfile.go, parseKeyValueFile.</summary>
internal static class DockerKeyValueFile
{
    private static readonly UTF8Encoding Utf8 = new(false, true);

    public static Dictionary<string, string> Parse(byte[] file)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var isFirst = true;
        foreach (var scanned in new GoLineScanner(file).Lines())
        {
            var bytes = isFirst && scanned.AsSpan().StartsWith("\uFEFF"u8) ? scanned[3..] : scanned;
            isFirst = false;
            var line = Utf8.GetString(bytes).TrimStart();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? line : line[..equals];
            if (key.Length == 0 || key.AsSpan().IndexOfAny(' ', '\t') >= 0)
            {
                throw new FormatException("no variable name, or one with whitespace");
            }

            if (equals >= 0)
            {
                variables[key] = line[(equals + 1)..];
            }
        }

        return variables;
    }
}

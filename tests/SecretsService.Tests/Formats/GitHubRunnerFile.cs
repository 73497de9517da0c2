using System.Text;

namespace SecretsService.Tests.Formats;

/// <summary>
/// How GitHub's runner reads the files of <c>$GITHUB_ENV</c> and <c>$GITHUB_OUTPUT</c>: actions/runner, src/Runner.Worker/FileCommandManager.cs,
/// EnvFileKeyValuePairs, and SetEnvFileCommand's list of blocked names.
/// </summary>
/// <param name="isWindows">The runner for Windows (OS_WINDOWS), for which CRLF ends a line, too.</param>
internal sealed class GitHubRunnerFile(bool isWindows)
{
    private string _text = "";
    private int _index;

    public Dictionary<string, string> Read(byte[] file)
    {
        using var reader = new StreamReader(new MemoryStream(file), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        (_text, _index) = (reader.ReadToEnd(), 0);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        while (ReadLine(out _) is { } line)
        {
            if (line.Length > 0)
            {
                var (key, value) = ReadPair(line);
                if (!key.Equals("NODE_OPTIONS", StringComparison.OrdinalIgnoreCase))
                {
                    variables[key] = value;
                }
            }
        }

        return variables;
    }

    private (string Key, string Value) ReadPair(string line)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var heredoc = line.IndexOf("<<", StringComparison.Ordinal);
        if (equals >= 0 && (heredoc < 0 || equals < heredoc))
        {
            return (line[..equals], line[(equals + 1)..]);
        }

        if (heredoc <= 0 || heredoc + 2 == line.Length)
        {
            throw new FormatException("Invalid format");
        }

        return (line[..heredoc], ReadHeredoc(line[(heredoc + 2)..]));
    }

    private string ReadHeredoc(string delimiter)
    {
        var (start, end) = (_index, _index);
        for (var line = ReadLine(out var newline); line != delimiter; line = ReadLine(out newline))
        {
            if (line is null)
            {
                throw new FormatException("Invalid value. Matching delimiter not found");
            }

            if (newline is null)
            {
                throw new FormatException("Invalid value. EOF marker missing new line.");
            }

            end = _index - newline.Length;
        }

        return end > start ? _text[start..end] : "";
    }

    private string? ReadLine(out string? newline)
    {
        newline = null;
        if (_index >= _text.Length)
        {
            return null;
        }

        var start = _index;
        var feed = _text.IndexOf('\n', start);
        if (feed < 0)
        {
            _index = _text.Length;
            return _text[start..];
        }

        _index = feed + 1;
        var isReturnToo = isWindows && feed > start && _text[feed - 1] == '\r';
        newline = isReturnToo ? "\r\n" : "\n";
        return _text[start..(isReturnToo ? feed - 1 : feed)];
    }
}

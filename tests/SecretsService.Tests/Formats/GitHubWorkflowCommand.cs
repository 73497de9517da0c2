namespace SecretsService.Tests.Formats;

/// <summary>
/// How GitHub's runner reads a workflow command from a step's output: actions/runner, src/Runner.Common/ActionCommand.cs, TryParseV2 and UnescapeData.
/// </summary>
internal static class GitHubWorkflowCommand
{
    private const string Key = "::";

    /// <summary>The data of a line's <c>add-mask</c>; null where the line is none.</summary>
    public static string? MaskOf(string line)
    {
        var message = line.TrimStart();
        if (!message.StartsWith(Key, StringComparison.Ordinal))
        {
            return null;
        }

        var end = message.IndexOf(Key, Key.Length, StringComparison.Ordinal);
        return end >= 0 && message[Key.Length..end] == "add-mask" ? Unescape(message[(end + Key.Length)..]) : null;
    }

    private static string Unescape(string escaped) => escaped
        .Replace("%0D", "\r", StringComparison.Ordinal)
        .Replace("%0A", "\n", StringComparison.Ordinal)
        .Replace("%25", "%", StringComparison.Ordinal);
}

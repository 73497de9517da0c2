using System.Text.RegularExpressions;
using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>What the documents have to be pasted: the files of docs/deployments.md, which are blocks of code after a comment that names the file, and the lines of docs/formats.md.</summary>
internal static partial class DocumentedFiles
{
    /// <summary>Reads the files of docs/deployments.md.</summary>
    /// <returns>Their texts by their names.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync() =>
        Blocks().Matches(await File.ReadAllTextAsync(Repository.PathOf("docs/deployments.md")))
            .ToDictionary(block => block.Groups["name"].Value, block => block.Groups["text"].Value, StringComparer.Ordinal);

    /// <summary>Reads the lines of docs/formats.md that get variables, after the function that they call.</summary>
    public static async Task<IReadOnlyList<string>> LinesOfFormatsAsync()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/formats.md"));
        var function = page.IndexOf("variables() {", StringComparison.Ordinal);
        return
        [
            page[function..page.IndexOf("```", function, StringComparison.Ordinal)],
            .. page.Split('\n').Where(line => line.StartsWith("    variables ", StringComparison.Ordinal) || line.StartsWith("    aws ", StringComparison.Ordinal)),
        ];
    }

    [GeneratedRegex(@"^<!-- file: (?<name>\S+) -->\n```\w+\n(?<text>.*?\n)```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Blocks();
}

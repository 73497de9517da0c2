using System.Text.RegularExpressions;
using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>The files that docs/deployments.md shows: blocks of code after a comment that names the file.</summary>
internal static partial class DocumentedFiles
{
    /// <summary>Reads them.</summary>
    /// <returns>Their texts by their names.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync() =>
        Blocks().Matches(await File.ReadAllTextAsync(Repository.PathOf("docs/deployments.md")))
            .ToDictionary(block => block.Groups["name"].Value, block => block.Groups["text"].Value, StringComparer.Ordinal);

    [GeneratedRegex(@"^<!-- file: (?<name>\S+) -->\n```\w+\n(?<text>.*?\n)```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Blocks();
}

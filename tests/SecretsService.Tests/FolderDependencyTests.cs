using System.Text.RegularExpressions;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>Keeps the arrows between the server's folders as docs/architecture.md draws them.</summary>
public sealed class FolderDependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Outcomes"] = [],
        ["Scopes"] = [],
        ["Storage"] = [],
        ["Formats"] = [],
        ["Http"] = ["Outcomes", "Storage"],
        ["Limits"] = ["Http"],
        ["Keys"] = ["Storage"],
        ["Access"] = ["Outcomes", "Scopes", "Storage", "Http", "Limits"],
        ["Audit"] = ["Outcomes", "Storage", "Http", "Keys", "Access"],
        ["Events"] = ["Outcomes", "Storage", "Http", "Limits", "Access", "Audit", "Keys", "Sites"],
        ["Sites"] = ["Outcomes", "Formats", "Storage", "Http", "Access", "Audit"],
        ["ApiKeys"] = ["Outcomes", "Storage", "Http", "Access", "Audit"],
        ["SecretTypes"] = ["Outcomes", "Storage", "Http", "Access", "Audit"],
        ["Requirements"] = ["Outcomes", "Storage", "Http", "Access", "Audit", "Sites"],
        ["Secrets"] = ["Outcomes", "Scopes", "Formats", "Storage", "Http", "Access", "Audit", "Keys", "Sites", "SecretTypes", "Requirements"],
        ["Import"] = ["Outcomes", "Scopes", "Storage", "Http", "Access", "Audit", "Keys", "Sites", "Secrets"],
        ["WarmReads"] = ["Storage", "Http", "Limits", "Access", "Audit"],
        ["Resolution"] =
            ["Outcomes", "Scopes", "Formats", "Storage", "Http", "Access", "Audit", "Keys", "Sites", "SecretTypes", "Secrets", "WarmReads"],
        ["Deployments"] =
        [
            "Outcomes", "Scopes", "Formats", "Storage", "Http", "Access", "Audit", "Keys", "Sites", "SecretTypes", "Requirements", "Secrets", "Resolution",
        ],
        ["Idempotency"] = ["Outcomes", "Storage", "Http", "Access", "Keys"],
        ["Retention"] = ["Storage", "Access", "Audit"],
        ["Startup"] = ["Outcomes", "Storage", "Http", "Access", "Audit", "Keys", "Events", "Limits"],
    };

    [Fact]
    public void Every_folder_of_the_server_is_in_the_table() =>
        Directory.EnumerateDirectories(ServerRoot()).Select(Path.GetFileName)
            .Except(["bin", "obj", "Properties"], StringComparer.Ordinal).ShouldBe(Allowed.Keys, ignoreOrder: true);

    [Fact]
    public void A_folder_uses_only_the_folders_it_may()
    {
        var broken =
            from folder in Allowed.Keys
            from file in Directory.EnumerateFiles(Path.Combine(ServerRoot(), folder), "*.cs", SearchOption.AllDirectories)
            from Match use in Regex.Matches(File.ReadAllText(file), @"using SecretsService\.(?<folder>\w+)", RegexOptions.NonBacktracking)
            let used = use.Groups["folder"].Value
            where Allowed.ContainsKey(used) && used != folder && !Allowed[folder].Contains(used, StringComparer.Ordinal)
            select $"{Path.GetFileName(file)}: {folder} -> {used}";

        broken.ShouldBeEmpty();
    }

    [Fact]
    public void Cryptography_and_contracts_use_nothing_of_the_server()
    {
        var broken =
            from project in new[] { "SecretsService.Cryptography", "SecretsService.Contracts" }
            from file in Directory.EnumerateFiles(Path.Combine(ServerRoot(), "..", project), "*.cs", SearchOption.TopDirectoryOnly)
            where Regex.IsMatch(File.ReadAllText(file), @"using (SecretsService|Microsoft|Npgsql)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)
            select $"{project}/{Path.GetFileName(file)}";

        broken.ShouldBeEmpty();
    }

    private static string ServerRoot() => Repository.PathOf("src/SecretsService");
}

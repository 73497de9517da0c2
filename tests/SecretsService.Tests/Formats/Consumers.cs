using System.Text.Json;

namespace SecretsService.Tests.Formats;

/// <summary>Everything that the formats are tested with.</summary>
internal static class Consumers
{
    /// <summary>All of them, by format.</summary>
    public static readonly IReadOnlyList<Consumer> All =
    [
        new DotEnvConsumer(),
        new NodeEnvFileConsumer(),
        new ShellConsumer("bash", "source", "bash"),
        new ShellConsumer("bash eval", "eval", "bash"),
        new ShellConsumer("dash", "source", "dash"),
        new ShellConsumer("dash -eu", "eval", "dash", "-eu"),
        new SystemdConsumer(),
        new PortedConsumer("compose", "compose-go v2.13.0, package dotenv, ported", "compose", file => new ComposeDotEnv().Parse(file)),
        new PortedConsumer("compose, older", "an older compose-go of v2, package dotenv, ported", "compose", file => new ComposeDotEnv(endsAtAnyQuoteWithoutBackslash: true).Parse(file)),
        new PortedConsumer("docker --env-file", "docker/cli 28, pkg/kvfile, ported", "docker", DockerKeyValueFile.Parse),
        new PortedConsumer("runner", "actions/runner for Linux and macOS, FileCommandManager, ported", "github", file => new GitHubRunnerFile(isWindows: false).Read(file)),
        new PortedConsumer("runner, Windows", "actions/runner for Windows, FileCommandManager, ported", "github", file => new GitHubRunnerFile(isWindows: true).Read(file)),
        new NamedNodeConsumer("yaml-1.2", "the npm package yaml 2.9.1, as YAML 1.2", "yaml"),
        new NamedNodeConsumer("yaml-1.1", "the npm package yaml 2.9.1, as YAML 1.1", "yaml"),
        new NamedNodeConsumer("js-yaml", "the npm package js-yaml 5.5.0", "yaml"),
        new NamedNodeConsumer("kubernetes", "the npm package yaml 2.9.1, and node's base64", "kubernetes"),
        new NamedNodeConsumer("lambda", "`JSON.parse` of node", "lambda"),
        new PortedConsumer("System.Text.Json", "System.Text.Json of .NET", "lambda", ReadLambda),
        new ScriptConsumer("php", "php, by `require`", "php", "php", "read.php"),
        new NamedNodeConsumer("hcl", "the npm package @cdktf/hcl2json 0.21.0, which is HashiCorp's own parser of HCL", "terraform"),
    ];

    public static Consumer Called(string name) => All.Single(c => c.Name == name);

    private static Dictionary<string, string> ReadLambda(byte[] file)
    {
        using var document = JsonDocument.Parse(file);
        return document.RootElement.GetProperty("Variables").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!, StringComparer.Ordinal);
    }
}

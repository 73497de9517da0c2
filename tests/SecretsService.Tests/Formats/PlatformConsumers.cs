using System.Text.Json;

namespace SecretsService.Tests.Formats;

/// <summary>The readers of the formats for containers, platforms and languages.</summary>
internal static class PlatformConsumers
{
    public static readonly IReadOnlyList<Consumer> All =
    [
        new PortedConsumer("compose", "compose-go v2.13.0 (port)", "compose", file => new ComposeDotEnv().Parse(file)),
        new PortedConsumer("compose, older", "compose-go v2.1 (port)", "compose", file => new ComposeDotEnv(endsAtAnyQuoteWithoutBackslash: true).Parse(file)),
        new PortedConsumer("docker --env-file", "docker/cli 28 (port)", "docker", DockerKeyValueFile.Parse),
        new PortedConsumer("runner", "actions/runner for Linux and macOS (port)", "github", file => new GitHubRunnerFile(isWindows: false).Read(file)),
        new PortedConsumer("runner, Windows", "actions/runner for Windows (port)", "github", file => new GitHubRunnerFile(isWindows: true).Read(file)),
        new NamedNodeConsumer("yaml-1.2", "yaml 2.9.1 as YAML 1.2", "yaml"),
        new NamedNodeConsumer("yaml-1.1", "yaml 2.9.1 as YAML 1.1", "yaml"),
        new NamedNodeConsumer("js-yaml", "js-yaml 5.5.0", "yaml"),
        new NamedNodeConsumer("kubernetes", "yaml 2.9.1, and base64", "kubernetes"),
        new NamedNodeConsumer("lambda", "node's JSON.parse", "lambda"),
        new PortedConsumer("System.Text.Json", "System.Text.Json", "lambda", ReadLambda),
        new ScriptConsumer("php", "php, the machine's own", "php", "php", "read.php"),
        new NamedNodeConsumer("hcl", "@cdktf/hcl2json 0.21.0, which is HashiCorp's hcl", "terraform"),
    ];

    private static Dictionary<string, string> ReadLambda(byte[] file)
    {
        using var document = JsonDocument.Parse(file);
        return document.RootElement.GetProperty("Variables").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!, StringComparer.Ordinal);
    }
}

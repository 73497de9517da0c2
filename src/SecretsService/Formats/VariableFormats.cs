namespace SecretsService.Formats;

/// <summary>The formats that there are, beside <c>json</c>, which is the API's own.</summary>
internal static class VariableFormats
{
    /// <summary>The name of the format that is the API's own JSON.</summary>
    public const string Json = "json";

    /// <summary>Every format, by name.</summary>
    public static readonly IReadOnlyList<VariableFormat> All =
    [
        new ComposeFormat(),
        new DockerFormat(),
        new DotEnvFormat(),
        new GitHubFormat(),
        new KubernetesFormat(),
        new LambdaFormat(),
        new NodeFormat(),
        new PhpFormat(),
        new ShellFormat(),
        new SystemdFormat(),
        new TerraformFormat(),
        new YamlFormat(),
    ];

    /// <summary>Finds a format by its name; null where there is none.</summary>
    public static VariableFormat? Find(string name) => All.FirstOrDefault(f => f.Name == name);
}

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
    ];

    public static Consumer Called(string name) => All.Single(c => c.Name == name);
}

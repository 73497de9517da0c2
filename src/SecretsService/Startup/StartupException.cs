namespace SecretsService.Startup;

/// <summary>The service must not start. Each sentence names one fault and what to do about it.</summary>
internal sealed class StartupException(params IReadOnlyList<string> sentences) : Exception(string.Join('\n', sentences))
{
    /// <summary>The faults, all at once.</summary>
    public IReadOnlyList<string> Sentences { get; } = sentences;
}

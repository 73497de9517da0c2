using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>A server whose time stands still until a test moves it.</summary>
public class ManualClockServer : SecretsServer
{
    public ManualClockServer() => With(Clock);

    public ManualClock Clock { get; } = new();
}

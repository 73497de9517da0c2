using Microsoft.Extensions.Options;

namespace SecretsService.Limits;

/// <summary>How long and how many connections and requests may be. Section <c>Limits</c>.</summary>
internal sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>
    /// How many connections are open at once; more are closed as they come.
    /// <value>Default: 10,000. 1 to 1,000,000.</value>
    /// </summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>
    /// How many seconds a client may take to send the head of a request.
    /// <value>Default: 15. 1 to 300.</value>
    /// </summary>
    public int HeadersTimeoutSeconds { get; init; } = 15;

    /// <summary>
    /// How many seconds the answer to a request may take; it is then given up, and its transaction with it.
    /// <value>Default: 30. 1 to 3,600.</value>
    /// </summary>
    public int RequestTimeoutSeconds { get; init; } = 30;
}

/// <summary>Refuses limits that nothing gets through, or everything.</summary>
internal sealed class LimitOptionsValidator : IValidateOptions<LimitOptions>
{
    private const int MaxConnections = 1_000_000;
    private const int MaxHeadersTimeout = 300;
    private const int MaxRequestTimeout = 3_600;

    public ValidateOptionsResult Validate(string? name, LimitOptions options)
    {
        var faults = new List<string>();
        if (options.Connections is < 1 or > MaxConnections)
        {
            faults.Add($"Limits:Connections must be a number from 1 to {MaxConnections}.");
        }

        if (options.HeadersTimeoutSeconds is < 1 or > MaxHeadersTimeout)
        {
            faults.Add($"Limits:HeadersTimeoutSeconds must be a number from 1 to {MaxHeadersTimeout}.");
        }

        if (options.RequestTimeoutSeconds is < 1 or > MaxRequestTimeout)
        {
            faults.Add($"Limits:RequestTimeoutSeconds must be a number from 1 to {MaxRequestTimeout}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

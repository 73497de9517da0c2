using Microsoft.Extensions.Options;

namespace SecretsService.Limits;

/// <summary>
/// How many requests are answered, by this process: each of several replicas counts for itself. Section <c>RateLimits</c>. A number is also the
/// burst: as many may come at once after a minute of silence.
/// </summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>
    /// Requests a minute of one API key or deployment token.
    /// <value>Default: 60,000. 0 to 6,000,000; 0 for no limit.</value>
    /// </summary>
    public int RequestsPerMinutePerKey { get; init; } = 60_000;

    /// <summary>
    /// Requests a minute of one IPv4 address, or one IPv6 network of 64 bits, with whatever keys. Health and Swagger count, too.
    /// <value>Default: 120,000. 0 to 6,000,000; 0 for no limit.</value>
    /// </summary>
    public int RequestsPerMinutePerAddress { get; init; } = 120_000;

    /// <summary>
    /// Requests a minute of one address that may fail for want of a valid key before failures are answered with 429, and wait for each other.
    /// Valid keys are not affected.
    /// <value>Default: 60. 0 to 6,000,000; 0 for no limit.</value>
    /// </summary>
    public int FailuresPerMinutePerAddress { get; init; } = 60;
}

/// <summary>Refuses rates that no clock can count.</summary>
internal sealed class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>
{
    private const int Max = 6_000_000;

    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        (string Setting, int Rate)[] rates =
        [
            (nameof(options.RequestsPerMinutePerKey), options.RequestsPerMinutePerKey),
            (nameof(options.RequestsPerMinutePerAddress), options.RequestsPerMinutePerAddress),
            (nameof(options.FailuresPerMinutePerAddress), options.FailuresPerMinutePerAddress),
        ];
        var faults = rates.Where(r => r.Rate is < 0 or > Max)
            .Select(r => $"RateLimits:{r.Setting} must be a number from 0 to {Max}: 0 for no limit.").ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

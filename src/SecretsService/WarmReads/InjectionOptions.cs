using Microsoft.Extensions.Options;

namespace SecretsService.WarmReads;

/// <summary>How merged maps are handed out. Section <c>Injection</c>.</summary>
internal sealed class InjectionOptions
{
    public const string Section = "Injection";

    /// <summary>
    /// How many megabytes (2^20 bytes) of finished answers are kept in memory, sealed, so that the next request for the same one need not make it anew. Those
    /// that were asked for least recently go first.
    /// <value>Default: 64. 0 to 65,536; 0 keeps none.</value>
    /// </summary>
    public int CacheMegabytes { get; init; } = 64;
}

/// <summary>Refuses sizes that nobody can mean.</summary>
internal sealed class InjectionOptionsValidator : IValidateOptions<InjectionOptions>
{
    private const int MaxMegabytes = 65_536;

    public ValidateOptionsResult Validate(string? name, InjectionOptions options) => options.CacheMegabytes is >= 0 and <= MaxMegabytes
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"Injection:CacheMegabytes must be a number from 0 to {MaxMegabytes}: 0 keeps no answers.");
}

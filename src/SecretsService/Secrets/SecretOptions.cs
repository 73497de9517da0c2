using Microsoft.Extensions.Options;

namespace SecretsService.Secrets;

/// <summary>The rules for secrets that an operator may change. Section <c>Secrets</c>.</summary>
internal sealed class SecretOptions
{
    public const string Section = "Secrets";

    private static readonly string[] DefaultReservedNames =
        ["DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_CHARSET", "DB_COLLATE", "YMIR_*", "AWS_*"];

    /// <summary>
    /// How many secrets one scope may hold.
    /// <value>Default: 100. 1 to 100,000.</value>
    /// </summary>
    public int PerScope { get; init; } = 100;

    /// <summary>
    /// The names that no secret may have, in any letter case; <c>*</c> at the end stands for any ending. Setting it replaces the default.
    /// <value>Default: DB_NAME, DB_USER, DB_PASSWORD, DB_HOST, DB_CHARSET, DB_COLLATE, YMIR_* and AWS_*.</value>
    /// </summary>
    public IReadOnlyList<string>? ReservedNames { get; init; }

    /// <summary>The names in force. (A default in the bound property itself would be added to, not replaced.)</summary>
    public IReadOnlyList<string> EffectiveReservedNames => ReservedNames ?? DefaultReservedNames;
}

/// <summary>Refuses settings that no service could work by.</summary>
internal sealed class SecretOptionsValidator : IValidateOptions<SecretOptions>
{
    private const int MaxPerScope = 100_000;

    public ValidateOptionsResult Validate(string? name, SecretOptions options)
    {
        var faults = new List<string>();
        if (options.PerScope is < 1 or > MaxPerScope)
        {
            faults.Add($"Secrets:PerScope must be a number from 1 to {MaxPerScope}.");
        }

        if (options.EffectiveReservedNames.Any(n => n is "" or "*" || !SecretName.IsName(n.EndsWith('*') ? n[..^1] : n)))
        {
            faults.Add("Secrets:ReservedNames must be names of environment variables, with * at the end at most.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

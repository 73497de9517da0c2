using Microsoft.Extensions.Options;

namespace SecretsService.Secrets;

/// <summary>The rules for secrets that an operator may change. Section <c>Secrets</c>.</summary>
internal sealed class SecretOptions
{
    public const string Section = "Secrets";

    private static readonly string[] DefaultReservedNames =
        ["DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_CHARSET", "DB_COLLATE", "YMIR_*", "AWS_*"];

    private static readonly string[] DefaultPublicPrefixes = ["NEXT_PUBLIC_"];

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

    /// <summary>
    /// How the names of variables begin that frameworks build into what browsers load. Setting it replaces the default.
    /// <value>Default: NEXT_PUBLIC_.</value>
    /// </summary>
    public IReadOnlyList<string>? PublicPrefixes { get; init; }

    /// <summary>
    /// How many days before its expiry a secret counts as one that expires soon.
    /// <value>Default: 7. 1 to 365.</value>
    /// </summary>
    public int ExpiringSoonDays { get; init; } = 7;

    /// <summary>The reserved names in force. (A default in the bound property itself would be added to, not replaced.)</summary>
    public IReadOnlyList<string> EffectiveReservedNames => ReservedNames ?? DefaultReservedNames;

    /// <summary>The public prefixes in force.</summary>
    public IReadOnlyList<string> EffectivePublicPrefixes => PublicPrefixes ?? DefaultPublicPrefixes;
}

/// <summary>Refuses settings that no service could work by.</summary>
internal sealed class SecretOptionsValidator : IValidateOptions<SecretOptions>
{
    private const int MaxPerScope = 100_000;
    private const int MaxDays = 365;

    public ValidateOptionsResult Validate(string? name, SecretOptions options)
    {
        var faults = new List<string>();
        if (options.PerScope is < 1 or > MaxPerScope)
        {
            faults.Add($"Secrets:PerScope must be a number from 1 to {MaxPerScope}.");
        }

        if (options.ExpiringSoonDays is < 1 or > MaxDays)
        {
            faults.Add($"Secrets:ExpiringSoonDays must be a number from 1 to {MaxDays}.");
        }

        if (options.EffectiveReservedNames.Any(n => n is "" or "*" || !SecretName.IsName(n.EndsWith('*') ? n[..^1] : n)))
        {
            faults.Add("Secrets:ReservedNames must be names of environment variables, with * at the end at most.");
        }

        if (!options.EffectivePublicPrefixes.All(SecretName.IsName))
        {
            faults.Add("Secrets:PublicPrefixes must be beginnings of names of environment variables.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

using Microsoft.Extensions.Options;
using SecretsService.Access;

namespace SecretsService.Startup;

/// <summary>The database. Section <c>Database</c>; where it is stands in <c>ConnectionStrings:Secrets</c>.</summary>
internal sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>
    /// Whether the service brings the database's schema up to date when it starts, under a lock, so that of several replicas one does it.
    /// <value>Default: true. Where false, run the service with <c>--migrate</c> first.</value>
    /// </summary>
    public bool MigrateAtStart { get; init; } = true;
}

/// <summary>The first account of an empty database. Section <c>Bootstrap</c>.</summary>
internal sealed class BootstrapOptions
{
    public const string Section = "Bootstrap";

    /// <summary>
    /// The token of the first account's key. It counts only while the database holds no account.
    /// <value>Default: none; a generated one is then printed, once, in Development, and asked for elsewhere.</value>
    /// </summary>
    public string? ApiKey { get; init; }
}

/// <summary>Refuses a first key that could be guessed.</summary>
internal sealed class BootstrapOptionsValidator : IValidateOptions<BootstrapOptions>
{
    public ValidateOptionsResult Validate(string? name, BootstrapOptions options) =>
        options.ApiKey is null || ApiToken.IsStrongEnough(options.ApiKey)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "Bootstrap:ApiKey must be sks_ and at least 43 random letters and digits: make one with echo \"sks_$(openssl rand -hex 32)\".");
}

using Microsoft.Extensions.Options;

namespace SecretsService.Retention;

/// <summary>How long what is no longer in use is kept. Section <c>Retention</c>.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>
    /// How many days a deleted secret can be restored. It is then deleted for good, with all of its versions, unless a deployment holds one of them:
    /// then once that is deleted.
    /// <value>Default: 30. 1 to 3,650.</value>
    /// </summary>
    public int DeletedSecretsDays { get; init; } = 30;

    /// <summary>
    /// How many versions of a secret are kept, the newest ones; the current one is always among them. Older ones are deleted for good,
    /// unless a deployment holds them.
    /// <value>Default: none, which keeps all. 1 to 100,000.</value>
    /// </summary>
    public int? VersionsPerSecret { get; init; }

    /// <summary>
    /// How many days a deployment is kept that nothing was reported of, with the secrets and versions that it holds. Kept longer are those that run,
    /// which is the last successful one of each environment and of each app in it, those that are deploying, and the newest of each environment.
    /// <value>Default: none, which keeps all. 1 to 3,650.</value>
    /// </summary>
    public int? DeploymentDays { get; init; }

    /// <summary>
    /// How many days audit records are kept. Older ones are deleted from the beginning of each trail, and what is left still verifies.
    /// <value>Default: 90. 1 to 3,650: there is no keeping them for ever here. Export what must be kept longer.</value>
    /// </summary>
    public int EventDays { get; init; } = 90;

    /// <summary>
    /// How many minutes pass between two looks for what is too old. The first one is a minute after the start.
    /// <value>Default: 60. 1 to 1,440.</value>
    /// </summary>
    public int SweepMinutes { get; init; } = 60;
}

/// <summary>Refuses settings that would delete what nobody meant to, or never anything.</summary>
internal sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    private const int MaxDays = 3_650;
    private const int MaxVersions = 100_000;
    private const int MaxMinutes = 1_440;

    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var faults = new List<string>();
        if (options.DeletedSecretsDays is < 1 or > MaxDays)
        {
            faults.Add($"Retention:DeletedSecretsDays must be a number from 1 to {MaxDays}.");
        }

        if (options.VersionsPerSecret is < 1 or > MaxVersions)
        {
            faults.Add($"Retention:VersionsPerSecret must be a number from 1 to {MaxVersions}: leave it out to keep all versions.");
        }

        if (options.DeploymentDays is < 1 or > MaxDays)
        {
            faults.Add($"Retention:DeploymentDays must be a number from 1 to {MaxDays}: leave it out to keep all deployments.");
        }

        if (options.EventDays is < 1 or > MaxDays)
        {
            faults.Add($"Retention:EventDays must be a number from 1 to {MaxDays}.");
        }

        if (options.SweepMinutes is < 1 or > MaxMinutes)
        {
            faults.Add($"Retention:SweepMinutes must be a number from 1 to {MaxMinutes}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

using Microsoft.Extensions.Options;
using SecretsService.Contracts;

namespace SecretsService.Secrets;

/// <summary>What a name says of its variable, beyond whether it is allowed.</summary>
internal sealed class NameAdvice(IOptions<SecretOptions> options)
{
    // The names that the platform of the target profile lambda-wordpress sets, beyond those that are reserved everywhere.
    private static readonly HashSet<string> WordPressNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT",
        "AUTOMATIC_UPDATER_DISABLED", "DISABLE_WP_CRON", "DISALLOW_FILE_EDIT", "DISALLOW_FILE_MODS", "DOMAIN_CURRENT_SITE", "WP_HOME", "WP_SITEURL",
        "_HANDLER", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "TZ",
    };

    /// <summary>Who may see the variable once it is deployed.</summary>
    public SecretExposure ExposureOf(string name) =>
        options.Value.EffectivePublicPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            ? SecretExposure.Client
            : SecretExposure.Server;

    /// <summary>What to say of a secret because of its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isSecret">False for a plain variable.</param>
    /// <param name="looksPrivate">Whether the value looks like a private credential.</param>
    public IEnumerable<string> WarningsFor(string name, bool isSecret, bool looksPrivate)
    {
        if (ExposureOf(name) == SecretExposure.Client)
        {
            if (looksPrivate)
            {
                yield return $"{name} is built into what browsers load, and its value looks like a private credential. "
                    + "If it is one, replace it at its provider and store it under a name without the public prefix.";
            }
            else if (isSecret)
            {
                yield return $"{name} is built into what browsers load, so it is no secret: is_secret false shows its value in lists too.";
            }
        }

        if (ProcessNames.Contains(name))
        {
            yield return $"{name} changes what the process itself loads or runs. Choose another name unless that is what you want.";
        }

        if (WordPressNames.Contains(name))
        {
            yield return $"{name} is set by the platform of the target lambda-wordpress: a deployment for that target will refuse it.";
        }
    }
}

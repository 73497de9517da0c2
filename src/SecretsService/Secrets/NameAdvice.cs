using Microsoft.Extensions.Options;
using SecretsService.Contracts;
using SecretsService.Formats;

namespace SecretsService.Secrets;

/// <summary>What a name says of its variable, beyond whether it is allowed.</summary>
internal sealed class NameAdvice(IOptions<SecretOptions> options)
{
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

        if (TargetProfiles.LambdaWordPress.PlatformNames.Contains(name))
        {
            yield return $"{name} is set by the platform of the target lambda-wordpress: a deployment for that target will refuse it.";
        }
    }
}

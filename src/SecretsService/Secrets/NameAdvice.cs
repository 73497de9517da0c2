using Microsoft.Extensions.Options;
using SecretsService.Contracts;
using SecretsService.Formats;

namespace SecretsService.Secrets;

/// <summary>What a name says of its variable, beyond whether it is allowed.</summary>
internal sealed class NameAdvice(IOptions<SecretOptions> options)
{
    // A variable of one of these names changes what the process itself loads or runs, before the application sees it.
    private static readonly HashSet<string> ProcessNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "IFS", "ENV", "BASH_ENV", "BASH_FUNC", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "CDPATH", "HOME", "SHELL", "EDITOR", "PAGER",
        "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "DYLD_LIBRARY_PATH", "GCONV_PATH", "MALLOC_CHECK_",
        "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "NPM_CONFIG_PREFIX",
        "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "RUBYOPT", "RUBYLIB", "PERL5OPT", "PERL5LIB", "PERL5DB",
        "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "PHPRC", "PHP_INI_SCAN_DIR",
        "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS", "CORECLR_PROFILER", "CORECLR_ENABLE_PROFILING", "CORECLR_PROFILER_PATH", "COMPlus_StartupHooks",
        "GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "OPENSSL_CONF",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "TMPDIR",
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

        if (TargetProfiles.LambdaWordPress.PlatformNames.Contains(name))
        {
            yield return $"{name} is set by the platform of the target lambda-wordpress: a deployment for that target will refuse it.";
        }
    }
}

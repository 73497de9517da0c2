using System.Collections.Frozen;

namespace SecretsService.Formats;

/// <summary>The target profiles that there are.</summary>
internal static class TargetProfiles
{
    /// <summary>WordPress on AWS Lambda, as Vector Pro runs it.</summary>
    public static readonly TargetProfile LambdaWordPress = new("lambda-wordpress", "WordPress on AWS Lambda", new LambdaFormat())
    {
        // The names that Vector Pro's API description reserves. It has single names of AWS_ and YMIR_, which the service reserves altogether.
        PlatformNames = FrozenSet.ToFrozenSet(
            [
                "AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT",
                "AUTOMATIC_UPDATER_DISABLED", "DISABLE_WP_CRON", "DISALLOW_FILE_EDIT", "DISALLOW_FILE_MODS", "DOMAIN_CURRENT_SITE", "WP_HOME", "WP_SITEURL",
                "YMIR_ASSETS_PATH", "YMIR_ASSETS_URL", "YMIR_CACHE_PREFIX", "YMIR_CACHE_TABLE", "YMIR_CDN_IMAGE_PROCESSING_ENABLED",
                "YMIR_DISTRIBUTION_ID", "YMIR_DOMAIN_NAMES", "YMIR_ENVIRONMENT", "YMIR_MAX_EXECUTION_TIME", "YMIR_PRIMARY_DOMAIN_NAME",
                "YMIR_PROJECT_TYPE", "YMIR_PUBLIC_STORE", "YMIR_REDIS_ENDPOINT", "YMIR_SECRETS_PATH", "YMIR_UPLOAD_URL",
                "_HANDLER", "AWS_ACCESS_KEY_ID", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME",
                "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION",
                "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "TZ",
            ],
            StringComparer.OrdinalIgnoreCase),
    };

    /// <summary>Every profile, by name.</summary>
    public static readonly IReadOnlyList<TargetProfile> All =
    [
        new("compose", "Docker Compose, by .env or env_file", new ComposeFormat()),
        new("docker", "Docker, by docker run --env-file", new DockerFormat()),
        new("github", "GitHub Actions, by $GITHUB_ENV", new GitHubFormat())
        {
            // "Secrets are limited to 48 KB in size" (GitHub Docs, Secrets reference), which GitHub's API enforces for secrets that are stored there. The
            // runner has no limit for a line of $GITHUB_ENV, so the format has none.
            ValueBytes = 48 * 1024,
        },
        new("kubernetes", "Kubernetes, by a Secret", new KubernetesFormat()),
        new("lambda", "AWS Lambda", new LambdaFormat()),
        LambdaWordPress,
        new("systemd", "systemd, by EnvironmentFile=", new SystemdFormat()),
    ];

    /// <summary>What a request may name.</summary>
    public static readonly string Rule = $"Must be one of {string.Join(", ", All.Select(p => p.Name))}.";

    /// <summary>Finds a profile by its name; null where there is none.</summary>
    public static TargetProfile? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}

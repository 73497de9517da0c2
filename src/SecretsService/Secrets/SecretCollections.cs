using SecretsService.Http;

namespace SecretsService.Secrets;

/// <summary>Where a collection of secrets is to be found.</summary>
/// <param name="Path">Its path within the API.</param>
/// <param name="Tag">The heading that its routes stand under.</param>
/// <param name="Noun">What generated clients call one of its secrets.</param>
/// <param name="Suffix">What tells its routes from those of the same collection under another path.</param>
internal sealed record CollectionPath(string Path, string Tag, string Noun, string Suffix)
{
    /// <summary>True where the body may select an environment type.</summary>
    public bool SelectsTypes => !Path.Contains("{environment}", StringComparison.Ordinal);

    public string ListNote => SelectsTypes
        ? "By key: those for any environment and those for each environment type. "
        : "By key; with `inherited=true` everything that the environment would receive. ";

    public string CreateNote => SelectsTypes
        ? "For any environment, or for the type in `environment_type`, or with `environment_types` one secret for each of several types, or none at all. "
        : "For this one environment. ";
}

/// <summary>The collections of secrets: one for each owner, and one for each owner in one environment.</summary>
internal static class SecretCollections
{
    /// <summary>Every path of a collection. Some collections have two.</summary>
    public static readonly IReadOnlyList<CollectionPath> All =
    [
        new("/global-secrets", ApiTags.GlobalSecrets, "GlobalSecret", ""),
        new("/account/secrets", ApiTags.GlobalSecrets, "AccountSecret", ""),
        new("/sites/{site}/secrets", ApiTags.SiteSecrets, "SiteSecret", ""),
        new("/sites/{site}/apps/{app}/secrets", ApiTags.AppSecrets, "AppSecret", ""),
        new("/sites/{site}/environments/{environment}/secrets", ApiTags.EnvironmentSecrets, "EnvironmentSecret", ""),
        new("/environments/{environment}/secrets", ApiTags.EnvironmentSecrets, "EnvironmentSecret", "OfEnvironmentId"),
        new("/sites/{site}/apps/{app}/environments/{environment}/secrets", ApiTags.AppSecrets, "AppEnvironmentSecret", ""),
    ];

    /// <summary>Single secrets by their id, whatever their collection.</summary>
    public static readonly CollectionPath Anywhere = new("/secrets", ApiTags.Secrets, "Secret", "");
}

using SecretsService.Contracts;

namespace SecretsService.Secrets;

/// <summary>Says for people where a secret applies.</summary>
internal static class ScopeWords
{
    /// <summary>A scope by its slugs; null for what it has not.</summary>
    public static SecretScopeInfo InfoOf(string? site, string? app, string? environmentType, string? environment) => new()
    {
        Owner = app is not null ? ScopeOwner.App : site is not null ? ScopeOwner.Site : ScopeOwner.Global,
        Site = site,
        App = app,
        Selector = environment is not null ? ScopeSelector.Environment : environmentType is not null ? ScopeSelector.Type : ScopeSelector.Any,
        EnvironmentType = environmentType,
        Environment = environment,
    };

    /// <summary>For example "of app worker of site shop, environment production".</summary>
    public static string At(SecretScopeInfo scope)
    {
        var owner = scope.Owner switch
        {
            ScopeOwner.Global => "of the account",
            ScopeOwner.Site => $"of site {scope.Site}",
            ScopeOwner.App => $"of app {scope.App} of site {scope.Site}",
        };
        return scope.Selector switch
        {
            ScopeSelector.Any => owner,
            ScopeSelector.Type => $"{owner}, type {scope.EnvironmentType}",
            ScopeSelector.Environment => $"{owner}, environment {scope.Environment}",
        };
    }
}

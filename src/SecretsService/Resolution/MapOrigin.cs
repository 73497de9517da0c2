using SecretsService.Contracts;
using SecretsService.Scopes;

namespace SecretsService.Resolution;

/// <summary>A site, app or environment that a target has.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its slug.</param>
internal sealed record Place(Guid Id, string Slug);

/// <summary>What a merged map was made from.</summary>
/// <param name="Revision">The account's revision within the snapshot.</param>
/// <param name="EnvironmentType">The environment's type, or the one that was asked for where there is no environment.</param>
/// <param name="Site">The site.</param>
/// <param name="Environment">The environment; there is one exactly where there is a site.</param>
/// <param name="App">The app; only with a site.</param>
internal sealed record MapOrigin(long Revision, string? EnvironmentType, Place? Site, Place? Environment, Place? App)
{
    /// <summary>What precedence goes by.</summary>
    public Target Target => new(EnvironmentType, Site?.Id, App?.Id, Environment?.Id);

    /// <summary>Shows one of the target's own scopes.</summary>
    public SecretScopeInfo Show(SecretScope scope) => new()
    {
        Owner = scope.Owner switch
        {
            Owner.App => ScopeOwner.App,
            Owner.Site => ScopeOwner.Site,
            _ => ScopeOwner.Global,
        },
        Site = scope.SiteId is null ? null : Site?.Slug,
        App = scope.AppId is null ? null : App?.Slug,
        Selector = scope.Selector switch
        {
            Selector.Environment => ScopeSelector.Environment,
            Selector.Type => ScopeSelector.Type,
            _ => ScopeSelector.Any,
        },
        EnvironmentType = scope.EnvironmentType,
        Environment = scope.EnvironmentId is null ? null : Environment?.Slug,
    };
}

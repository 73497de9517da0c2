using SecretsService.Contracts;
using SecretsService.Scopes;
using SecretsService.Secrets;

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
    public SecretScopeInfo Show(SecretScope scope) => ScopeWords.InfoOf(
        scope.SiteId is null ? null : Site?.Slug,
        scope.AppId is null ? null : App?.Slug,
        scope.EnvironmentType,
        scope.EnvironmentId is null ? null : Environment?.Slug);
}

using SecretsService.Access;
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
    /// <summary>The name of the target profile that the environment's deployments are for; null where it names none.</summary>
    public string? Profile { get; init; }

    /// <summary>What the one who asks can see: words about the map name nothing else.</summary>
    public Reach Reach { get; init; } = Reach.Whole;

    /// <summary>The deployment that the map was frozen for; null for a map of what is there now.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>
    /// What the variables may be called as a whole, such as <c>shop-production</c>: a DNS subdomain (RFC 1123) of one label, 194 characters at most,
    /// because each of up to three parts has 64. Two targets may share it.
    /// </summary>
    public string ResourceName
    {
        get
        {
            var parts = Site is null ? ["secrets", EnvironmentType] : new[] { Site.Slug, App?.Slug, Environment?.Slug };
            var name = string.Join('-', parts.Where(part => part is not null)).Trim('-');
            return name.Length > 0 ? name : "secrets";
        }
    }

    /// <summary>What precedence goes by.</summary>
    public Target Target => new(EnvironmentType, Site?.Id, App?.Id, Environment?.Id);

    /// <summary>True where the one who asks can see what stands at one of the target's own scopes.</summary>
    public bool Sees(Rung rung) => Reach.IsWhole || Target.Scopes().Any(s => s.Rung == rung && Reach.Includes(s));

    /// <summary>Shows one of the target's own scopes.</summary>
    public SecretScopeInfo Show(SecretScope scope) => Show(scope.Rung);

    /// <summary>Shows the target's own scope of a rung.</summary>
    public SecretScopeInfo Show(Rung rung) => ScopeWords.InfoOf(
        rung >= Rung.Site ? Site?.Slug : null,
        rung is Rung.App or Rung.AppType or Rung.AppEnvironment ? App?.Slug : null,
        rung is Rung.GlobalType or Rung.SiteType or Rung.AppType ? EnvironmentType : null,
        rung >= Rung.SiteEnvironment ? Environment?.Slug : null);
}

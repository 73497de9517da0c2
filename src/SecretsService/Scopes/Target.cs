namespace SecretsService.Scopes;

/// <summary>What a merged map is made for. Any part may be absent: a pipeline without sites has a type at most.</summary>
/// <param name="EnvironmentType">The canonical name of the environment's type.</param>
/// <param name="SiteId">The site.</param>
/// <param name="AppId">The app; only with its site.</param>
/// <param name="EnvironmentId">The environment; only with its site.</param>
internal sealed record Target(string? EnvironmentType, Guid? SiteId, Guid? AppId, Guid? EnvironmentId)
{
    /// <summary>The scopes that the target gets values from, lowest rung first: eight for an app in an environment, one at least.</summary>
    public IEnumerable<SecretScope> Scopes()
    {
        foreach (var owner in Owners())
        {
            yield return new SecretScope(owner, new Selector.Any());
            if (EnvironmentType is { } type)
            {
                yield return new SecretScope(owner, new Selector.Type(type));
            }
        }

        if (EnvironmentId is { } environment)
        {
            foreach (var owner in Owners().Where(o => o is not Owner.Global))
            {
                yield return new SecretScope(owner, new Selector.Environment(environment));
            }
        }
    }

    private IEnumerable<Owner> Owners()
    {
        yield return new Owner.Global();
        if (SiteId is { } site)
        {
            yield return new Owner.Site(site);
            if (AppId is { } app)
            {
                yield return new Owner.App(site, app);
            }
        }
    }
}

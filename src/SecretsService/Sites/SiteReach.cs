using SecretsService.Access;
using SecretsService.Outcomes;

namespace SecretsService.Sites;

/// <summary>What a restricted API key may not change although it sees it. Each is null where nothing stands against it.</summary>
internal static class SiteReach
{
    /// <summary>A new site would be out of its reach.</summary>
    public static Failure? RefuseNewSite(this Reach reach) => reach.IsWhole ? null : reach.Refuse("it cannot create other sites");

    /// <summary>A new environment would be out of its reach, unless everything of the site is in it.</summary>
    public static Failure? RefuseNewEnvironment(this Reach reach, Guid site) =>
        reach.CoversSite(site) ? null : reach.Refuse("it cannot create environments of this site");

    /// <inheritdoc cref="RefuseNewEnvironment"/>
    public static Failure? RefuseNewApp(this Reach reach, Guid site) => reach.CoversSite(site) ? null : reach.Refuse("it cannot create apps of this site");

    /// <summary>A site has more than what is in reach.</summary>
    public static Failure? RefuseChange(this Reach reach, Guid site) => reach.CoversSite(site) ? null : reach.Refuse("it cannot change or delete the site itself");

    /// <summary>An environment has secrets of apps, some of which may be out of reach.</summary>
    public static Failure? RefuseChangeOfEnvironment(this Reach reach, Guid site, Guid environment) =>
        reach.CoversEnvironment(site, environment) ? null : reach.Refuse("it cannot change or delete the environment itself");

    /// <summary>An app has secrets for environments, some of which may be out of reach.</summary>
    public static Failure? RefuseChangeOfApp(this Reach reach, Guid site, Guid app) =>
        reach.CoversApp(site, app) ? null : reach.Refuse("it cannot change or delete the app itself");
}

using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>What an event happened to, and where in the account that is, so that a restricted key sees the events of what it may see.</summary>
/// <param name="Type">The kind of resource.</param>
/// <param name="Id">Which one; null where the context names it.</param>
internal sealed record EventSubject(string Type, Guid? Id)
{
    /// <summary>The site that it is, or belongs to; null for what is the account's.</summary>
    public Guid? SiteId { get; init; }

    /// <summary>The environment that it is, or belongs to; null for what is all environments'.</summary>
    public Guid? EnvironmentId { get; init; }

    /// <summary>The app that it is, or belongs to; null for what is all apps'.</summary>
    public Guid? AppId { get; init; }

    public static EventSubject Of(SecretRow secret) =>
        new("secret", secret.Id) { SiteId = secret.SiteId, EnvironmentId = secret.EnvironmentId, AppId = secret.AppId };

    public static EventSubject Of(DeploymentRow deployment) =>
        new("deployment", deployment.Id) { SiteId = deployment.SiteId, EnvironmentId = deployment.EnvironmentId, AppId = deployment.AppId };

    public static EventSubject OfSite(Guid site) => new("site", site) { SiteId = site };

    public static EventSubject OfEnvironment(Guid site, Guid environment) => new("environment", environment) { SiteId = site, EnvironmentId = environment };

    public static EventSubject OfApp(Guid site, Guid app) => new("app", app) { SiteId = site, AppId = app };

    /// <summary>A resource of the account as a whole.</summary>
    public static EventSubject OfAccount(string type, Guid? id) => new(type, id);
}

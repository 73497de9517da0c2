using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Resolution;
using SecretsService.Sites;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Where a deployment goes: an environment, and the app where one is deployed alone.</summary>
internal sealed record DeploymentPlace(
    Guid SiteId, string Site, Guid EnvironmentId, string Environment, string EnvironmentType, string? Profile, Guid? AppId, string? App)
{
    /// <summary>What its merged map is resolved for.</summary>
    public TargetReference Target => new(
        new EnvironmentPath(null, ResourceReference.To(EnvironmentId)), AppId is { } app ? ResourceReference.To(app) : null);

    public static DeploymentPlace Of(SiteEnvironment environment, App? app) =>
        new(environment.SiteId, environment.Site, environment.Id, environment.Slug, environment.Type, environment.Target, app?.Id, app?.Slug);
}

/// <summary>What a request wants of a deployment beside its map.</summary>
/// <param name="Description">What it is for.</param>
internal sealed record DeploymentPlan(string? Description)
{
    public bool? IncludeUploads { get; init; }

    public bool? IncludeDatabase { get; init; }

    /// <summary>The deployment to go back to; null where it is no rollback.</summary>
    public DeploymentRow? GoesBackTo { get; init; }

    /// <summary>Whether it takes that one's map.</summary>
    public bool TakesSnapshot { get; init; }
}

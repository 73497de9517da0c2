using SecretsService.Access;
using SecretsService.Outcomes;

namespace SecretsService.Resolution;

/// <summary>
/// Which targets a restricted API key may ask for. The merged map of one that it may ask for is complete, what is wider than the key included: it is what
/// the key is for.
/// </summary>
internal static class TargetReach
{
    /// <summary>False where the target's environment does not exist for the caller.</summary>
    public static bool SeesEnvironment(this Reach reach, MapOrigin origin) =>
        origin is not { Site: { } site, Environment: { } environment } || reach.SeesEnvironment(site.Id, environment.Id);

    /// <summary>False where the target's app is not there, or does not exist for the caller.</summary>
    public static bool SeesApp(this Reach reach, MapOrigin origin) => origin is { Site: { } site, App: { } app } && reach.SeesApp(site.Id, app.Id);

    /// <summary>What stands against a target that the caller can see; null where nothing does.</summary>
    public static Failure? Refuse(this Reach reach, MapOrigin origin) =>
        reach.IsWhole ? null
        : origin.Site is null ? reach.Refuse("ask for an environment of one of its sites")
        : origin.App is null ? reach.RefuseWithoutApp()
        : null;

    /// <summary>Refuses a key that is restricted to apps where no app is named; null for any other.</summary>
    public static Failure? RefuseWithoutApp(this Reach reach) => reach.Apps.Count == 0 ? null : reach.Refuse("name one of them as app");
}

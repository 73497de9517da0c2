using SecretsService.Outcomes;

namespace SecretsService.Access;

/// <summary>Refuses what a restricted API key can see and may not do. What it cannot see is not found instead: no refusal tells of it.</summary>
internal static class ReachRefusals
{
    /// <summary>What words say in place of a name or a place that is out of reach.</summary>
    public const string HiddenScope = "a scope that this API key may not see";

    /// <summary>Refuses in words about the key.</summary>
    /// <param name="reach">What the key is restricted to.</param>
    /// <param name="what">What it therefore may not, for example "it cannot create others".</param>
    public static Failure Refuse(this Reach reach, string what) => Failure.Forbidden($"This API key is restricted to {Kinds(reach)}: {what}.");

    private static string Kinds(Reach reach) => (reach.Environments.Count > 0, reach.Apps.Count > 0) switch
    {
        (true, true) => "environments and apps",
        (true, false) => "environments",
        (false, true) => "apps",
        (false, false) => "sites",
    };
}

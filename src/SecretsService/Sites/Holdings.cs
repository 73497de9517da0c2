using SecretsService.Outcomes;

namespace SecretsService.Sites;

/// <summary>What would be lost with a site, an environment or an app.</summary>
/// <param name="Environments">How many environments.</param>
/// <param name="Apps">How many apps.</param>
/// <param name="Secrets">How many secrets that live.</param>
/// <param name="Rollouts">How many deployments that are being rolled out.</param>
internal readonly record struct Holdings(int Environments = 0, int Apps = 0, int Secrets = 0, int Rollouts = 0)
{
    /// <summary>Refuses to delete what holds others.</summary>
    /// <param name="holder">What holds them, in a word.</param>
    /// <returns>The refusal, or null where there is nothing to lose.</returns>
    public Failure? Refuse(string holder)
    {
        string[] held = [.. Parts()];
        return held is [] ? null : Failure.InUse(
            $"The {holder} holds {Joined(held)}. {(Rollouts > 0 ? "End and delete" : "Delete")} them first, or send ?force=true to delete them with it.");
    }

    private static string Joined(string[] parts) =>
        parts is [.. var others, var last] && others is not [] ? $"{string.Join(", ", others)} and {last}" : parts[0];

    private IEnumerable<string> Parts() =>
        from part in new[]
        {
            (Number: Environments, Noun: "environment"), (Number: Apps, Noun: "app"), (Number: Secrets, Noun: "secret"),
            (Number: Rollouts, Noun: "running deployment"),
        }
        where part.Number > 0
        select part.Number == 1 ? $"1 {part.Noun}" : $"{part.Number} {part.Noun}s";
}

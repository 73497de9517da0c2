using System.Globalization;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.Storage.Rows;

namespace SecretsService.ApiKeys;

/// <summary>
/// What an API key can pass on to others: no more than it has itself. Every token that is handed out passes through here, so that no chain of keys
/// ever leads to one that is stronger, reaches further or lives longer than the first.
/// </summary>
/// <param name="Abilities">What it may do.</param>
/// <param name="Reach">What it can see and touch.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
internal sealed record Authority(AbilitySet Abilities, Reach Reach, DateTimeOffset? ExpiresAt)
{
    /// <summary>What stands against making a key; null where nothing does.</summary>
    /// <param name="abilities">What the new key is to do.</param>
    /// <param name="isDefault">Whether that is so because the request does not say what.</param>
    /// <param name="reach">What it is to see and touch.</param>
    /// <param name="expiresAt">When it is to end; null for never.</param>
    public Failure? RefusesToMake(IReadOnlyList<string> abilities, bool isDefault, Reach reach, DateTimeOffset? expiresAt) =>
        Lacking(abilities) is { } ability ? Failure.Forbidden(
            $"This API key lacks the ability {ability}, and no key makes one that can do more than itself. "
            + (isDefault ? "Without abilities that is what is asked for: send" : "Send")
            + $" abilities, of those that it has: {string.Join(", ", Abilities.Held)}.")
        : !Reach.Includes(reach) ? Failure.Forbidden(
            $"This API key is restricted, and no key makes one that reaches further than itself. Send {ListsMissing(reach)}, of those that it is restricted to.")
        : EndsBefore(expiresAt) ? Failure.Forbidden(
            $"This API key expires at {Text(ExpiresAt!.Value)}, and no key makes one that outlives itself. Send an earlier expires_at, or none for the same one.")
        : null;

    /// <summary>What stands against giving a key that it can see another token; null where nothing does.</summary>
    public Failure? RefusesToRotate(ApiKeyRow key) =>
        RefusesToTouch(key)
        ?? (EndsBefore(key.ExpiresAt)
            ? Failure.Forbidden($"This API key expires at {Text(ExpiresAt!.Value)}: it gets no token of a key that outlives it.")
            : null);

    /// <summary>What stands against deleting a key that it can see; null where nothing does.</summary>
    public Failure? RefusesToTouch(ApiKeyRow key) =>
        Lacking(key.Abilities) is { } ability
            ? Failure.Forbidden($"That API key has the ability {ability}, which this one lacks: no key changes one that can do more than itself.")
            : null;

    private string? Lacking(IEnumerable<string> abilities) => abilities.FirstOrDefault(ability => !Abilities.Has(ability));

    private bool EndsBefore(DateTimeOffset? other) => ExpiresAt is { } end && !(other <= end);

    // The sites follow from environments or apps, so that they are asked for only where there are none of those.
    private string ListsMissing(Reach reach)
    {
        string[] parts =
        [
            .. Reach.Environments.Count > 0 && reach.Environments.Count == 0 ? ["environments"] : Array.Empty<string>(),
            .. Reach.Apps.Count > 0 && reach.Apps.Count == 0 ? ["apps"] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "sites" : string.Join(" and ", parts);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

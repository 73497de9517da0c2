using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Access;

/// <summary>What a route may ask of an API key. The words of the wire.</summary>
internal static class Ability
{
    public const string SecretRead = "secret:read";
    public const string SecretWrite = "secret:write";
    public const string SecretReveal = "secret:reveal";
    public const string SecretInject = "secret:inject";
    public const string DeploymentRead = "deployment:read";
    public const string DeploymentWrite = "deployment:write";
    public const string SiteRead = "site:read";
    public const string SiteWrite = "site:write";
    public const string SecretTypeWrite = "secret-type:write";
    public const string ApiKeyRead = "api-key:read";
    public const string ApiKeyWrite = "api-key:write";
    public const string EventRead = "event:read";
    public const string KeyManage = "key:manage";

    /// <summary>Stands for every ability, those of later releases too.</summary>
    public const string All = "*";

    /// <summary>Every single one.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        SecretRead, SecretWrite, SecretReveal, SecretInject, DeploymentRead, DeploymentWrite, SiteRead, SiteWrite, SecretTypeWrite, ApiKeyRead, ApiKeyWrite,
        EventRead, KeyManage,
    ];

    /// <summary>What stands for all abilities of one kind, such as <c>secret:*</c>.</summary>
    public static readonly IReadOnlyList<string> Kinds = [.. Known.Select(KindOf).Distinct(StringComparer.Ordinal)];

    /// <summary>Reads an ability as a request writes it; those in the plural, <c>secrets:read</c>, are those of clients before February 2026.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ability">The ability in its one spelling.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? ability)
    {
        var singular = text.Replace("s:", ":", StringComparison.Ordinal);
        ability = text == All || IsOne(text) ? text : IsOne(singular) ? singular : null;
        return ability is not null;
    }

    /// <summary>True where one ability includes another: it is the same, its kind, or all.</summary>
    /// <param name="held">What is held.</param>
    /// <param name="other">The other, which may itself be a kind or all.</param>
    public static bool Includes(string held, string other) =>
        held == All || held == other || (held.EndsWith(":*", StringComparison.Ordinal) && other != All && KindOf(other) == held);

    private static bool IsOne(string text) => Known.Contains(text, StringComparer.Ordinal) || Kinds.Contains(text, StringComparer.Ordinal);

    private static string KindOf(string ability) => ability[..(ability.IndexOf(':', StringComparison.Ordinal) + 1)] + "*";
}

/// <summary>The abilities of a caller.</summary>
/// <param name="Held">Each in its one spelling.</param>
internal sealed record AbilitySet(IReadOnlyList<string> Held)
{
    public static readonly AbilitySet Everything = new([Ability.All]);

    public static readonly AbilitySet None = new([]);

    /// <summary>True where an ability is among them, by itself or by what includes it.</summary>
    public bool Has(string ability) => Held.Any(held => Ability.Includes(held, ability));

    /// <summary>True where everything that others allow is allowed by these too.</summary>
    public bool Include(IEnumerable<string> others) => others.All(Has);
}

/// <summary>What a route asks of an API key: all of these abilities.</summary>
/// <param name="Abilities">The abilities; empty for a route that every key may be sent to.</param>
internal sealed record NeededAbilities(IReadOnlyList<string> Abilities);

/// <summary>Declares what routes need.</summary>
internal static class NeededAbilitiesExtensions
{
    /// <summary>Lets only API keys with all of these abilities pass.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder routes, params string[] abilities)
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithMetadata(new NeededAbilities(abilities));

    /// <summary>Lets every API key pass: for what tells a caller of nothing but itself.</summary>
    public static TBuilder NeedsNoAbility<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithMetadata(new NeededAbilities([]));

    /// <summary>
    /// Lets no route of a group be forgotten: one that requires authorization and does not say what it needs keeps the service from starting.
    /// </summary>
    public static RouteGroupBuilder DeclaresAbilities(this RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(route =>
        {
            if (!route.Metadata.OfType<NeededAbilities>().Any() && !route.Metadata.OfType<Microsoft.AspNetCore.Authorization.IAllowAnonymous>().Any())
            {
                throw new InvalidOperationException($"[unexpected] The route {route.DisplayName} declares no ability: add .Needs(...), or .NeedsNoAbility().");
            }
        });
        return group;
    }
}

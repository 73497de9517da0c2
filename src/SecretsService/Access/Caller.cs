using System.Reflection;
using Microsoft.AspNetCore.Http.Features;

namespace SecretsService.Access;

/// <summary>
/// Who asks: an API key or a deployment token, and so the account whose resources the operation may touch. Every operation of a store takes
/// one, and none reads another account's rows.
/// </summary>
/// <param name="AccountId">The account that everything happens within.</param>
/// <param name="AccountName">The account's name.</param>
/// <param name="ApiKeyId">The key; of a deployment token, the token's id.</param>
/// <param name="ApiKeyName">The key's name, as <c>created_by</c> and <c>updated_by</c> show it; of a deployment token, who made it.</param>
internal sealed record Caller(Guid AccountId, string AccountName, Guid ApiKeyId, string ApiKeyName) : IBindableFromHttpContext<Caller>
{
    /// <summary>The service itself, within an account: what a sweep does by itself.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="name">Which part of the service.</param>
    public static Caller System(Guid accountId, string name) => new(accountId, "", Guid.Empty, name);

    /// <summary>Whoever sent no credential that there is: it asks for nothing, and has a name in the audit trail only.</summary>
    /// <param name="accountId">The account whose trail that is.</param>
    /// <param name="ip">The address that the request came from.</param>
    public static Caller Anonymous(Guid accountId, string? ip) => new(accountId, "", Guid.Empty, "anonymous") { Ip = ip, IsAnonymous = true };

    /// <summary>The one deployment that a deployment token reads; null for an API key.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>What it may do. A deployment token has none of these: the one route that takes it says so.</summary>
    public AbilitySet Abilities { get; init; } = AbilitySet.None;

    /// <summary>What of its account it can see and touch.</summary>
    public Reach Reach { get; init; } = Reach.Whole;

    /// <summary>From when on it is not accepted; null where it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The address that the request came from; null for the service itself.</summary>
    public string? Ip { get; init; }

    /// <summary>True for the service itself.</summary>
    public bool IsSystem => ApiKeyId == Guid.Empty && !IsAnonymous;

    /// <summary>True for whoever sent no credential that there is.</summary>
    public bool IsAnonymous { get; private init; }

    /// <summary>Hands a handler the caller that authentication found. Only a route that requires authorization may ask for one.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(context.Features.GetRequiredFeature<Caller>());
}

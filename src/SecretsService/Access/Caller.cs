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
    /// <summary>The one deployment that a deployment token reads; null for an API key, which may do everything within its account.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>Hands a handler the caller that authentication found. Only a route that requires authorization may ask for one.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(context.Features.GetRequiredFeature<Caller>());
}

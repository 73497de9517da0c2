using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Formats;
using SecretsService.Scopes;
using SecretsService.Storage;

namespace SecretsService.Secrets;

/// <summary>
/// What the targets of environments have to say of secrets: a variable that can never be deployed to where its secret applies is worth a word when it
/// is written, since the deployment will be refused.
/// </summary>
internal sealed class TargetAdvice(SecretsDbContext db)
{
    private const int MaxNamed = 3;

    /// <summary>Reads the environments in reach that name a target.</summary>
    public async Task<IReadOnlyList<TargetedEnvironment>> FindEnvironmentsAsync(Caller caller, CancellationToken cancellation) =>
        await db.Environments.Where(e => e.AccountId == caller.AccountId && e.TargetProfile != null).Within(caller.Reach)
            .OrderBy(e => e.Site!.Slug).ThenBy(e => e.Slug)
            .Select(e => new TargetedEnvironment(e.Id, e.SiteId, e.Type, $"{e.Site!.Slug}/{e.Slug}", e.TargetProfile!))
            .ToListAsync(cancellation);

    /// <summary>What there is to warn of, for each target that the secret is for.</summary>
    public static IEnumerable<string> WarningsFor(StoredSecret secret, IReadOnlyList<TargetedEnvironment> environments) =>
        from reached in environments.Where(e => e.Receives(secret.Scope)).GroupBy(e => e.Profile, StringComparer.Ordinal)
        let profile = TargetProfiles.Find(reached.Key)
        where profile is not null
        from fault in FaultsOf(secret, profile)
        select $"It cannot be deployed to {Named([.. reached.Select(e => e.Place)])}, whose target is {profile.Name}: {fault}";

    private static IEnumerable<string> FaultsOf(StoredSecret secret, TargetProfile profile)
    {
        foreach (var variable in secret.Variables ?? [secret.Name])
        {
            if (profile.FaultOfName(variable) is { } ofName)
            {
                yield return secret.Variables is null ? ofName : $"{variable}: {ofName}";
            }
        }

        // Of a secret that gives its fields one by one, neither a field's size nor its lines are known without opening it.
        if (secret.Variables is null && secret.SealedBytes is { } sealedBytes)
        {
            if (profile.FaultOfSize(secret.Name, SealedValue.PlaintextLength(sealedBytes)) is { } ofSize)
            {
                yield return ofSize;
            }

            if (secret.HasLineBreak && !profile.CarriesLineBreaks)
            {
                yield return "The value has several lines, which it cannot carry. Encode it, for example in base64.";
            }
        }
    }

    private static string Named(IReadOnlyList<string> places) => places.Count <= MaxNamed
        ? string.Join(", ", places)
        : $"{string.Join(", ", places.Take(MaxNamed))} and {places.Count - MaxNamed} more";
}

/// <summary>An environment that names a target.</summary>
/// <param name="Id">The environment.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="Type">Its type.</param>
/// <param name="Place">Its site's slug and its own, for people.</param>
/// <param name="Profile">The name of the target's profile.</param>
internal sealed record TargetedEnvironment(Guid Id, Guid SiteId, string Type, string Place, string Profile)
{
    /// <summary>True where the environment, or an app in it, gets values from a scope.</summary>
    public bool Receives(SecretScope scope) => new Target(Type, SiteId, scope.AppId, Id).Scopes().Contains(scope);
}

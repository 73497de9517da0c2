using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.Sites;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>Makes the merged map of an environment: reads the candidates in one snapshot, picks the winners and opens their values.</summary>
internal sealed class VariableResolver(
    SecretsDbContext db, SnapshotReader snapshots, SiteQueries sites, SecretSealer sealer, AccountKeys keys, ReservedNames reserved)
{
    /// <summary>
    /// Resolves the variables of an environment. The number of queries does not depend on the number of secrets. One value that cannot be
    /// opened fails the whole read: a deployment must not start with half of its variables.
    /// </summary>
    /// <exception cref="SealedValueException">A value cannot be opened.</exception>
    public async Task<Outcome<MergedVariables>> ResolveAsync(Caller caller, EnvironmentPath path, CancellationToken cancellation)
    {
        if (await snapshots.ReadAsync(caller.AccountId, path, cancellation) is not var (origin, candidates))
        {
            return (await sites.FindEnvironmentAsync(caller, path, cancellation)).Failure ?? SiteQueries.EnvironmentNotFound;
        }

        var winners = Precedence.Resolve(candidates, origin.Target);
        var variables = new MergedVariables(
            origin,
            winners.Sum(w => w.Sealed.Length),
            await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation));
        try
        {
            foreach (var winner in winners)
            {
                await AddAsync(variables, caller, winner, cancellation);
            }

            return variables;
        }
        catch
        {
            variables.Dispose();
            throw;
        }
    }

    private async Task AddAsync(MergedVariables variables, Caller caller, Candidate winner, CancellationToken cancellation)
    {
        if (reserved.Contains(winner.Name))
        {
            variables.Warn($"{winner.Name} is reserved and was left out.");
            return;
        }

        var value = new StoredValue(
            winner.Id, winner.Version, winner.Scope.StorageKey, winner.Name, winner.SealedName, SecretSealer.KindOf(winner.IsSecret), winner.DataKeyId, winner.Sealed);
        variables.Add(winner.Name, await sealer.OpenAsync(caller, value, variables.Free, cancellation));
    }
}

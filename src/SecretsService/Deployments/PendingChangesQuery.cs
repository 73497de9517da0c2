using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Storage;

namespace SecretsService.Deployments;

/// <summary>
/// Compares the merged map of today with the one that runs: what the last deployment that was deployed had. Values are compared by their tags, so that
/// it does not matter which secret or version gives one, nor whether the version is still there.
/// </summary>
internal sealed class PendingChangesQuery(SecretsDbContext db, VariableResolver resolver, DeploymentQueries deployments)
{
    /// <summary>Finds what the next deployment would change.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="target">The environment, and the app where one is deployed alone.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="Cryptography.SealedValueException">A value of today cannot be opened.</exception>
    public async Task<Outcome<PendingChanges>> FindAsync(Caller caller, TargetReference target, CancellationToken cancellation)
    {
        // The map first: a deployment that ends in between took it, or an earlier one. The other way round, what it brought would be told as pending.
        var resolved = await resolver.ResolveAsync(caller, target, cancellation);
        if (!resolved.Succeeded(out var variables, out var failure))
        {
            return failure;
        }

        var origin = variables.Origin;
        var today = TagsOf(variables);
        var last = await deployments.Deployed(caller, origin.Environment!.Id, origin.App?.Id).Select(DeploymentQueries.AsSummary).FirstOrDefaultAsync(cancellation);
        var deployed = last is null ? [] : await ReadAsync(caller, last.Id, cancellation);
        return Compare(today, deployed) with { LastDeployment = last };
    }

    private static Dictionary<string, string> TagsOf(MergedVariables variables)
    {
        using (variables)
        {
            return variables.All.ToDictionary(v => v.Name, v => FrozenMap.TagOf(variables, v), StringComparer.Ordinal);
        }
    }

    private async Task<Dictionary<string, Deployed>> ReadAsync(Caller caller, Guid deploymentId, CancellationToken cancellation) =>
        await db.DeploymentVariables.Where(v => v.AccountId == caller.AccountId && v.DeploymentId == deploymentId)
            .Select(v => new Deployed(v.Name, v.ValueTag, v.SecretId == null && v.Version == 0))
            .ToDictionaryAsync(v => v.Name, StringComparer.Ordinal, cancellation);

    private static PendingChanges Compare(Dictionary<string, string> today, Dictionary<string, Deployed> deployed)
    {
        var added = Sorted(today.Keys.Where(name => !deployed.ContainsKey(name)));
        var changed = Sorted(today.Keys.Where(name => deployed.TryGetValue(name, out var was) && was.Tag != today[name]));

        // What was empty because nothing gave it, and is still given by nothing, is empty again.
        var removed = Sorted(deployed.Values.Where(was => !was.IsEmpty && !today.ContainsKey(was.Name)).Select(was => was.Name));
        var isChanged = added.Count + changed.Count + removed.Count > 0;
        return new PendingChanges
        {
            Changed = isChanged,
            Notice = isChanged ? PendingChanges.Text : null,
            Added = added,
            ChangedKeys = changed,
            Removed = removed,
        };
    }

    private static List<string> Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    private sealed record Deployed(string Name, string Tag, bool IsEmpty);
}

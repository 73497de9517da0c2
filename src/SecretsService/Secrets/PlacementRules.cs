using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>A secret that is about to stand at a scope under a name.</summary>
/// <param name="Id">The secret, which does not stand against itself.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Name">The name.</param>
/// <param name="IsPinned">Whether narrower scopes may not override it.</param>
/// <param name="Variables">The names of the variables that its fields give; null where it gives one under its own name.</param>
internal sealed record Placement(Guid Id, SecretScope Scope, string Name, bool IsPinned, string[]? Variables)
{
    /// <summary>What a refusal calls the place that the name comes from.</summary>
    public string Field { get; init; } = "key";

    /// <summary>What a refusal calls the secret.</summary>
    public string Who { get; init; } = "It";

    /// <summary>The names that it decides something about: its own, and its variables'.</summary>
    public IEnumerable<string> Touched => (Variables ?? []).Append(Name).Distinct(StringComparer.Ordinal);

    /// <summary>The placement of a secret as its row has it.</summary>
    public static Placement Of(SecretRow secret) =>
        new(secret.Id, ScopeOf(secret), secret.Name, secret.IsPinned, secret.Variables);

    /// <summary>The scope of a row: from the columns that decide who gets the value, not from the text that the database makes of them.</summary>
    public static SecretScope ScopeOf(SecretRow secret) =>
        SecretScope.Of(secret.SiteId, secret.AppId, secret.EnvironmentType, secret.EnvironmentId);
}

/// <summary>
/// What other secrets have to say to a placement: that the name is taken, that the scope is full, that a broader one is pinned. Asked within an
/// <see cref="AccountTransaction"/>, so that no other write of the account comes between the answer and what is made of it.
/// </summary>
internal sealed class PlacementRules(SecretsDbContext db, SecretQueries queries, SecretNeighbours neighbours, IOptions<SecretOptions> options)
{
    private const string Taken =
        "The key has already been taken in this scope (keys that differ in case only count as one). Update that secret, or choose another key.";

    /// <summary>What stands against placements; null where nothing does.</summary>
    public async Task<Failure?> CheckAsync(Caller caller, IReadOnlyList<Placement> placements, CancellationToken cancellation)
    {
        var others = await neighbours.FindGivingAsync(caller, [.. placements.SelectMany(p => p.Touched)], cancellation);
        var byName = others.ToLookup(o => o.Name, StringComparer.OrdinalIgnoreCase);
        var taken = placements.Where(p => byName[p.Name].Any(o => o.Id != p.Id && o.Scope == p.Scope)).ToList();
        if (taken.Count > 0)
        {
            return Failure.NameTaken(TakenErrors(placements, taken));
        }

        var typeOf = await TypesAsync(caller, placements, others, cancellation);
        var byVariable = others.SelectMany(other => other.Given.Append(other.Name).Distinct(StringComparer.Ordinal).Select(v => (Variable: v, other)))
            .ToLookup(o => o.Variable, o => o.other, StringComparer.Ordinal);
        var errors = new FieldErrors();
        foreach (var placement in placements)
        {
            CheckPins(caller.Reach, placement, placement.Touched.SelectMany(v => byVariable[v]).Where(o => o.Id != placement.Id).Distinct(), typeOf, errors);
        }

        await CheckVariablesAsync(caller, placements, errors, cancellation);
        return errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    /// <summary>What stands against a scope that holds more secrets; null where nothing does.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="scopes">The scope of each secret that is to be added.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Failure?> CheckRoomAsync(Caller caller, IReadOnlyCollection<SecretScope> scopes, CancellationToken cancellation)
    {
        var keys = scopes.Select(s => s.StorageKey).ToArray();
        var counts = await queries.Living(caller).Where(s => keys.Contains(s.ScopeKey))
            .GroupBy(s => s.ScopeKey)
            .ToDictionaryAsync(s => s.Key, s => s.Count(), StringComparer.Ordinal, cancellation);
        var largest = keys.CountBy(k => k, StringComparer.Ordinal).Max(added => counts.GetValueOrDefault(added.Key) + added.Value);
        return largest > options.Value.PerScope ? Failure.LimitReached(options.Value.PerScope, largest) : null;
    }

    /// <summary>What the database refused to save, where the caller can cause it; null for a fault of the service.</summary>
    public static Failure? RefusalOf(DbUpdateException exception) => exception.BrokenConstraint() switch
    {
        Constraints.SecretName => Failure.NameTaken("key", Taken),
        Constraints.SecretSite => SiteQueries.SiteNotFound,
        Constraints.SecretApp => Failure.NotFound("App not found"),
        Constraints.SecretEnvironment => SiteQueries.EnvironmentNotFound,
        _ => null,
    };

    // Where several environment types are asked for at once, each that is taken is named.
    private static FieldErrors TakenErrors(IReadOnlyList<Placement> placements, List<Placement> taken)
    {
        if (placements.Count > 1 && placements.All(p => p.Name == placements[0].Name))
        {
            return FieldErrors.Of(
                "environment_types", taken.Select(p => $"{p.Scope.EnvironmentType} has the key already: update that secret, or leave the type out."));
        }

        var errors = new FieldErrors();
        foreach (var placement in taken)
        {
            errors.Add(placement.Field, Taken);
        }

        return errors;
    }

    private static void CheckPins(
        Reach reach, Placement placement, IEnumerable<Neighbour> others, Func<Guid, string?> typeOf, FieldErrors errors)
    {
        foreach (var other in others.Where(o => o.Scope.MeetsWith(placement.Scope, typeOf)))
        {
            if (other.IsPinned && other.Scope.Rung < placement.Scope.Rung)
            {
                errors.Add(
                    placement.Field,
                    $"{NameOf(reach, other)} is pinned, which forbids to override it here. Unpin it there first (PUT with pinned false), or choose another key.");
            }
            else if (placement.IsPinned && placement.Scope.Rung < other.Scope.Rung)
            {
                errors.Add("pinned", $"{NameOf(reach, other)} overrides it. Delete that one first, or leave this one unpinned.");
            }
        }
    }

    // Its name may be another than the placement's, where they meet in a variable.
    private static string NameOf(Reach reach, Neighbour other) =>
        reach.Includes(other.Scope) ? $"{other.Name} {ScopeWords.At(other.Where)}" : $"A secret of {ReachRefusals.HiddenScope}";

    // Within one scope no two secrets may give the same variable; across scopes precedence decides.
    private async Task CheckVariablesAsync(
        Caller caller, IReadOnlyList<Placement> placements, FieldErrors errors, CancellationToken cancellation)
    {
        var given = placements.SelectMany(p => p.Variables ?? [p.Name]).Select(v => v.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToArray();
        var scopes = placements.Select(p => p.Scope.StorageKey).Distinct(StringComparer.Ordinal).ToArray();
        var present = await queries.Living(caller)
            .Where(s => scopes.Contains(s.ScopeKey) && (s.Variables != null || given.Contains(s.NameFolded)))
            .Select(s => new { s.Id, s.ScopeKey, s.Name, s.Variables })
            .ToListAsync(cancellation);
        var placed = placements.Select(p => p.Id).ToHashSet();
        var givers = present.Where(p => !placed.Contains(p.Id)).Select(p => new Giver(p.Id, p.ScopeKey, p.Name, p.Variables))
            .Concat(placements.Select(p => new Giver(p.Id, p.Scope.StorageKey, p.Name, p.Variables)))
            .SelectMany(giver => giver.Given.Select(variable => (Key: (giver.ScopeKey, Variable: variable.ToLowerInvariant()), giver)))
            .ToLookup(given => given.Key, given => given.giver);
        foreach (var placement in placements)
        {
            var scope = placement.Scope.StorageKey;
            foreach (var variable in placement.Variables ?? [placement.Name])
            {
                if (givers[(scope, variable.ToLowerInvariant())].FirstOrDefault(g => g.Id != placement.Id) is { } other)
                {
                    errors.Add(placement.Field, $"{placement.Who} gives the variable {variable}, which {other.Name} of the same scope gives already. Rename one of them.");
                }
            }
        }
    }

    private async Task<Func<Guid, string?>> TypesAsync(
        Caller caller, IReadOnlyList<Placement> placements, IReadOnlyList<Neighbour> others, CancellationToken cancellation)
    {
        var ids = placements.Select(p => p.Scope.EnvironmentId).Concat(others.Select(o => o.Scope.EnvironmentId)).OfType<Guid>().Distinct().ToArray();
        var types = ids.Length == 0
            ? []
            : await db.Environments.Where(e => e.AccountId == caller.AccountId && ids.Contains(e.Id))
                .ToDictionaryAsync(e => e.Id, e => e.Type, cancellation);
        return id => types.GetValueOrDefault(id);
    }

    private sealed record Giver(Guid Id, string ScopeKey, string Name, string[]? Variables)
    {
        public IEnumerable<string> Given => Variables ?? [Name];
    }
}

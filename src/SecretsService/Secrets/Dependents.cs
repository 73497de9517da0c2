using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.Requirements;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>
/// Finds who cannot do without a secret: the declared requirements that only it meets, and the deployments that hold its values. A requirement is met
/// by what the check of a deployment takes for it (Resolution's Explanation).
/// </summary>
internal sealed class Dependents(
    SecretsDbContext db,
    SecretNeighbours neighbours,
    RequirementQueries requirements,
    DeployedVersions deployedVersions,
    ReservedNames reserved,
    TimeProvider clock)
{
    /// <summary>What stands against taking secrets away from their names; null where nothing does.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="secrets">The secrets, under the names that they are to lose.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Failure?> RefuseAsync(Caller caller, IReadOnlyCollection<SecretRow> secrets, CancellationToken cancellation) =>
        RefusalOf(await FindBrokenAsync(caller, secrets, cancellation));

    /// <summary>What stands against deleting a secret for good; null where nothing does. One that is deleted already meets no requirement.</summary>
    public async Task<Failure?> RefusePurgeAsync(Caller caller, SecretRow secret, CancellationToken cancellation) => RefusalOf(
    [
        .. secret.DeletedAt is null ? await FindBrokenAsync(caller, [secret], cancellation) : [],
        .. await deployedVersions.NameHoldersAsync(caller, secret.Id, cancellation),
    ]);

    private static Failure? RefusalOf(IReadOnlyList<string> dependents) => dependents.Count == 0 ? null : Failure.HasDependents(dependents);

    private async Task<IReadOnlyList<string>> FindBrokenAsync(
        Caller caller, IReadOnlyCollection<SecretRow> secrets, CancellationToken cancellation)
    {
        var names = secrets.SelectMany(s => (s.Variables ?? []).Prepend(s.Name)).Distinct(StringComparer.Ordinal).ToArray();
        var needed = await requirements.ForNamesAsync(caller, names, cancellation);
        if (needed.Count == 0)
        {
            return [];
        }

        var candidates = await FindCandidatesAsync(caller, [.. needed.Select(n => n.Name)], cancellation);
        var targets = await TargetsAsync(caller, [.. needed.Select(n => n.SiteId)], cancellation);
        var lost = secrets.Select(s => s.Id).ToHashSet();
        var left = candidates.Where(c => !lost.Contains(c.Id)).ToList();
        return
        [
            .. from requirement in needed
               from target in targets[requirement.SiteId]
               where IsMet(requirement.Name, candidates, target.For(requirement)) && !IsMet(requirement.Name, left, target.For(requirement))
               select $"{Owner(requirement)} requires {requirement.Name} in environment {target.Environment}",
        ];
    }

    private static string Owner(Requirement requirement) =>
        requirement.AppSlug is null ? $"Site {requirement.SiteSlug}" : $"App {requirement.AppSlug} of site {requirement.SiteSlug}";

    // In the two stages of the merged map: the secrets by their names, then what they give by its own. A secret that gives its fields meets a
    // requirement for its own name by those.
    private bool IsMet(string key, IEnumerable<Neighbour> candidates, Target target)
    {
        var winners = Precedence.Resolve(candidates, target);
        if (winners.FirstOrDefault(w => w.Name == key) is { GivesFields: true } whole)
        {
            return IsUsable(whole) && (whole.Given.Count == 0 || !whole.Given.All(reserved.Contains));
        }

        var given = winners.OrderBy(w => w.GivesFields).ThenBy(w => w.Name, StringComparer.Ordinal)
            .SelectMany(winner => winner.Given.Select(name => new Claim(name, winner)));
        return Precedence.Resolve(given, target).Any(claim => claim.Name == key && IsUsable(claim.Secret)) && !reserved.Contains(key);
    }

    private bool IsUsable(Neighbour secret) => !secret.IsWithheld && (secret.ExpiresAt is null || secret.ExpiresAt > clock.Now());

    // What gives one of the variables, and whatever else has the name of one that does.
    private async Task<IReadOnlyList<Neighbour>> FindCandidatesAsync(Caller caller, string[] variables, CancellationToken cancellation)
    {
        var giving = await neighbours.FindGivingAsync(caller, variables, cancellation);
        return await neighbours.FindAsync(caller, [.. giving.Select(g => g.Name), .. variables], cancellation);
    }

    private async Task<ILookup<Guid, SiteTarget>> TargetsAsync(Caller caller, Guid[] sites, CancellationToken cancellation)
    {
        var environments = await db.Environments.Where(e => e.AccountId == caller.AccountId && sites.Contains(e.SiteId))
            .OrderBy(e => e.Slug)
            .Select(e => new { e.SiteId, e.Id, e.Slug, e.Type })
            .ToListAsync(cancellation);
        return environments.ToLookup(e => e.SiteId, e => new SiteTarget(e.SiteId, e.Id, e.Slug, e.Type));
    }

    private sealed record SiteTarget(Guid SiteId, Guid EnvironmentId, string Environment, string Type)
    {
        public Target For(Requirement requirement) => new(Type, SiteId, requirement.AppId, EnvironmentId);
    }

    private sealed record Claim(string Name, Neighbour Secret) : ICandidate
    {
        public SecretScope Scope => Secret.Scope;

        public bool IsPinned => Secret.IsPinned;
    }
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.Requirements;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>Finds who could no longer be deployed without a secret: the declared requirements that only it meets.</summary>
internal sealed class Dependents(SecretsDbContext db, SecretNeighbours neighbours, RequirementQueries requirements, TimeProvider clock)
{
    /// <summary>What stands against taking secrets away from their names; null where nothing does.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="secrets">The secrets, under the names that they are to lose.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Failure?> RefuseAsync(Caller caller, IReadOnlyCollection<SecretRow> secrets, CancellationToken cancellation)
    {
        var variables = secrets.SelectMany(s => s.Variables ?? [s.Name]).Distinct(StringComparer.Ordinal).ToArray();
        var needed = await requirements.ForNamesAsync(caller, variables, cancellation);
        if (needed.Count == 0)
        {
            return null;
        }

        var candidates = await FindCandidatesAsync(caller, [.. needed.Select(n => n.Name)], cancellation);
        var targets = await TargetsAsync(caller, [.. needed.Select(n => n.SiteId)], cancellation);
        var lost = secrets.Select(s => s.Id).ToHashSet();
        var left = candidates.Where(c => !lost.Contains(c.Id)).ToList();
        var broken = (
            from requirement in needed
            from target in targets[requirement.SiteId]
            where IsMet(requirement.Name, candidates, target.For(requirement)) && !IsMet(requirement.Name, left, target.For(requirement))
            select $"{Owner(requirement)} requires {requirement.Name} in environment {target.Environment}").ToList();
        return broken.Count == 0 ? null : Failure.HasDependents(broken);
    }

    private static string Owner(Requirement requirement) =>
        requirement.AppSlug is null ? $"Site {requirement.SiteSlug}" : $"App {requirement.AppSlug} of site {requirement.SiteSlug}";

    // In the two stages of the merged map: the secrets by their names, then what they give by its own.
    private bool IsMet(string variable, IEnumerable<Neighbour> candidates, Target target)
    {
        var given = Precedence.Resolve(candidates, target).SelectMany(winner => winner.Given.Select(name => new Claim(name, winner)));
        return Precedence.Resolve(given, target).Any(claim =>
            claim.Name == variable && !claim.Secret.IsWithheld && (claim.Secret.ExpiresAt is null || claim.Secret.ExpiresAt > clock.Now()));
    }

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

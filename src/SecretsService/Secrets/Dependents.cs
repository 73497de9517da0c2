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
        var names = secrets.Select(s => s.Name).Distinct(StringComparer.Ordinal).ToArray();
        var needed = await requirements.ForNamesAsync(caller, names, cancellation);
        if (needed.Count == 0)
        {
            return null;
        }

        var candidates = (await neighbours.FindAsync(caller, names, cancellation)).ToLookup(n => n.Name, StringComparer.Ordinal);
        var targets = await TargetsAsync(caller, [.. needed.Select(n => n.SiteId)], cancellation);
        var lost = secrets.Select(s => s.Id).ToHashSet();
        var broken = (
            from requirement in needed
            from target in targets[requirement.SiteId]
            let all = candidates[requirement.Name]
            where IsMet(all, target.For(requirement)) && !IsMet(all.Where(c => !lost.Contains(c.Id)), target.For(requirement))
            select $"{Owner(requirement)} requires {requirement.Name} in environment {target.Environment}").ToList();
        return broken.Count == 0 ? null : Failure.HasDependents(broken);
    }

    private static string Owner(Requirement requirement) =>
        requirement.AppSlug is null ? $"Site {requirement.SiteSlug}" : $"App {requirement.AppSlug} of site {requirement.SiteSlug}";

    private bool IsMet(IEnumerable<Neighbour> candidates, Target target) =>
        Precedence.Resolve(candidates, target).Any(winner => !winner.IsWithheld && (winner.ExpiresAt is null || winner.ExpiresAt > clock.Now()));

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
}

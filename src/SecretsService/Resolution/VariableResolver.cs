using System.Data;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Secrets;
using SecretsService.Sites;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>Makes the merged map of an environment: reads the candidates in one snapshot, picks the winners and opens their values.</summary>
internal sealed class VariableResolver(
    SecretsDbContext db, SiteQueries sites, SecretSealer sealer, AccountKeys keys, ReservedNames reserved)
{
    // Compiled once: this is the read that every deployment makes, and finding the plan of an ordinary query costs more than running it.
    private static readonly Func<SecretsDbContext, Guid, bool, Guid?, string?, Guid?, string?, CancellationToken, Task<MapOrigin?>> FindOrigin =
        EF.CompileAsyncQuery((
            SecretsDbContext db, Guid account, bool isFlat, Guid? siteId, string? siteSlug, Guid? id, string? slug, CancellationToken _) =>
            db.Environments
                .Where(e => e.AccountId == account && (e.Id == id || e.Slug == slug) && (isFlat || e.SiteId == siteId || e.Site!.Slug == siteSlug))
                .Join(db.Accounts, e => e.AccountId, a => a.Id, (e, a) => new MapOrigin(e.Site!.Slug, e.SiteId, e.Slug, e.Id, e.Type, a.Revision))
                .SingleOrDefault());

    private static readonly Func<SecretsDbContext, Guid, string[], IAsyncEnumerable<Candidate>> FindCandidates =
        EF.CompileAsyncQuery((SecretsDbContext db, Guid account, string[] scopes) =>
            db.Secrets
                .Where(s => s.AccountId == account && s.DeletedAt == null && scopes.Contains(s.ScopeKey))
                .Join(
                    db.SecretVersions,
                    s => new { s.AccountId, SecretId = s.Id, s.Version },
                    v => new { v.AccountId, v.SecretId, v.Version },
                    (s, v) => new Candidate(
                        s.Id, s.Name, SecretScope.Of(s.SiteId, s.AppId, s.EnvironmentType, s.EnvironmentId), v.Version, v.Name, v.DataKeyId, v.SealedValue)));

    /// <summary>
    /// Resolves the variables of an environment. The number of queries does not depend on the number of secrets. One value that cannot be
    /// opened fails the whole read: a deployment must not start with half of its variables.
    /// </summary>
    /// <exception cref="SealedValueException">A value cannot be opened.</exception>
    public async Task<Outcome<MergedVariables>> ResolveAsync(Caller caller, EnvironmentPath path, CancellationToken cancellation)
    {
        var read = await ReadAsync(caller, path, cancellation);
        if (!read.Succeeded(out var snapshot, out var failure))
        {
            return failure;
        }

        var winners = Precedence.Resolve(snapshot.Candidates, snapshot.Origin.Target);
        var variables = new MergedVariables(
            snapshot.Origin,
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

    private async Task<Outcome<Snapshot>> ReadAsync(Caller caller, EnvironmentPath path, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var origin = await FindOrigin(
            db, caller.AccountId, path.Site is null, path.Site?.Id, path.Site?.Slug, path.Environment.Id, path.EnvironmentSlug, cancellation);
        if (origin is null)
        {
            return (await sites.FindEnvironmentAsync(caller, path, cancellation)).Failure ?? SiteQueries.EnvironmentNotFound;
        }

        var candidates = new List<Candidate>();
        var scopes = origin.Target.Scopes().Select(s => s.StorageKey).ToArray();
        await foreach (var candidate in FindCandidates(db, caller.AccountId, scopes).WithCancellation(cancellation))
        {
            candidates.Add(candidate);
        }

        await transaction.CommitAsync(cancellation);
        return new Snapshot(origin, candidates);
    }

    private async Task AddAsync(MergedVariables variables, Caller caller, Candidate winner, CancellationToken cancellation)
    {
        if (reserved.Contains(winner.Name))
        {
            variables.Warn($"{winner.Name} is reserved and was left out.");
            return;
        }

        var value = new StoredValue(
            winner.Id, winner.Version, winner.Scope.StorageKey, winner.Name, winner.SealedName, winner.DataKeyId, winner.Sealed);
        variables.Add(winner.Name, await sealer.OpenAsync(caller, value, variables.Free, cancellation));
    }

    private sealed record Snapshot(MapOrigin Origin, IReadOnlyList<Candidate> Candidates);

    private sealed record Candidate(
        Guid Id, string Name, SecretScope Scope, int Version, string SealedName, Guid DataKeyId, byte[] Sealed) : ICandidate;
}

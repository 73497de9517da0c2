using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>A secret that shares its name, letter case aside, or a variable with another: what rules and warnings look at.</summary>
internal sealed record Neighbour : ICandidate
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required SecretScope Scope { get; init; }

    /// <summary>The scope for people.</summary>
    public required SecretScopeInfo Where { get; init; }

    public required bool IsPinned { get; init; }

    public required bool IsWithheld { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required string? Fingerprint { get; init; }

    /// <summary>The names of the variables that it gives: its own, or those of its fields.</summary>
    public required IReadOnlyList<string> Given { get; init; }

    /// <summary>True where those are the fields' names, even of none.</summary>
    public required bool GivesFields { get; init; }

    /// <summary>The type of an environment that one of the neighbours selects.</summary>
    public required Func<Guid, string?> TypeOf { get; init; }
}

/// <summary>Finds secrets that share a name or a variable.</summary>
internal sealed class SecretNeighbours(SecretsDbContext db)
{
    /// <summary>Finds every living secret of the account that has one of these names, letter case aside.</summary>
    public async Task<IReadOnlyList<Neighbour>> FindAsync(Caller caller, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var folded = names.Select(n => n.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToArray();
        return await ReadAsync(
            db.Secrets.Where(s => s.AccountId == caller.AccountId && s.DeletedAt == null && folded.Contains(s.NameFolded)), cancellation);
    }

    /// <summary>Finds every living secret of the account that has one of these names, letter case aside, or a field that gives one as a variable.</summary>
    public async Task<IReadOnlyList<Neighbour>> FindGivingAsync(Caller caller, IReadOnlyCollection<string> variables, CancellationToken cancellation)
    {
        var named = await FindAsync(caller, [.. variables], cancellation);
        var names = variables.ToArray();
        var giving = await ReadAsync(
            db.Secrets.Where(s => s.AccountId == caller.AccountId && s.DeletedAt == null && s.SecretType != null
                && s.Variables!.Any(v => names.Contains(v))),
            cancellation);
        return [.. named.UnionBy(giving, n => n.Id)];
    }

    private async Task<IReadOnlyList<Neighbour>> ReadAsync(IQueryable<SecretRow> secrets, CancellationToken cancellation)
    {
        var rows = await (
            from secret in secrets
            join current in db.SecretVersions
                on new { secret.AccountId, SecretId = secret.Id, secret.Version }
                equals new { current.AccountId, current.SecretId, current.Version } into versions
            from version in versions.DefaultIfEmpty()
            orderby secret.ScopeKey
            select new
            {
                secret.Id,
                secret.Name,
                secret.SiteId,
                secret.AppId,
                secret.EnvironmentType,
                secret.EnvironmentId,
                Site = secret.Site!.Slug,
                App = secret.App!.Slug,
                Environment = secret.Environment!.Slug,
                TypeOfEnvironment = secret.Environment.Type,
                secret.IsPinned,
                secret.IsWithheld,
                secret.ExpiresAt,
                secret.Variables,
                version.Fingerprint,
            }).ToListAsync(cancellation);
        var types = rows.Where(r => r.EnvironmentId is not null)
            .DistinctBy(r => r.EnvironmentId)
            .ToDictionary(r => r.EnvironmentId!.Value, r => r.TypeOfEnvironment);
        return [.. rows.Select(r => new Neighbour
        {
            Id = r.Id,
            Name = r.Name,
            Scope = SecretScope.Of(r.SiteId, r.AppId, r.EnvironmentType, r.EnvironmentId),
            Where = ScopeWords.InfoOf(r.Site, r.App, r.EnvironmentType, r.Environment),
            IsPinned = r.IsPinned,
            IsWithheld = r.IsWithheld,
            ExpiresAt = r.ExpiresAt,
            Fingerprint = r.Fingerprint,
            Given = r.Variables ?? [r.Name],
            GivesFields = r.Variables is not null,
            TypeOf = id => types.GetValueOrDefault(id),
        })];
    }
}

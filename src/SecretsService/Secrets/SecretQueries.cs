using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.SecretTypes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>Reads secrets for showing; what is out of the caller's reach is not found. The one projection selects a sealed value of plain variables only.</summary>
internal sealed class SecretQueries(SecretsDbContext db, SecretPresenter presenter, IOptions<SecretOptions> options, TimeProvider clock)
{
    /// <summary>Lists the secrets of one collection, or of the whole account, by name.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="collection">The collection, by <see cref="SecretScope.CollectionKey"/>; null for every secret of the account.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<Page<SecretMetadata>>> ListAsync(
        Caller caller, string? collection, SecretFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var secrets = (filter.Deleted ? Deleted(caller) : Living(caller)).Within(caller.Reach);
        secrets = collection is null ? secrets : secrets.Where(s => s.CollectionKey == collection);
        return await ToPageAsync(caller, Matching(secrets, filter), page, cancellation);
    }

    /// <summary>Lists what a target would receive, from every scope: the secret that decides for each name, unless it is expired or withholds it.</summary>
    /// <remarks>
    /// With <see cref="ExpiryFilter.Expired"/>: those that it does not receive because they are expired. What decides is decided among all secrets; of
    /// those that do, the caller is shown the ones in reach.
    /// </remarks>
    public async Task<Outcome<Page<SecretMetadata>>> ListReceivedAsync(
        Caller caller, Target target, SecretFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var scopes = target.Scopes().Select(s => s.StorageKey).ToArray();
        var candidates = await Living(caller).Where(s => scopes.Contains(s.ScopeKey))
            .Select(s => new Received(s.Id, s.Name, s.SiteId, s.AppId, s.EnvironmentType, s.EnvironmentId, s.IsPinned, s.IsWithheld, s.ExpiresAt))
            .ToListAsync(cancellation);
        var now = clock.Now();
        var wantsExpired = filter.Expiry == ExpiryFilter.Expired;
        var received = Precedence.Resolve(candidates, target)
            .Where(c => !c.IsWithheld && c.ExpiresAt <= now == wantsExpired)
            .Select(c => c.Id)
            .ToArray();
        return await ToPageAsync(caller, Matching(Living(caller).Within(caller.Reach).Where(s => received.Contains(s.Id)), filter), page, cancellation);
    }

    /// <summary>Finds a secret of the account, a deleted one too.</summary>
    public async Task<SecretMetadata?> FindAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        (await FindAllAsync(caller, [id], cancellation)).SingleOrDefault();

    /// <summary>Finds a secret of one collection, a deleted one too.</summary>
    public async Task<SecretMetadata?> FindAsync(Caller caller, SecretScope collection, Guid id, CancellationToken cancellation)
    {
        var key = collection.CollectionKey;
        var secrets = db.Secrets.Where(s => s.AccountId == caller.AccountId && s.Id == id && s.CollectionKey == key).Within(caller.Reach);
        return (await PresentAsync(caller, secrets, cancellation)).SingleOrDefault();
    }

    /// <summary>Finds secrets of the account, deleted ones too, in the order of the ids.</summary>
    public async Task<IReadOnlyList<SecretMetadata>> FindAllAsync(Caller caller, IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        var found = await PresentAsync(caller, db.Secrets.Where(s => s.AccountId == caller.AccountId && ids.Contains(s.Id)).Within(caller.Reach), cancellation);
        return [.. ids.Join(found, id => id, secret => secret.Id, (_, secret) => secret)];
    }

    /// <summary>Counts the secrets of the account that are in reach.</summary>
    public async Task<SecretCounts> CountAsync(Caller caller, CancellationToken cancellation)
    {
        var now = clock.Now();
        var soon = SoonFrom(now);
        var counts = await db.Secrets.Where(s => s.AccountId == caller.AccountId).Within(caller.Reach)
            .GroupBy(_ => 1)
            .Select(all => new SecretCounts
            {
                Total = all.Count(s => s.DeletedAt == null),
                Expired = all.Count(s => s.DeletedAt == null && s.ExpiresAt <= now),
                ExpiringSoon = all.Count(s => s.DeletedAt == null && s.ExpiresAt > now && s.ExpiresAt <= soon),
                Plain = all.Count(s => s.DeletedAt == null && !s.IsSecret),
                Withheld = all.Count(s => s.DeletedAt == null && s.IsWithheld),
                Deleted = all.Count(s => s.DeletedAt != null),
            })
            .SingleOrDefaultAsync(cancellation);
        return counts ?? new SecretCounts { Total = 0, Expired = 0, ExpiringSoon = 0, Plain = 0, Withheld = 0, Deleted = 0 };
    }

    /// <summary>The secrets of the caller's account that are not deleted, out of reach or not: what rules look at, and no answer shows as it is.</summary>
    public IQueryable<SecretRow> Living(Caller caller) => db.Secrets.Where(s => s.AccountId == caller.AccountId && s.DeletedAt == null);

    private IQueryable<SecretRow> Deleted(Caller caller) => db.Secrets.Where(s => s.AccountId == caller.AccountId && s.DeletedAt != null);

    private IQueryable<SecretRow> Matching(IQueryable<SecretRow> secrets, SecretFilter filter)
    {
        if (!string.IsNullOrEmpty(filter.Text))
        {
            // Text that no name can hold matches none, and some of it (NUL) PostgreSQL would not even take.
            var folded = filter.Text.ToLowerInvariant();
            secrets = SecretName.CanHold(folded) ? secrets.Where(s => s.NameFolded.Contains(folded)) : secrets.Where(_ => false);
        }

        secrets = filter.EnvironmentType switch
        {
            null => secrets,
            "" => secrets.Where(s => s.EnvironmentType == null),
            var type => secrets.Where(s => s.EnvironmentType == type),
        };
        secrets = filter.SecretType is { } secretType && SecretTypeDefinition.IsKey(secretType) ? secrets.Where(s => s.SecretType == secretType)
            : filter.SecretType is null ? secrets
            : secrets.Where(_ => false);
        return Matching(secrets, filter.Expiry);
    }

    private IQueryable<SecretRow> Matching(IQueryable<SecretRow> secrets, ExpiryFilter expiry)
    {
        var now = clock.Now();
        var soon = SoonFrom(now);
        return expiry switch
        {
            ExpiryFilter.All => secrets,
            ExpiryFilter.Expired => secrets.Where(s => s.ExpiresAt <= now),
            ExpiryFilter.Soon => secrets.Where(s => s.ExpiresAt > now && s.ExpiresAt <= soon),
            ExpiryFilter.NotExpired => secrets.Where(s => s.ExpiresAt == null || s.ExpiresAt > now),
        };
    }

    private DateTimeOffset SoonFrom(DateTimeOffset now) => now.AddDays(options.Value.ExpiringSoonDays);

    // The page is cut before anything is joined: what is passed over costs an index entry, not a look at its version.
    private async Task<Page<SecretMetadata>> ToPageAsync(
        Caller caller, IQueryable<SecretRow> secrets, PageRequest page, CancellationToken cancellation)
    {
        var total = await secrets.CountAsync(cancellation);
        var rows = secrets.OrderBy(s => s.Name).ThenBy(s => s.ScopeKey).ThenBy(s => s.DeletedAt).ThenBy(s => s.Id);
        return new Page<SecretMetadata>(await PresentAsync(caller, rows.Skip((page.Number - 1) * page.Size).Take(page.Size), cancellation), total);
    }

    private async Task<IReadOnlyList<SecretMetadata>> PresentAsync(Caller caller, IQueryable<SecretRow> secrets, CancellationToken cancellation) =>
        await presenter.PresentAsync(caller, await Project(secrets).ToListAsync(cancellation), cancellation);

    private IQueryable<StoredSecret> Project(IQueryable<SecretRow> secrets) =>
        from secret in secrets
        join current in db.SecretVersions
            on new { secret.AccountId, SecretId = secret.Id, secret.Version }
            equals new { current.AccountId, current.SecretId, current.Version } into versions
        from version in versions.DefaultIfEmpty()
        orderby secret.Name, secret.ScopeKey, secret.DeletedAt, secret.Id
        select new StoredSecret
        {
            Id = secret.Id,
            Name = secret.Name,
            IsSecret = secret.IsSecret,
            SiteId = secret.SiteId,
            AppId = secret.AppId,
            EnvironmentType = secret.EnvironmentType,
            EnvironmentId = secret.EnvironmentId,
            Site = secret.Site!.Slug,
            App = secret.App!.Slug,
            Environment = secret.Environment!.Slug,
            Version = secret.Version,
            Fingerprint = version.Fingerprint,
            LooksPrivate = version != null && version.LooksPrivate,
            HasLineBreak = version != null && version.HasLineBreak,
            SealedBytes = version == null ? null : version.SealedValue.Length,
            Variables = secret.Variables,
            Description = secret.Description,
            SecretType = secret.SecretType,
            ExpiresAt = secret.ExpiresAt,
            IsPinned = secret.IsPinned,
            IsWithheld = secret.IsWithheld,
            CreatedAt = secret.CreatedAt,
            CreatedBy = secret.CreatedBy,
            UpdatedAt = secret.UpdatedAt,
            UpdatedBy = secret.UpdatedBy,
            DeletedAt = secret.DeletedAt,
            SealedName = version.Name,
            DataKeyId = secret.IsSecret ? null : version.DataKeyId,
            SealedPlain = secret.IsSecret ? null : version.SealedValue,
        };

    private sealed record Received(
        Guid Id, string Name, Guid? SiteId, Guid? AppId, string? EnvironmentType, Guid? EnvironmentId,
        bool IsPinned, bool IsWithheld, DateTimeOffset? ExpiresAt) : ICandidate
    {
        public SecretScope Scope => SecretScope.Of(SiteId, AppId, EnvironmentType, EnvironmentId);
    }
}

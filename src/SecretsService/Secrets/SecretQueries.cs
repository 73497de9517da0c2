using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>Reads secrets without their values: the projection has no column that could carry one.</summary>
internal sealed class SecretQueries(SecretsDbContext db)
{
    /// <summary>Lists the secrets of one scope by name.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="nameContains">Only those whose name holds this text, in whatever letter case; all where null.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<Page<SecretMetadata>>> ListAsync(
        Caller caller, SecretScope scope, string? nameContains, PageRequest page, CancellationToken cancellation)
    {
        var scopeKey = scope.StorageKey;
        var secrets = Living(caller).Where(s => s.ScopeKey == scopeKey);
        if (!string.IsNullOrEmpty(nameContains))
        {
            // Text that no name can hold matches none, and some of it (NUL) PostgreSQL would not even take.
            var folded = nameContains.ToLowerInvariant();
            secrets = SecretName.CanHold(folded) ? secrets.Where(s => s.NameFolded.Contains(folded)) : secrets.Where(_ => false);
        }

        return await Project(secrets.OrderBy(s => s.Name)).ToPageAsync(page, cancellation);
    }

    /// <summary>Finds a secret of the account.</summary>
    public async Task<SecretMetadata?> FindAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        await Project(Living(caller).Where(s => s.Id == id)).SingleOrDefaultAsync(cancellation);

    /// <summary>Finds a secret of one scope.</summary>
    public async Task<SecretMetadata?> FindAsync(Caller caller, SecretScope scope, Guid id, CancellationToken cancellation)
    {
        var scopeKey = scope.StorageKey;
        return await Project(Living(caller).Where(s => s.Id == id && s.ScopeKey == scopeKey)).SingleOrDefaultAsync(cancellation);
    }

    /// <summary>The secrets of the caller's account that are not deleted.</summary>
    public IQueryable<SecretRow> Living(Caller caller) => db.Secrets.Where(s => s.AccountId == caller.AccountId && s.DeletedAt == null);

    private IQueryable<SecretMetadata> Project(IQueryable<SecretRow> secrets) =>
        from secret in secrets
        join version in db.SecretVersions
            on new { secret.AccountId, SecretId = secret.Id, secret.Version }
            equals new { version.AccountId, version.SecretId, version.Version }
        select new SecretMetadata
        {
            Id = secret.Id,
            Key = secret.Name,
            IsSecret = secret.IsSecret,
            Scope = new SecretScopeInfo
            {
                Owner = secret.AppId != null ? ScopeOwner.App : secret.SiteId != null ? ScopeOwner.Site : ScopeOwner.Global,
                Site = secret.Site!.Slug,
                Selector = secret.EnvironmentId != null ? ScopeSelector.Environment
                    : secret.EnvironmentType != null ? ScopeSelector.Type
                    : ScopeSelector.Any,
                Environment = secret.Environment!.Slug,
            },
            Version = secret.Version,
            Fingerprint = version.Fingerprint,
            Description = secret.Description,
            SecretType = secret.SecretType,
            ExpiresAt = secret.ExpiresAt,
            Expired = false,
            Exposure = SecretExposure.Server,
            Pinned = secret.IsPinned,
            Withheld = secret.IsWithheld,
            DeletedAt = secret.DeletedAt,
            Warnings = new List<string>(),
            CreatedAt = secret.CreatedAt,
            CreatedBy = secret.CreatedBy,
            UpdatedAt = secret.UpdatedAt,
            UpdatedBy = secret.UpdatedBy,
        };
}

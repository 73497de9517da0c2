using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Retention;

/// <summary>
/// Deletes what is too old, for good: in batches, each its own transaction, so that no account is locked for long. Nothing of it is in a merged
/// map, and no account's revision changes.
/// </summary>
internal sealed partial class Purge(
    SecretsDbContext db,
    EventTrail trail,
    EventSealer sealer,
    EventPruner pruner,
    IOptions<RetentionOptions> options,
    TimeProvider clock,
    ILogger<Purge> logger)
{
    private const int BatchSize = 200;
    private const string ActorName = "retention";

    /// <summary>Deletes deployments that nothing was heard of for longer than they are kept, with their variables and tokens.</summary>
    /// <returns>How many deployments.</returns>
    public async Task<int> DeleteDeploymentsAsync(CancellationToken cancellation)
    {
        if (options.Value.DeploymentDays is not { } days)
        {
            return 0;
        }

        var before = clock.Now() - TimeSpan.FromDays(days);
        var accounts = await DueDeployments(before).Select(d => d.AccountId).Distinct().ToListAsync(cancellation);
        return await InBatchesAsync(accounts, account => DeleteDeploymentsAsync(account, before, cancellation), cancellation);
    }

    /// <summary>Deletes secrets that were deleted longer ago than they are kept, with their versions; those that deployments hold are kept on.</summary>
    /// <returns>How many secrets.</returns>
    public async Task<int> DeleteSecretsAsync(CancellationToken cancellation)
    {
        var before = clock.Now() - TimeSpan.FromDays(options.Value.DeletedSecretsDays);
        var accounts = await DueSecrets(before).Select(s => s.AccountId).Distinct().ToListAsync(cancellation);
        return await InBatchesAsync(accounts, account => DeleteSecretsAsync(account, before, cancellation), cancellation);
    }

    /// <summary>Deletes versions beyond those that are kept of each secret; those that deployments hold are kept on.</summary>
    /// <returns>How many versions.</returns>
    public async Task<int> DeleteVersionsAsync(CancellationToken cancellation)
    {
        if (options.Value.VersionsPerSecret is not { } kept)
        {
            return 0;
        }

        var accounts = await DueVersions(kept).Select(v => v.AccountId).Distinct().ToListAsync(cancellation);
        return await InBatchesAsync(accounts, account => DeleteVersionsAsync(account, kept, cancellation), cancellation);
    }

    /// <summary>Deletes kept answers that count no longer.</summary>
    /// <returns>How many answers.</returns>
    public Task<int> DeleteAnswersAsync(CancellationToken cancellation)
    {
        var before = clock.Now() - IdempotencyRow.Lifetime;
        return UntilNoneIsLeftAsync(() => db.IdempotencyRecords
            .Where(r => r.CreatedAt <= before).OrderBy(r => r.CreatedAt).Take(BatchSize).ExecuteDeleteAsync(cancellation));
    }

    /// <summary>Deletes deployment tokens that have been dead for more than a day.</summary>
    /// <returns>How many tokens.</returns>
    public Task<int> DeleteTokensAsync(CancellationToken cancellation)
    {
        // By their time alone, also those that are used up: it is a day away at most.
        var before = clock.Now() - TimeSpan.FromDays(1);
        return UntilNoneIsLeftAsync(() => db.DeploymentTokens
            .Where(t => t.ExpiresAt <= before).OrderBy(t => t.ExpiresAt).Take(BatchSize).ExecuteDeleteAsync(cancellation));
    }

    /// <summary>Deletes tokens of API keys that were replaced and have been dead for more than a day.</summary>
    /// <returns>How many tokens.</returns>
    public Task<int> DeleteReplacedTokensAsync(CancellationToken cancellation)
    {
        var before = clock.Now() - TimeSpan.FromDays(1);
        return UntilNoneIsLeftAsync(() => db.ApiKeyTokens
            .Where(t => t.ExpiresAt <= before).OrderBy(t => t.ExpiresAt).Take(BatchSize).ExecuteDeleteAsync(cancellation));
    }

    /// <summary>Deletes audit records that are older than they are kept, from the beginning of each trail.</summary>
    /// <returns>How many rows.</returns>
    public async Task<int> DeleteEventsAsync(CancellationToken cancellation)
    {
        var before = clock.Now() - TimeSpan.FromDays(options.Value.EventDays);
        var accounts = await pruner.FindDueAsync(before, cancellation);
        return await EachAsync(
            accounts,
            account => UntilNoneIsLeftAsync(() => pruner.PruneBatchAsync(Caller.System(account, ActorName), before, cancellation), EventPruner.BatchSize),
            cancellation);
    }

    /// <summary>Deletes the lists of keys and versions that no audit record names any more.</summary>
    /// <returns>How many lists.</returns>
    public async Task<int> DeleteManifestsAsync(CancellationToken cancellation)
    {
        // Long enough that whatever was to name one when it was written does.
        var before = clock.Now() - TimeSpan.FromDays(2);
        var accounts = await pruner.FindManifestsAsync(before, cancellation);

        // A record that names one may still be in the journal; where that cannot be sealed, all are kept.
        return await EachAsync(
            accounts,
            async account => await sealer.SealAsync(account, cancellation)
                ? await UntilNoneIsLeftAsync(() => pruner.DeleteManifestsAsync(account, before, cancellation), EventPruner.BatchSize)
                : 0,
            cancellation);
    }

    // What runs is kept, for it says what has changed since, and so is what is being rolled out.
    private IQueryable<DeploymentRow> DueDeployments(DateTimeOffset before) => db.Deployments.Where(d =>
        d.UpdatedAt <= before
        && d.State != DeploymentState.Deploying
        && (d.State != DeploymentState.Deployed || db.Deployments.Any(later =>
            later.AccountId == d.AccountId && later.EnvironmentId == d.EnvironmentId && later.AppId == d.AppId && later.State == DeploymentState.Deployed
            && (later.FinishedAt > d.FinishedAt || (later.FinishedAt == d.FinishedAt && later.Number > d.Number)))));

    // Whatever refers to secrets or versions and must keep them is asked in these two, and nowhere else.
    private IQueryable<SecretRow> DueSecrets(DateTimeOffset before) => db.Secrets.AsNoTracking().Where(s =>
        s.DeletedAt <= before
        && !db.DeploymentVariables.Any(v => v.AccountId == s.AccountId && v.SecretId == s.Id));

    // Versions are numbered without gaps, and the secret's own number is the current one: with one kept at least, that is never among these.
    private IQueryable<SecretVersionRow> DueVersions(int kept) =>
        from version in db.SecretVersions
        join secret in db.Secrets on new { version.AccountId, Id = version.SecretId } equals new { secret.AccountId, secret.Id }
        where version.Version <= secret.Version - kept
            && !db.DeploymentVariables.Any(v => v.AccountId == version.AccountId && v.SecretId == version.SecretId && v.Version == version.Version)
        select version;

    private async Task<int> DeleteDeploymentsAsync(Guid accountId, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, accountId, cancellation);
        var due = await DueDeployments(before).Where(d => d.AccountId == accountId).OrderBy(d => d.UpdatedAt).Take(BatchSize).Names().ToListAsync(cancellation);
        await AppendAsync(accountId, due.Select(AuditedChange.Deleted), cancellation);
        var ids = due.ConvertAll(d => d.Id);
        await db.Deployments.Where(d => d.AccountId == accountId && ids.Contains(d.Id)).ExecuteDeleteAsync(cancellation);
        await change.CommitAsIsAsync(cancellation);
        return due.Count;
    }

    private async Task<int> DeleteSecretsAsync(Guid accountId, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, accountId, cancellation);
        var due = await DueSecrets(before).Where(s => s.AccountId == accountId).OrderBy(s => s.DeletedAt).Take(BatchSize)
            .ToListAsync(cancellation);
        await AppendAsync(accountId, due.Select(AuditedChange.Purged), cancellation);
        var ids = due.ConvertAll(s => s.Id);
        await db.Secrets.Where(s => s.AccountId == accountId && ids.Contains(s.Id)).ExecuteDeleteAsync(cancellation);
        await change.CommitAsIsAsync(cancellation);
        return due.Count;
    }

    private async Task<int> DeleteVersionsAsync(Guid accountId, int kept, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, accountId, cancellation);

        // Read and deleted by the same query: the lock keeps anything from becoming due in between.
        var due = DueVersions(kept).Where(v => v.AccountId == accountId).OrderBy(v => v.SecretId).ThenBy(v => v.Version).Take(BatchSize);
        var versions = (await due.Select(v => new { v.SecretId, v.Version }).ToListAsync(cancellation)).ToLookup(v => v.SecretId, v => v.Version);
        var ids = versions.Select(v => v.Key).ToList();
        var secrets = await db.Secrets.AsNoTracking().Where(s => s.AccountId == accountId && ids.Contains(s.Id)).ToListAsync(cancellation);
        await AppendAsync(accountId, secrets.Select(s => AuditedChange.Pruned(s, versions[s.Id])), cancellation);
        var deleted = await due.ExecuteDeleteAsync(cancellation);
        await change.CommitAsIsAsync(cancellation);
        return deleted;
    }

    private async Task AppendAsync(Guid accountId, IEnumerable<AuditedChange> changes, CancellationToken cancellation)
    {
        await trail.AppendAllAsync(Caller.System(accountId, ActorName), changes, cancellation);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }

    private Task<int> InBatchesAsync(List<Guid> accounts, Func<Guid, Task<int>> batch, CancellationToken cancellation) =>
        EachAsync(accounts, account => UntilNoneIsLeftAsync(() => batch(account)), cancellation);

    // Each by itself: what one account stumbles over, such as a key that does not open or a row that somebody holds, must not keep the others' for ever.
    private async Task<int> EachAsync(List<Guid> accounts, Func<Guid, Task<int>> delete, CancellationToken cancellation)
    {
        var deleted = 0;
        foreach (var account in accounts)
        {
            try
            {
                deleted += await delete(account);
            }
            catch (Exception e) when (!e.IsBrokenConnection() && !cancellation.IsCancellationRequested)
            {
                LogSkipped(e, account);
                db.ChangeTracker.Clear();
            }
        }

        return deleted;
    }

    private static async Task<int> UntilNoneIsLeftAsync(Func<Task<int>> batch, int batchSize = BatchSize)
    {
        var all = 0;
        int deleted;
        do
        {
            deleted = await batch();
            all += deleted;
        }
        while (deleted == batchSize);

        return all;
    }

    [LoggerMessage(1, LogLevel.Error, "What is too old of account {AccountId} could not be deleted. The other accounts' is, and the next sweep tries again")]
    private partial void LogSkipped(Exception exception, Guid accountId);
}

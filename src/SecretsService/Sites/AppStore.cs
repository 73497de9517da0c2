using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Changes apps of the caller's account.</summary>
internal sealed class AppStore(SecretsDbContext db, SiteQueries queries, Losses losses, EventTrail events, TimeProvider clock)
{
    public async Task<Outcome<App>> CreateAppAsync(
        Caller caller, ResourceReference site, CreateApp request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindSiteAsync(caller, site, cancellation)).Succeeded(out var owner, out var failure))
        {
            return failure;
        }

        if (caller.Reach.RefuseNewApp(owner.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        var now = clock.Now();
        var row = new AppRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            SiteId = owner.Id,
            Slug = request.Slug ?? Slugs.FromName(request.Name)!,
            Name = request.Name,
            Tags = [.. request.Tags ?? []],
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Apps.Add(row);
        await events.AppendAllAsync(caller, [SiteEvents.Of(EventNames.AppCreated, row)], cancellation);
        return await SaveAsync(caller, row.Id, change, cancellation);
    }

    public async Task<Outcome<App>> UpdateAppAsync(
        Caller caller, AppPath path, UpdateApp request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Apps(caller, path).SingleOrDefaultAsync(cancellation) is not { } row)
        {
            return await queries.FindAppAsync(caller, path, cancellation);
        }

        if (caller.Reach.RefuseChangeOfApp(row.SiteId, row.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        row.Name = request.Name ?? row.Name;
        row.Slug = request.Slug ?? row.Slug;
        row.Tags = request.Tags.Or(row.Tags);
        if (!db.ChangeTracker.HasChanges())
        {
            return await queries.FindAppAsync(caller, path, cancellation);
        }

        await events.AppendAllAsync(caller, [SiteEvents.Of(EventNames.AppUpdated, row, db.ChangedFields(row))], cancellation);
        row.UpdatedAt = clock.Now();
        return await SaveAsync(caller, row.Id, change, cancellation);
    }

    /// <summary>Deletes an app with the secrets of its own.</summary>
    /// <returns>The app as it was; a conflict where it holds secrets and <paramref name="force"/> is false.</returns>
    public async Task<Outcome<App>> DeleteAppAsync(
        Caller caller, AppPath path, bool force, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindAppAsync(caller, path, cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        if (caller.Reach.RefuseChangeOfApp(found.SiteId, found.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        var secrets = await db.Secrets.CountAsync(
            s => s.AccountId == caller.AccountId && s.AppId == found.Id && s.DeletedAt == null, cancellation);
        var rollouts = await db.Deployments.CountAsync(
            d => d.AccountId == caller.AccountId && d.SiteId == found.SiteId && d.AppId == found.Id && d.State == DeploymentState.Deploying, cancellation);
        if (!force && new Holdings(Secrets: secrets, Rollouts: rollouts).Refuse("app") is { } refusal)
        {
            return refusal;
        }

        await events.AppendAllAsync(caller, [.. await losses.OfAppAsync(caller, found.SiteId, found.Id, cancellation), SiteEvents.Deleted(found)], cancellation);
        await db.SaveChangesAsync(cancellation);
        await db.Apps.Where(a => a.AccountId == caller.AccountId && a.Id == found.Id).ExecuteDeleteAsync(cancellation);
        await change.CommitAsync(cancellation);
        return found;
    }

    private Task<Outcome<App>> SaveAsync(Caller caller, Guid id, AccountTransaction change, CancellationToken cancellation) =>
        change.SaveAsync(
            db, () => queries.FindAppAsync(caller, new AppPath(null, ResourceReference.To(id)), cancellation), cancellation);
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Changes sites of the caller's account.</summary>
internal sealed class SiteStore(SecretsDbContext db, SiteQueries queries, Losses losses, EventTrail events, TimeProvider clock)
{
    public async Task<Outcome<Site>> CreateSiteAsync(Caller caller, CreateSite request, CancellationToken cancellation)
    {
        if (caller.Reach.RefuseNewSite() is { } outOfReach)
        {
            return outOfReach;
        }

        var now = clock.Now();
        var row = new SiteRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            Slug = request.Slug ?? Slugs.FromName(request.Name)!,
            Name = request.Name,
            Tags = [.. request.Tags ?? []],
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        db.Sites.Add(row);
        await events.AppendAllAsync(caller, [SiteEvents.Of(EventNames.SiteCreated, row)], cancellation);
        return await change.SaveAsync(db, () => queries.FindSiteAsync(caller, ResourceReference.To(row.Id), cancellation), cancellation);
    }

    public async Task<Outcome<Site>> UpdateSiteAsync(
        Caller caller, ResourceReference site, UpdateSite request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Sites(caller, site).SingleOrDefaultAsync(cancellation) is not { } row)
        {
            return SiteQueries.SiteNotFound;
        }

        if (caller.Reach.RefuseChange(row.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        row.Name = request.Name ?? row.Name;
        row.Slug = request.Slug ?? row.Slug;
        row.Tags = request.Tags.Or(row.Tags);
        if (!db.ChangeTracker.HasChanges())
        {
            return await queries.FindSiteAsync(caller, site, cancellation);
        }

        await events.AppendAllAsync(caller, [SiteEvents.Of(EventNames.SiteUpdated, row, db.ChangedFields(row))], cancellation);
        row.UpdatedAt = clock.Now();
        return await change.SaveAsync(db, () => queries.FindSiteAsync(caller, ResourceReference.To(row.Id), cancellation), cancellation);
    }

    /// <summary>Deletes a site with its environments and apps, and with its secrets and theirs.</summary>
    /// <returns>The site as it was; a conflict where it holds environments, apps or secrets and <paramref name="force"/> is false.</returns>
    public async Task<Outcome<Site>> DeleteSiteAsync(Caller caller, ResourceReference site, bool force, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindSiteAsync(caller, site, cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        if (caller.Reach.RefuseChange(found.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        if (!force && (await HoldingsOfAsync(caller, found.Id, cancellation)).Refuse("site") is { } refusal)
        {
            return refusal;
        }

        await events.AppendAllAsync(caller, [.. await losses.OfSiteAsync(caller, found.Id, cancellation), SiteEvents.Deleted(found)], cancellation);
        await db.SaveChangesAsync(cancellation);
        await db.Sites.Where(s => s.AccountId == caller.AccountId && s.Id == found.Id).ExecuteDeleteAsync(cancellation);
        await change.CommitAsync(cancellation);
        return found;
    }

    private async Task<Holdings> HoldingsOfAsync(Caller caller, Guid siteId, CancellationToken cancellation) => new(
        Environments: await db.Environments.CountAsync(e => e.AccountId == caller.AccountId && e.SiteId == siteId, cancellation),
        Apps: await db.Apps.CountAsync(a => a.AccountId == caller.AccountId && a.SiteId == siteId, cancellation),
        Secrets: await db.Secrets.CountAsync(
            s => s.AccountId == caller.AccountId && s.SiteId == siteId && s.DeletedAt == null, cancellation));
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Changes environments of the caller's account.</summary>
internal sealed class EnvironmentStore(SecretsDbContext db, SiteQueries queries, Losses losses, EventTrail events, TimeProvider clock)
{
    public async Task<Outcome<SiteEnvironment>> CreateEnvironmentAsync(
        Caller caller, ResourceReference site, CreateEnvironment request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindSiteAsync(caller, site, cancellation)).Succeeded(out var owner, out var failure))
        {
            return failure;
        }

        if (caller.Reach.RefuseNewEnvironment(owner.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        var now = clock.Now();
        var slug = request.Slug ?? Slugs.FromName(request.Name)!;
        var isProduction = request.IsProduction ?? false;
        var row = new EnvironmentRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            SiteId = owner.Id,
            Slug = slug,
            Name = request.Name,
            Type = request.Type is null ? EnvironmentTypes.DefaultFor(slug, isProduction) : EnvironmentTypes.Canonical(request.Type),
            IsProduction = isProduction,
            TargetProfile = request.Target,
            Tags = [.. request.Tags ?? []],
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Environments.Add(row);
        await events.AppendAllAsync(caller, [SiteEvents.Of(EventNames.EnvironmentCreated, row)], cancellation);
        return await SaveAsync(caller, row.Id, change, cancellation);
    }

    public async Task<Outcome<SiteEnvironment>> UpdateEnvironmentAsync(
        Caller caller, EnvironmentPath path, UpdateEnvironment request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Environments(caller, path).SingleOrDefaultAsync(cancellation) is not { } row)
        {
            return await queries.FindEnvironmentAsync(caller, path, cancellation);
        }

        if (caller.Reach.RefuseChangeOfEnvironment(row.SiteId, row.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        row.Name = request.Name ?? row.Name;
        row.Slug = request.Slug ?? row.Slug;
        row.Type = request.Type is null ? row.Type : EnvironmentTypes.Canonical(request.Type);
        row.IsProduction = request.IsProduction ?? row.IsProduction;
        row.TargetProfile = request.Target.Or(row.TargetProfile);
        row.Tags = request.Tags.Or(row.Tags);
        if (!db.ChangeTracker.HasChanges())
        {
            return await queries.FindEnvironmentAsync(caller, path, cancellation);
        }

        await events.AppendAllAsync(caller, [SiteEvents.Of(EventNames.EnvironmentUpdated, row, db.ChangedFields(row))], cancellation);
        row.UpdatedAt = clock.Now();
        return await SaveAsync(caller, row.Id, change, cancellation);
    }

    /// <summary>Deletes an environment with the secrets of its own.</summary>
    /// <returns>The environment as it was; a conflict where it holds secrets and <paramref name="force"/> is false.</returns>
    public async Task<Outcome<SiteEnvironment>> DeleteEnvironmentAsync(
        Caller caller, EnvironmentPath path, bool force, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindEnvironmentAsync(caller, path, cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        if (caller.Reach.RefuseChangeOfEnvironment(found.SiteId, found.Id) is { } outOfReach)
        {
            return outOfReach;
        }

        var secrets = await db.Secrets.CountAsync(
            s => s.AccountId == caller.AccountId && s.EnvironmentId == found.Id && s.DeletedAt == null, cancellation);
        var rollouts = await db.Deployments.CountAsync(
            d => d.AccountId == caller.AccountId && d.EnvironmentId == found.Id && d.State == DeploymentState.Deploying, cancellation);
        if (!force && new Holdings(Secrets: secrets, Rollouts: rollouts).Refuse("environment") is { } refusal)
        {
            return refusal;
        }

        await events.AppendAllAsync(caller, [.. await losses.OfEnvironmentAsync(caller, found.Id, cancellation), SiteEvents.Deleted(found)], cancellation);
        await db.SaveChangesAsync(cancellation);
        await db.Environments.Where(e => e.AccountId == caller.AccountId && e.Id == found.Id).ExecuteDeleteAsync(cancellation);
        await change.CommitAsync(cancellation);
        return found;
    }

    private Task<Outcome<SiteEnvironment>> SaveAsync(Caller caller, Guid id, AccountTransaction change, CancellationToken cancellation) =>
        change.SaveAsync(
            db, () => queries.FindEnvironmentAsync(caller, new EnvironmentPath(null, ResourceReference.To(id)), cancellation), cancellation);
}

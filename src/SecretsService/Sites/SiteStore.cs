using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Sites;

/// <summary>Changes sites and environments of the caller's account.</summary>
internal sealed class SiteStore(SecretsDbContext db, SiteQueries queries, TimeProvider clock)
{
    private static readonly Failure SiteSlugTaken =
        Failure.NameTaken("slug", "Another site of this account has this slug. Send another.");

    private static readonly Failure EnvironmentSlugTaken =
        Failure.NameTaken("slug", "Another environment of this site has this slug. Send another.");

    private static readonly Failure HasProductionEnvironment =
        Failure.NameTaken("is_production", "The site has a production environment already. Set is_production to false there first.");

    public async Task<Outcome<Site>> CreateSiteAsync(Caller caller, CreateSite request, CancellationToken cancellation)
    {
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
        return await SaveSiteAsync(caller, row, change, cancellation);
    }

    public async Task<Outcome<Site>> UpdateSiteAsync(
        Caller caller, ResourceReference site, UpdateSite request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Sites(caller, site).SingleOrDefaultAsync(cancellation) is not { } row)
        {
            return SiteQueries.SiteNotFound;
        }

        row.Name = request.Name ?? row.Name;
        row.Slug = request.Slug ?? row.Slug;
        row.Tags = request.Tags is null || request.Tags.SequenceEqual(row.Tags, StringComparer.Ordinal) ? row.Tags : [.. request.Tags];
        if (!db.ChangeTracker.HasChanges())
        {
            return await queries.FindSiteAsync(caller, site, cancellation);
        }

        row.UpdatedAt = clock.Now();
        return await SaveSiteAsync(caller, row, change, cancellation);
    }

    /// <summary>Deletes a site with its environments, and with its secrets and theirs.</summary>
    /// <returns>The site as it was; a conflict where it holds environments or secrets and <paramref name="force"/> is false.</returns>
    public async Task<Outcome<Site>> DeleteSiteAsync(Caller caller, ResourceReference site, bool force, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindSiteAsync(caller, site, cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        var environments = await db.Environments.CountAsync(e => e.AccountId == caller.AccountId && e.SiteId == found.Id, cancellation);
        var secrets = await db.Secrets.CountAsync(
            s => s.AccountId == caller.AccountId && s.SiteId == found.Id && s.DeletedAt == null, cancellation);
        if (environments + secrets > 0 && !force)
        {
            return Failure.InUse(
                $"The site holds {Count(environments, "environment")} and {Count(secrets, "secret")}. "
                + "Delete them first, or send ?force=true to delete them with it.");
        }

        await db.Sites.Where(s => s.AccountId == caller.AccountId && s.Id == found.Id).ExecuteDeleteAsync(cancellation);
        await change.CommitAsync(cancellation);
        return found;
    }

    public async Task<Outcome<SiteEnvironment>> CreateEnvironmentAsync(
        Caller caller, ResourceReference site, CreateEnvironment request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindSiteAsync(caller, site, cancellation)).Succeeded(out var owner, out var failure))
        {
            return failure;
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
            Tags = [.. request.Tags ?? []],
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Environments.Add(row);
        return await SaveEnvironmentAsync(caller, row, change, cancellation);
    }

    public async Task<Outcome<SiteEnvironment>> UpdateEnvironmentAsync(
        Caller caller, EnvironmentPath path, UpdateEnvironment request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Environments(caller, path).SingleOrDefaultAsync(cancellation) is not { } row)
        {
            return await queries.FindEnvironmentAsync(caller, path, cancellation);
        }

        row.Name = request.Name ?? row.Name;
        row.Slug = request.Slug ?? row.Slug;
        row.Type = request.Type is null ? row.Type : EnvironmentTypes.Canonical(request.Type);
        row.IsProduction = request.IsProduction ?? row.IsProduction;
        row.Tags = request.Tags is null || request.Tags.SequenceEqual(row.Tags, StringComparer.Ordinal) ? row.Tags : [.. request.Tags];
        if (!db.ChangeTracker.HasChanges())
        {
            return await queries.FindEnvironmentAsync(caller, path, cancellation);
        }

        row.UpdatedAt = clock.Now();
        return await SaveEnvironmentAsync(caller, row, change, cancellation);
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

        var secrets = await db.Secrets.CountAsync(
            s => s.AccountId == caller.AccountId && s.EnvironmentId == found.Id && s.DeletedAt == null, cancellation);
        if (secrets > 0 && !force)
        {
            return Failure.InUse(
                $"The environment holds {Count(secrets, "secret")}. Delete them first, or send ?force=true to delete them with it.");
        }

        await db.Environments.Where(e => e.AccountId == caller.AccountId && e.Id == found.Id).ExecuteDeleteAsync(cancellation);
        await change.CommitAsync(cancellation);
        return found;
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private async Task<Outcome<Site>> SaveSiteAsync(Caller caller, SiteRow row, AccountTransaction change, CancellationToken cancellation)
    {
        var refusal = await SaveAsync(cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        var saved = await queries.FindSiteAsync(caller, ResourceReference.To(row.Id), cancellation);
        await change.CommitAsync(cancellation);
        return saved;
    }

    private async Task<Outcome<SiteEnvironment>> SaveEnvironmentAsync(
        Caller caller, EnvironmentRow row, AccountTransaction change, CancellationToken cancellation)
    {
        var refusal = await SaveAsync(cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        var saved = await queries.FindEnvironmentAsync(caller, new EnvironmentPath(null, ResourceReference.To(row.Id)), cancellation);
        await change.CommitAsync(cancellation);
        return saved;
    }

    // What the database lets through stands; asking first would let two requests at once both be told yes.
    private async Task<Failure?> SaveAsync(CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
            return null;
        }
        catch (DbUpdateException e)
        {
            switch (e.BrokenConstraint())
            {
                case Constraints.SiteSlug: return SiteSlugTaken;
                case Constraints.EnvironmentSlug: return EnvironmentSlugTaken;
                case Constraints.OneProductionEnvironment: return HasProductionEnvironment;
                default: throw;
            }
        }
    }
}

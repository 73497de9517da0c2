using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Requirements;

/// <summary>Changes which secrets the sites and apps of the caller's account need.</summary>
internal sealed class RequirementStore(SecretsDbContext db, RequirementQueries queries, EventTrail events, TimeProvider clock)
{
    /// <summary>Replaces the whole list of a site, or of an app. The list that is there already changes nothing, not even the account's revision.</summary>
    /// <returns>The list as it is then, by key.</returns>
    public async Task<Outcome<IReadOnlyList<RequiredSecret>>> ReplaceAsync(
        Caller caller, RequirementOwnerPath path, IReadOnlyList<RequireSecret> list, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await queries.FindOwnerAsync(caller, path, cancellation)).Succeeded(out var owner, out var failure))
        {
            return failure;
        }

        if (!caller.Reach.Includes(owner.SiteId, environment: null, owner.AppId))
        {
            return caller.Reach.Refuse("it cannot say what others need too");
        }

        Replace(caller, owner, await queries.Of(caller, owner).ToListAsync(cancellation), list);
        var isChanged = db.ChangeTracker.HasChanges();
        if (isChanged)
        {
            await AppendAsync(caller, owner, cancellation);
        }

        await db.SaveChangesAsync(cancellation);
        var saved = await queries.ListAsync(caller, owner, cancellation);
        if (isChanged)
        {
            await change.CommitAsync(cancellation);
        }

        return Outcome<IReadOnlyList<RequiredSecret>>.Of(saved);
    }

    private void Replace(Caller caller, RequirementOwner owner, List<RequiredSecretRow> rows, IReadOnlyList<RequireSecret> list)
    {
        var current = rows.ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var entry in list)
        {
            if (current.Remove(entry.Key, out var row))
            {
                row.IsOptional = entry.Optional ?? false;
                row.Description = entry.Description;
                row.SecretType = entry.SecretType;
            }
            else
            {
                db.RequiredSecrets.Add(NewRow(caller, owner, entry));
            }
        }

        db.RequiredSecrets.RemoveRange(current.Values);
    }

    private Task AppendAsync(Caller caller, RequirementOwner owner, CancellationToken cancellation)
    {
        var rows = db.ChangeTracker.Entries<RequiredSecretRow>().ToLookup(e => e.State, e => e.Entity.Name);
        var context = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["added"] = rows[EntityState.Added].Order(StringComparer.Ordinal),
            ["removed"] = rows[EntityState.Deleted].Order(StringComparer.Ordinal),
            ["changed"] = rows[EntityState.Modified].Order(StringComparer.Ordinal),
        };
        return owner.AppId is { } app
            ? events.AppendAsync(caller, EventNames.AppRequirementsUpdated, EventSubject.OfApp(owner.SiteId, app), context, cancellation)
            : events.AppendAsync(caller, EventNames.SiteRequirementsUpdated, EventSubject.OfSite(owner.SiteId), context, cancellation);
    }

    private RequiredSecretRow NewRow(Caller caller, RequirementOwner owner, RequireSecret entry) => new()
    {
        AccountId = caller.AccountId,
        Id = Guid.CreateVersion7(clock.Now()),
        SiteId = owner.SiteId,
        AppId = owner.AppId,
        Name = entry.Key,
        IsOptional = entry.Optional ?? false,
        Description = entry.Description,
        SecretType = entry.SecretType,
    };
}

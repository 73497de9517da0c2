using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>
/// Changes secrets. Each operation is one transaction that holds the account's row locked: what it answers is what is stored, and two at once
/// cannot both pass a limit.
/// </summary>
internal sealed class SecretStore(
    SecretsDbContext db,
    SecretQueries queries,
    SecretValues values,
    PlacementRules placements,
    Dependents dependents,
    DeployedVersions deployedVersions,
    ValueRules valueRules,
    EventTrail events,
    TimeProvider clock)
{
    private static readonly Failure HasNoValue =
        Failure.Invalid("value", "This is a tombstone, which has no value and cannot get one. Delete it, and create a secret with the key.");

    /// <summary>Creates a secret at each of some scopes, or at none.</summary>
    public async Task<Outcome<IReadOnlyList<SecretMetadata>>> CreateAsync(
        Caller caller, IReadOnlyList<SecretScope> scopes, CreateSecret request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var value = CheckedValue.None;
        if (request.Value is { } input)
        {
            var check = await valueRules.CheckAsync(caller, request.SecretType, request.Key, input, cancellation);
            if (!check.Succeeded(out value, out var fault))
            {
                return fault;
            }
        }

        var secrets = scopes.Select(scope => NewRow(caller, scope, request, value)).ToList();
        if ((await placements.CheckRoomAsync(caller, scopes, cancellation)
            ?? await placements.CheckAsync(caller, [.. secrets.Select(Placement.Of)], cancellation)) is { } failure)
        {
            return failure;
        }

        db.Secrets.AddRange(secrets);
        await values.AddVersionsAsync(
            caller, [.. secrets.Where(s => !s.IsWithheld).Select(s => (s, value.Text))], VersionOrigin.Create, cancellation);
        foreach (var secret in secrets)
        {
            await AppendAsync(caller, EventNames.SecretCreated, secret, cancellation);
        }

        return await SaveAsync(caller, [.. secrets.Select(s => s.Id)], change, cancellation);
    }

    /// <summary>
    /// Changes a secret. A version is one immutable name and value: a new value adds one, and so does a new name, under which the value is
    /// sealed anew. A request that changes nothing leaves everything as it is, the account's revision too.
    /// </summary>
    /// <returns>The secret as it is then.</returns>
    public async Task<Outcome<SecretMetadata>> UpdateAsync(
        Caller caller, SecretMetadata target, UpdateSecret request, bool force, IfMatch ifMatch, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var found = await FindLivingAsync(caller, target, ifMatch, cancellation);
        if (!found.Succeeded(out var secret, out var failure))
        {
            return failure;
        }

        if (((request.Key is not null && request.Key != secret.Name && !force ? await dependents.RefuseAsync(caller, [secret], cancellation) : null)
            ?? await ApplyAsync(caller, secret, request, cancellation)) is { } refusal)
        {
            return refusal;
        }

        if (!db.ChangeTracker.HasChanges())
        {
            return (await queries.FindAsync(caller, secret.Id, cancellation))!;
        }

        Touch(caller, secret);
        await AppendAsync(caller, EventNames.SecretUpdated, secret, cancellation);
        return await SaveAsync(caller, secret, change, cancellation);
    }

    /// <summary>Deletes a secret. Its name is free at once; its rows stay for a time, marked, so that a mistake can be mended.</summary>
    /// <returns>The secret as it was.</returns>
    public async Task<Outcome<SecretMetadata>> DeleteAsync(
        Caller caller, SecretMetadata target, bool force, IfMatch ifMatch, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var found = await FindLivingAsync(caller, target, ifMatch, cancellation);
        if (!found.Succeeded(out var secret, out var failure))
        {
            return failure;
        }

        if (!force && await dependents.RefuseAsync(caller, [secret], cancellation) is { } refusal)
        {
            return refusal;
        }

        var was = (await queries.FindAsync(caller, secret.Id, cancellation))!;
        secret.DeletedAt = clock.Now();
        await AppendAsync(caller, EventNames.SecretDeleted, secret, cancellation);
        await db.SaveChangesAsync(cancellation);
        await change.CommitAsync(cancellation);
        return was;
    }

    /// <summary>
    /// Deletes a secret with all its versions for good, whether it lives or was deleted before. By force it is taken from the deployments that hold it,
    /// whose maps can then not be read any more.
    /// </summary>
    /// <returns>The secret as it was.</returns>
    public async Task<Outcome<SecretMetadata>> PurgeAsync(
        Caller caller, SecretMetadata target, bool force, IfMatch ifMatch, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.FindAsync(caller, target.Id, cancellation) is not { } was)
        {
            return SecretNouns.NotFound(target.Scope);
        }

        if (ifMatch.Refuses(() => SecretTags.Of(was)) is { } lost)
        {
            return lost;
        }

        var secret = await db.Secrets.SingleAsync(s => s.AccountId == caller.AccountId && s.Id == was.Id, cancellation);
        if (!force && await dependents.RefusePurgeAsync(caller, secret, cancellation) is { } refusal)
        {
            return refusal;
        }

        await deployedVersions.LetGoAsync(caller, secret.Id, cancellation);
        db.Secrets.Remove(secret);
        await AppendAsync(caller, EventNames.SecretPurged, secret, cancellation);
        await db.SaveChangesAsync(cancellation);
        await change.CommitAsync(cancellation);
        return was;
    }

    /// <summary>Undoes a delete. One that is not deleted stays as it is.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="target">The secret.</param>
    /// <param name="force">Whether to go on although its value does not satisfy its type's schema, which may have changed since.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The secret as it is then.</returns>
    public async Task<Outcome<SecretMetadata>> RestoreAsync(
        Caller caller, SecretMetadata target, bool force, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await db.Secrets.SingleOrDefaultAsync(s => s.AccountId == caller.AccountId && s.Id == target.Id, cancellation) is not { } secret)
        {
            return SecretNouns.NotFound(target.Scope);
        }

        if (secret.DeletedAt is null)
        {
            return (await queries.FindAsync(caller, secret.Id, cancellation))!;
        }

        if ((await placements.CheckRoomAsync(caller, [Placement.ScopeOf(secret)], cancellation)
            ?? await values.RecheckAsync(caller, secret, force, cancellation)
            ?? await placements.CheckAsync(caller, [Placement.Of(secret)], cancellation)) is { } failure)
        {
            return failure;
        }

        secret.DeletedAt = null;
        Touch(caller, secret);
        await AppendAsync(caller, EventNames.SecretRestored, secret, cancellation);
        return await SaveAsync(caller, secret, change, cancellation);
    }

    /// <summary>Makes the value of an older version the current one again, as a new version. Description and expiry stay as they are.</summary>
    /// <returns>The secret as it is then.</returns>
    public async Task<Outcome<SecretMetadata>> RollBackAsync(
        Caller caller, SecretMetadata target, int version, IfMatch ifMatch, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var found = await FindLivingAsync(caller, target, ifMatch, cancellation);
        if (!found.Succeeded(out var secret, out var failure))
        {
            return failure;
        }

        if ((await values.RollBackAsync(caller, secret, version, cancellation)
            ?? await placements.CheckAsync(caller, [Placement.Of(secret)], cancellation)) is { } refusal)
        {
            return refusal;
        }

        Touch(caller, secret);
        await AppendAsync(caller, EventNames.SecretRolledBack, secret, cancellation);
        return await SaveAsync(caller, secret, change, cancellation);
    }

    private async Task<Outcome<SecretRow>> FindLivingAsync(
        Caller caller, SecretMetadata target, IfMatch ifMatch, CancellationToken cancellation)
    {
        if (await queries.Living(caller).SingleOrDefaultAsync(s => s.Id == target.Id, cancellation) is not { } secret)
        {
            return SecretNouns.NotFound(target.Scope);
        }

        // What the caller was looking at is what is stored now, under the lock.
        var current = ifMatch.IsPresent ? await queries.FindAsync(caller, secret.Id, cancellation) : null;
        return current is not null && ifMatch.Refuses(() => SecretTags.Of(current)) is { } lost ? lost : secret;
    }

    private async Task<Failure?> ApplyAsync(Caller caller, SecretRow secret, UpdateSecret request, CancellationToken cancellation)
    {
        if (secret.IsWithheld && (request.Value is not null || request.IsSecret is false || request.ExpiresAt.Value is not null))
        {
            return HasNoValue;
        }

        var expiresAt = request.ExpiresAt.Or(secret.ExpiresAt);
        if (expiresAt != secret.ExpiresAt && expiresAt <= clock.Now())
        {
            return Failure.Invalid("expires_at", SecretRules.MustBeInFuture);
        }

        var isMoved = (request.Key is not null && request.Key != secret.Name) || (request.Pinned is true && !secret.IsPinned);
        secret.Name = request.Key is null ? secret.Name : SecretName.Of(request.Key).Text;
        secret.Description = request.Description.Or(secret.Description);
        secret.ExpiresAt = expiresAt;
        secret.IsPinned = request.Pinned ?? secret.IsPinned;
        var refusal = secret.IsWithheld ? null : await values.ChangeAsync(caller, secret, request.Value, request.IsSecret, cancellation);
        return refusal
            ?? (isMoved || db.Entry(secret).Property(s => s.Variables).IsModified ? await placements.CheckAsync(caller, [Placement.Of(secret)], cancellation) : null);
    }

    private SecretRow NewRow(Caller caller, SecretScope scope, CreateSecret request, CheckedValue value)
    {
        var secret = SecretRows.New(caller, scope, SecretName.Of(request.Key), clock.Now(), request.SecretType, request.Withheld ?? false);
        secret.IsSecret = request.IsSecret ?? true;
        secret.IsPinned = request.Pinned ?? false;
        secret.Variables = value.Variables;
        secret.Description = request.Description;
        secret.ExpiresAt = request.ExpiresAt;
        return secret;
    }

    private void Touch(Caller caller, SecretRow secret)
    {
        secret.UpdatedAt = clock.Now();
        secret.UpdatedBy = caller.ApiKeyName;
    }

    private Task AppendAsync(Caller caller, string name, SecretRow secret, CancellationToken cancellation) => events.AppendAsync(
        caller,
        name,
        EventSubject.Of(secret),
        new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["key"] = secret.Name,
            ["version"] = secret.Version,
            ["scope"] = Placement.ScopeOf(secret).StorageKey,
        },
        cancellation);

    private async Task<Outcome<SecretMetadata>> SaveAsync(
        Caller caller, SecretRow secret, AccountTransaction change, CancellationToken cancellation) =>
        (await SaveAsync(caller, [secret.Id], change, cancellation)).Succeeded(out var saved, out var failure) ? saved[0] : failure;

    private async Task<Outcome<IReadOnlyList<SecretMetadata>>> SaveAsync(
        Caller caller, IReadOnlyList<Guid> ids, AccountTransaction change, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (PlacementRules.RefusalOf(e) is { } refusal)
        {
            return refusal;
        }

        var saved = await queries.FindAllAsync(caller, ids, cancellation);
        await change.CommitAsync(cancellation);
        return Outcome<IReadOnlyList<SecretMetadata>>.Of(saved);
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>
/// Changes secrets. Each operation is one transaction that holds the account's row locked: what it answers is what is stored, and two at once
/// cannot both pass a limit.
/// </summary>
internal sealed class SecretStore(
    SecretsDbContext db, SecretQueries queries, SecretSealer sealer, IOptions<SecretOptions> options, TimeProvider clock)
{
    private static readonly Failure NameTaken = Failure.NameTaken(
        "key", "The key has already been taken in this scope (keys that differ in case only count as one). Update that secret, or choose another key.");

    /// <summary>Creates a secret at a scope.</summary>
    public async Task<Outcome<SecretMetadata>> CreateAsync(
        Caller caller, SecretScope scope, CreateSecret request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var scopeKey = scope.StorageKey;
        if (await queries.Living(caller).CountAsync(s => s.ScopeKey == scopeKey, cancellation) >= options.Value.PerScope)
        {
            return Failure.LimitReached(options.Value.PerScope);
        }

        var secret = NewRow(caller, scope, request);
        var version = await sealer.SealAsync(caller, IdentityOf(secret), request.Value!.Text, secret.CreatedAt, cancellation);
        db.Secrets.Add(secret);
        db.SecretVersions.Add(version);
        return await SaveAsync(caller, secret.Id, change, cancellation);
    }

    /// <summary>
    /// Changes a secret. A version is one immutable name and value: a new value adds one, and so does a new name, under which the value is
    /// sealed anew. A request that changes nothing leaves everything as it is, the account's revision too.
    /// </summary>
    /// <returns>The secret as it is then.</returns>
    public async Task<Outcome<SecretMetadata>> UpdateAsync(
        Caller caller, SecretMetadata target, UpdateSecret request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Living(caller).SingleOrDefaultAsync(s => s.Id == target.Id, cancellation) is not { } secret)
        {
            return SecretNouns.NotFound(target.Scope);
        }

        secret.Name = request.Key is null ? secret.Name : SecretName.Of(request.Key).Text;
        secret.Description = request.Description.Or(secret.Description);
        await AddVersionIfNewAsync(caller, secret, request.Value?.Text, cancellation);
        if (!db.ChangeTracker.HasChanges())
        {
            return (await queries.FindAsync(caller, secret.Id, cancellation))!;
        }

        secret.UpdatedAt = clock.Now();
        secret.UpdatedBy = caller.ApiKeyName;
        return await SaveAsync(caller, secret.Id, change, cancellation);
    }

    /// <summary>Deletes a secret. Its name is free at once; its rows stay, marked, so that a mistake can be mended.</summary>
    /// <returns>The secret as it was.</returns>
    public async Task<Outcome<SecretMetadata>> DeleteAsync(Caller caller, SecretMetadata target, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.FindAsync(caller, target.Id, cancellation) is not { } secret)
        {
            return SecretNouns.NotFound(target.Scope);
        }

        await queries.Living(caller).Where(s => s.Id == secret.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.DeletedAt, clock.Now()), cancellation);
        await change.CommitAsync(cancellation);
        return secret;
    }

    private SecretRow NewRow(Caller caller, SecretScope scope, CreateSecret request)
    {
        var now = clock.Now();
        return new SecretRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            SiteId = scope.SiteId,
            AppId = scope.AppId,
            EnvironmentType = scope.EnvironmentType,
            EnvironmentId = scope.EnvironmentId,
            Name = SecretName.Of(request.Key).Text,
            IsSecret = true,
            Description = request.Description,
            Version = 1,
            CreatedAt = now,
            CreatedBy = caller.ApiKeyName,
            UpdatedAt = now,
            UpdatedBy = caller.ApiKeyName,
        };
    }

    private async Task AddVersionIfNewAsync(Caller caller, SecretRow secret, string? newValue, CancellationToken cancellation)
    {
        var oldName = db.Entry(secret).Property(s => s.Name).OriginalValue;
        if (newValue is null && secret.Name == oldName)
        {
            return;
        }

        var currentValue = await CurrentValueAsync(caller, secret, oldName, mustOpen: newValue is null, cancellation);
        if (secret.Name == oldName && newValue == currentValue)
        {
            return;
        }

        secret.Version++;
        db.SecretVersions.Add(
            await sealer.SealAsync(caller, IdentityOf(secret), (newValue ?? currentValue)!, clock.Now(), cancellation));
    }

    // A new value may replace one that does not open: that is how a damaged secret is mended. A rename must carry the value over, and may not
    // seal anew what was not whole before.
    private async Task<string?> CurrentValueAsync(
        Caller caller, SecretRow secret, string name, bool mustOpen, CancellationToken cancellation)
    {
        var current = await db.SecretVersions.AsNoTracking()
            .SingleAsync(v => v.AccountId == secret.AccountId && v.SecretId == secret.Id && v.Version == secret.Version, cancellation);
        var stored = new StoredValue(
            secret.Id, current.Version, ScopeOf(secret), name, current.Name, current.IsSecret ? ValueKind.Secret : ValueKind.Plain, current.DataKeyId, current.SealedValue);
        try
        {
            return await sealer.OpenTextAsync(caller, stored, cancellation);
        }
        catch (SealedValueException) when (!mustOpen)
        {
            return null;
        }
    }

    private static ValueIdentity IdentityOf(SecretRow secret) =>
        new(secret.AccountId, secret.Id, secret.Version, ScopeOf(secret), secret.Name);

    // From the columns that decide who gets the value, not from the text that the database makes of them.
    private static string ScopeOf(SecretRow secret) =>
        SecretScope.Of(secret.SiteId, secret.AppId, secret.EnvironmentType, secret.EnvironmentId).StorageKey;

    private async Task<Outcome<SecretMetadata>> SaveAsync(
        Caller caller, Guid id, AccountTransaction change, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e)
        {
            switch (e.BrokenConstraint())
            {
                case Constraints.SecretName: return NameTaken;
                case Constraints.SecretSite or Constraints.SecretEnvironment: return SiteQueries.EnvironmentNotFound;
                default: throw;
            }
        }

        var saved = (await queries.FindAsync(caller, id, cancellation))!;
        await change.CommitAsync(cancellation);
        return saved;
    }
}

using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using SecretsService.Cryptography;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Keys;

/// <summary>
/// The keys of accounts, unwrapped. They are kept in memory only, for as long as the process lives, and are zeroed when it ends. A wrapped
/// key never changes what it unwraps to, so that what is kept here cannot go stale.
/// </summary>
internal sealed partial class AccountKeys(ServiceKeyRing ring, TimeProvider clock, ILogger<AccountKeys> logger) : IDisposable
{
    private readonly ConcurrentDictionary<(Guid Account, Guid Key), DataEncryptionKey> _dataKeys = new();
    private readonly ConcurrentDictionary<Guid, FingerprintKey> _fingerprintKeys = new();

    /// <summary>Adds the keys of a new account; saving is the caller's.</summary>
    public void AddTo(SecretsDbContext db, Guid accountId)
    {
        db.AccountKeys.Add(NewDataKey(accountId));
        using var key = FingerprintKey.Generate();
        var id = NewId();
        db.AccountKeys.Add(Row(accountId, id, AccountKeyPurpose.Fingerprint, ring.Current.Wrap(key, new KeyIdentity(accountId, id))));
    }

    /// <summary>
    /// Takes the account's active data encryption key for sealing values, within the transaction that stores them. The values are counted,
    /// and a key that has sealed as many as it should is replaced.
    /// </summary>
    /// <param name="db">The context whose transaction holds the account's row locked.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="values">How many values are to be sealed.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The key and its id.</returns>
    public async Task<(Guid Id, DataEncryptionKey Key)> TakeForSealingAsync(
        SecretsDbContext db, Guid accountId, int values, CancellationToken cancellation)
    {
        var active = await db.AccountKeys.AsNoTracking()
            .SingleAsync(k => k.AccountId == accountId && k.Purpose == AccountKeyPurpose.Encryption && k.IsActive, cancellation);
        if (active.SealedValues + values > DataEncryptionKey.MaxSealedValues)
        {
            active = await ReplaceAsync(db, active, cancellation);
        }

        await db.AccountKeys.Where(k => k.AccountId == accountId && k.Id == active.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(k => k.SealedValues, k => k.SealedValues + values), cancellation);
        return (active.Id, Keep(active));
    }

    /// <summary>Finds a data encryption key for opening values.</summary>
    public async ValueTask<DataEncryptionKey> FindAsync(SecretsDbContext db, Guid accountId, Guid keyId, CancellationToken cancellation)
    {
        if (_dataKeys.TryGetValue((accountId, keyId), out var known))
        {
            return known;
        }

        var row = await db.AccountKeys.AsNoTracking()
            .SingleAsync(k => k.AccountId == accountId && k.Id == keyId && k.Purpose == AccountKeyPurpose.Encryption, cancellation);
        return Keep(row);
    }

    /// <summary>Finds the account's key for fingerprints and entity tags.</summary>
    public async ValueTask<FingerprintKey> FindFingerprintKeyAsync(SecretsDbContext db, Guid accountId, CancellationToken cancellation)
    {
        if (_fingerprintKeys.TryGetValue(accountId, out var known))
        {
            return known;
        }

        var row = await db.AccountKeys.AsNoTracking()
            .SingleAsync(k => k.AccountId == accountId && k.Purpose == AccountKeyPurpose.Fingerprint && k.IsActive, cancellation);
        return KeepFirst(_fingerprintKeys, accountId, Unwrap(row, ring.Current.UnwrapFingerprintKey));
    }

    public void Dispose()
    {
        foreach (var key in _dataKeys.Values)
        {
            key.Dispose();
        }

        foreach (var key in _fingerprintKeys.Values)
        {
            key.Dispose();
        }
    }

    // Of two that unwrap the same key at once the first is kept, and the other's copy is zeroed.
    private static TKey KeepFirst<TId, TKey>(ConcurrentDictionary<TId, TKey> kept, TId id, TKey key)
        where TId : notnull
        where TKey : class, IDisposable
    {
        var first = kept.GetOrAdd(id, key);
        if (!ReferenceEquals(first, key))
        {
            key.Dispose();
        }

        return first;
    }

    private async Task<AccountKeyRow> ReplaceAsync(SecretsDbContext db, AccountKeyRow spent, CancellationToken cancellation)
    {
        await db.AccountKeys.Where(k => k.AccountId == spent.AccountId && k.Id == spent.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(k => k.IsActive, false), cancellation);
        var row = NewDataKey(spent.AccountId);
        db.AccountKeys.Add(row);
        await db.SaveChangesAsync(cancellation);
        return row;
    }

    private DataEncryptionKey Keep(AccountKeyRow row)
    {
        var id = (row.AccountId, row.Id);
        if (_dataKeys.TryGetValue(id, out var known))
        {
            return known;
        }

        return KeepFirst(_dataKeys, id, Unwrap(row, ring.Current.UnwrapDataKey));
    }

    private TKey Unwrap<TKey>(AccountKeyRow row, UnwrapKey<TKey> unwrap)
    {
        try
        {
            return unwrap(new WrappedKey(row.KeyEncryptionKeyId, row.Wrapped), new KeyIdentity(row.AccountId, row.Id));
        }
        catch (Exception e) when (e is SealedValueException or KeyMissingException)
        {
            LogUnreadable(row.Id, row.AccountId, row.KeyEncryptionKeyId);
            throw;
        }
    }

    private AccountKeyRow NewDataKey(Guid accountId)
    {
        using var key = DataEncryptionKey.Generate();
        var id = NewId();
        return Row(accountId, id, AccountKeyPurpose.Encryption, ring.Current.Wrap(key, new KeyIdentity(accountId, id)));
    }

    private AccountKeyRow Row(Guid accountId, Guid id, AccountKeyPurpose purpose, WrappedKey wrapped) => new()
    {
        AccountId = accountId,
        Id = id,
        Purpose = purpose,
        KeyEncryptionKeyId = wrapped.KeyId,
        Wrapped = wrapped.Bytes,
        IsActive = true,
        CreatedAt = clock.Now(),
    };

    private Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());

    private delegate TKey UnwrapKey<out TKey>(WrappedKey wrapped, in KeyIdentity identity);

    [LoggerMessage(1, LogLevel.Critical, "Key {KeyId} of account {AccountId} cannot be unwrapped with key encryption key {KeyEncryptionKeyId}: its row was changed outside of the service, or the key ring lacks that key")]
    private partial void LogUnreadable(Guid keyId, Guid accountId, string keyEncryptionKeyId);
}

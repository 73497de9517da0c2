using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>A value as it is stored, with the row that it was read from: what it must have been sealed for.</summary>
/// <param name="SecretId">The secret.</param>
/// <param name="Version">The version.</param>
/// <param name="Scope">The secret's scope, by <see cref="SecretScope.StorageKey"/>.</param>
/// <param name="Name">The secret's name.</param>
/// <param name="SealedName">The name that the version was sealed under: the secret's own, unless a row was changed outside of the service.</param>
/// <param name="Kind">What it must have been sealed as.</param>
/// <param name="DataKeyId">The data encryption key.</param>
/// <param name="Sealed">The sealed value.</param>
internal readonly record struct StoredValue(
    Guid SecretId, int Version, string Scope, string Name, string SealedName, ValueKind Kind, Guid DataKeyId, byte[] Sealed);

/// <summary>Seals values into version rows and opens them again. Plaintext stays in buffers that are zeroed after use.</summary>
internal sealed partial class SecretSealer(SecretsDbContext db, AccountKeys keys, ILogger<SecretSealer> logger)
{
    /// <summary>Seals a value, within the transaction that is to store it.</summary>
    public async Task<SecretVersionRow> SealAsync(
        Caller caller, ValueIdentity identity, string value, DateTimeOffset now, CancellationToken cancellation)
    {
        var (keyId, key) = await keys.TakeForSealingAsync(db, identity.AccountId, 1, cancellation);
        var fingerprints = await keys.FindFingerprintKeyAsync(db, identity.AccountId, cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        try
        {
            var plaintext = buffer.AsSpan(0, Encoding.UTF8.GetBytes(value, buffer));
            return new SecretVersionRow
            {
                AccountId = identity.AccountId,
                SecretId = identity.SecretId,
                Version = identity.Version,
                Name = identity.Name,
                DataKeyId = keyId,
                SealedValue = key.Seal(plaintext, identity),
                Fingerprint = fingerprints.Fingerprint(plaintext),
                Origin = VersionOrigin.Create,
                IsSecret = true,
                LooksPrivate = false,
                CreatedAt = now,
                CreatedBy = caller.ApiKeyName,
            };
        }
        finally
        {
            ZeroAndReturn(buffer);
        }
    }

    /// <summary>Opens a value.</summary>
    /// <param name="caller">Whose account it is of.</param>
    /// <param name="value">The value, and the row that it was read from.</param>
    /// <param name="destination">Where to, at least as long as the sealed value.</param>
    /// <param name="cancellation">Cancels the wait for a key.</param>
    /// <returns>The value's length in bytes.</returns>
    /// <exception cref="SealedValueException">It cannot be opened; the log names it.</exception>
    public async ValueTask<int> OpenAsync(Caller caller, StoredValue value, Memory<byte> destination, CancellationToken cancellation)
    {
        var key = await keys.FindAsync(db, caller.AccountId, value.DataKeyId, cancellation);
        try
        {
            // What it must have been sealed for comes from the row that is read. The version keeps the name of its time, which must be the
            // secret's own for the current one.
            return value.Name == value.SealedName
                ? key.Open(value.Sealed, IdentityOf(caller, value), destination.Span)
                : throw new SealedValueException();
        }
        catch (SealedValueException)
        {
            LogUnreadable(value.SecretId, value.Version, value.DataKeyId);
            throw;
        }
    }

    /// <summary>Opens a value as text, to seal it again under another identity.</summary>
    /// <exception cref="SealedValueException">It cannot be opened; the log names it.</exception>
    public async Task<string> OpenTextAsync(Caller caller, StoredValue value, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(value.Sealed.Length);
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await OpenAsync(caller, value, buffer, cancellation));
        }
        finally
        {
            ZeroAndReturn(buffer);
        }
    }

    private static ValueIdentity IdentityOf(Caller caller, StoredValue value) =>
        new(caller.AccountId, value.SecretId, value.Version, value.Scope, value.SealedName) { Kind = value.Kind };

    private static void ZeroAndReturn(byte[] buffer)
    {
        CryptographicOperations.ZeroMemory(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    [LoggerMessage(1, LogLevel.Critical, "Secret {SecretId}, version {Version}, cannot be opened with data encryption key {KeyId}: a row was changed or moved outside of the service")]
    private partial void LogUnreadable(Guid secretId, int version, Guid keyId);
}

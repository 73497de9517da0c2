using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Formats;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>A value as it is stored, with the row that it was read from: what it must have been sealed for.</summary>
/// <param name="SecretId">The secret.</param>
/// <param name="Version">The version.</param>
/// <param name="Scope">The secret's scope, by <see cref="Scopes.SecretScope.StorageKey"/>.</param>
/// <param name="Name">The name that the version must have been sealed under: for the current one, the secret's own.</param>
/// <param name="SealedName">The name that the version says it was sealed under.</param>
/// <param name="Kind">What it must have been sealed as.</param>
/// <param name="DataKeyId">The data encryption key.</param>
/// <param name="Sealed">The sealed value.</param>
internal readonly record struct StoredValue(
    Guid SecretId, int Version, string Scope, string Name, string SealedName, ValueKind Kind, Guid DataKeyId, byte[] Sealed);

/// <summary>A value that is about to become a version.</summary>
/// <param name="Identity">What it is sealed for.</param>
/// <param name="Text">The value.</param>
/// <param name="Origin">What the version comes from.</param>
internal sealed record NewValue(ValueIdentity Identity, string Text, VersionOrigin Origin)
{
    /// <summary>When it was written; now where null.</summary>
    public DateTimeOffset? At { get; init; }

    public override string ToString() => $"{nameof(NewValue)} {{ {Identity.Name}, version {Identity.Version} }}";
}

/// <summary>Seals values into version rows and opens them again. Plaintext stays in buffers that are zeroed after use.</summary>
internal sealed partial class SecretSealer(SecretsDbContext db, AccountKeys keys, TimeProvider clock, ILogger<SecretSealer> logger)
{
    /// <summary>What a value of a secret, or of a plain variable, is sealed as.</summary>
    public static ValueKind KindOf(bool isSecret) => isSecret ? ValueKind.Secret : ValueKind.Plain;

    /// <summary>Seals values, within the transaction that is to store them.</summary>
    public async Task<IReadOnlyList<SecretVersionRow>> SealAsync(Caller caller, IReadOnlyList<NewValue> values, CancellationToken cancellation)
    {
        if (values.Count == 0)
        {
            return [];
        }

        var (keyId, key) = await keys.TakeForSealingAsync(db, caller.AccountId, values.Count, cancellation);
        var fingerprints = await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation);
        var now = clock.Now();
        return [.. values.Select(value => Seal(caller, value, keyId, key, fingerprints, now))];
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

    /// <summary>Opens a value into a buffer of its own, which the caller disposes of.</summary>
    /// <exception cref="SealedValueException">It cannot be opened; the log names it.</exception>
    public async Task<ZeroingBuffer> OpenAsync(Caller caller, StoredValue value, CancellationToken cancellation)
    {
        var opened = new ZeroingBuffer(value.Sealed.Length);
        try
        {
            opened.Advance(await OpenAsync(caller, value, opened.GetMemory(value.Sealed.Length), cancellation));
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Opens a value as text: to show it, to compare it, or to seal it again under another identity.</summary>
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

    private static SecretVersionRow Seal(
        Caller caller, NewValue value, Guid keyId, DataEncryptionKey key, FingerprintKey fingerprints, DateTimeOffset now)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Text.Length));
        try
        {
            var plaintext = buffer.AsSpan(0, Encoding.UTF8.GetBytes(value.Text, buffer));
            return new SecretVersionRow
            {
                AccountId = value.Identity.AccountId,
                SecretId = value.Identity.SecretId,
                Version = value.Identity.Version,
                Name = value.Identity.Name,
                DataKeyId = keyId,
                SealedValue = key.Seal(plaintext, value.Identity),
                Fingerprint = fingerprints.Fingerprint(plaintext),
                Origin = value.Origin,
                IsSecret = value.Identity.Kind == ValueKind.Secret,
                LooksPrivate = PrivateCredentials.Looks(value.Text),
                HasLineBreak = value.Text.Contains('\n', StringComparison.Ordinal),
                CreatedAt = value.At ?? now,
                CreatedBy = caller.ApiKeyName,
            };
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

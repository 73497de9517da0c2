using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>Seals values into version rows and opens them again. Plaintext stays in buffers that are zeroed after use.</summary>
internal sealed class SecretSealer(SecretsDbContext db, AccountKeys keys)
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
                CreatedAt = now,
                CreatedBy = caller.ApiKeyName,
            };
        }
        finally
        {
            ZeroAndReturn(buffer);
        }
    }

    /// <summary>Opens a version's value as text, to seal it again under another identity.</summary>
    /// <exception cref="SealedValueException">It cannot be opened.</exception>
    public async Task<string> OpenAsync(SecretVersionRow version, CancellationToken cancellation)
    {
        var key = await keys.FindAsync(db, version.AccountId, version.DataKeyId, cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(version.SealedValue.Length);
        try
        {
            var identity = new ValueIdentity(version.AccountId, version.SecretId, version.Version, version.Name);
            return Encoding.UTF8.GetString(buffer, 0, key.Open(version.SealedValue, identity, buffer));
        }
        finally
        {
            ZeroAndReturn(buffer);
        }
    }

    private static void ZeroAndReturn(byte[] buffer)
    {
        CryptographicOperations.ZeroMemory(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}

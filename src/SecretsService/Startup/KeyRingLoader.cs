using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Startup;

/// <summary>
/// Loads the key ring and compares it with what the database says of it, so that a lost or a swapped key is noticed before the first request.
/// It makes a new ring only for a database that no key has sealed anything in.
/// </summary>
internal sealed class KeyRingLoader(SecretsDbContext db, IOptions<KeyOptions> options, TimeProvider clock)
{
    private const string KeyringFileName = "keyring.json";

    /// <summary>Loads the ring.</summary>
    /// <param name="dataDirectory">The folder of a database that the service started itself, where a ring may be made; else null.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="StartupException">There is none, or it is not the one that the database was sealed with.</exception>
    public async Task<KeyRing> LoadAsync(string? dataDirectory, CancellationToken cancellation)
    {
        var known = await db.KeyEncryptionKeys.AsNoTracking().ToListAsync(cancellation);
        var ring = Open(dataDirectory, known);
        try
        {
            await CheckAsync(ring, known, cancellation);
            await RecordAsync(ring, known, cancellation);
            return ring;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    /// <summary>The ids of the key encryption keys without which something in the database could not be opened.</summary>
    public static IQueryable<string> InUse(SecretsDbContext db) => db.AccountKeys.Select(k => k.KeyEncryptionKeyId).Distinct();

    private KeyRing Open(string? dataDirectory, List<KeyEncryptionKeyRow> known)
    {
        try
        {
            if (options.Value.Keyring is { Length: > 0 } json)
            {
                return KeyRingFile.Parse(json);
            }

            var path = options.Value.KeyringFile is { Length: > 0 } configured ? configured : Path.Combine(dataDirectory!, KeyringFileName);
            return File.Exists(path) || dataDirectory is null ? KeyRingFile.Read(path)
                : known.Count == 0 ? KeyRingFile.Create(path)
                : throw new StartupException(
                    $"The key ring {path} is missing, and the database was sealed with {Names(known.Select(k => k.Id))}: restore the file from your "
                    + "backup. A new ring could open nothing.");
        }
        catch (KeyRingException e)
        {
            throw new StartupException(e.Message);
        }
    }

    private async Task CheckAsync(KeyRing ring, List<KeyEncryptionKeyRow> known, CancellationToken cancellation)
    {
        var needed = await InUse(db).ToListAsync(cancellation);
        var missing = needed.Where(id => !ring.Contains(id)).Order(StringComparer.Ordinal)
            .Select(id => $"The key ring lacks {id}, which the database was sealed with: add that key from your backup of the ring.");
        var swapped = known.Where(k => ring.Contains(k.Id) && !ring.IsCheckValue(k.Id, k.CheckValue))
            .Select(k => $"The key ring holds another key under the id {k.Id} than the database was sealed with: restore the ring from your backup.");
        string[] faults = [.. missing, .. swapped];
        if (faults.Length > 0)
        {
            throw new StartupException(faults);
        }
    }

    private async Task RecordAsync(KeyRing ring, List<KeyEncryptionKeyRow> known, CancellationToken cancellation)
    {
        db.KeyEncryptionKeys.AddRange(ring.Ids.Except(known.Select(k => k.Id), StringComparer.Ordinal).Select(id => new KeyEncryptionKeyRow
        {
            Id = id,
            CheckValue = ring.CreateCheckValue(id),
            CreatedAt = clock.Now(),
        }));
        await db.SaveChangesAsync(cancellation);
    }

    private static string Names(IEnumerable<string> ids) => string.Join(", ", ids.Order(StringComparer.Ordinal));
}

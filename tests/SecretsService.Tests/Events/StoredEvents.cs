using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Audit;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Testing;

namespace SecretsService.Tests.Events;

/// <summary>Events that no route is needed for.</summary>
internal static class StoredEvents
{
    /// <summary>An event of the service itself.</summary>
    public static EventRecord Event(string name = "secrets.injected", int count = 1, byte[]? manifest = null) => new()
    {
        Id = Guid.CreateVersion7(),
        Count = count,
        Event = name,
        ActorType = "system",
        ActorName = "test",
        ResourceType = "environment",
        Manifest = manifest,
        Context = JsonElement.Parse("""{"revision":7}"""),
        OccurredAt = TimeProvider.System.GetUtcNow(),
    };

    /// <summary>Sees to it that the account's trail has these events, in this order.</summary>
    public static async Task HasEventsAsync(this SecretsServer server, Account account, params EventRecord[] records)
    {
        await using var scope = server.NewScope();
        var db = scope.ServiceProvider.GetRequiredService<SecretsDbContext>();
        await using (var transaction = await db.BeginWithinAsync(account.Id, CancellationToken.None))
        {
            var key = await scope.ServiceProvider.GetRequiredService<AccountKeys>().FindFingerprintKeyAsync(db, account.Id, CancellationToken.None);
            db.EventJournal.Add(EventJournal.Row(account.Id, Guid.CreateVersion7(), records, key));
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        await server.SealAsync();
    }

    /// <summary>Sees to it that there is a manifest.</summary>
    /// <returns>Its hash.</returns>
    public static async Task<byte[]> HasManifestAsync(this SecretsServer server, Account account, string entries)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(entries));
        await server.ExecuteSqlAsync(
            "INSERT INTO event_manifests (account_id, hash, entries, created_at) VALUES ($1, $2, $3::json, now())", account.Id, hash, entries);
        return hash;
    }

    /// <summary>Copies the account's newest event behind the API: the trail then has more rows, whose hashes do not follow from each other.</summary>
    public static async Task MultiplyEventAsync(this SecretsServer server, Account account, int copies)
    {
        await server.SealAsync();
        await server.ExecuteSqlAsync(
            """
            INSERT INTO events
            SELECT (jsonb_populate_record(e, jsonb_build_object('seq', e.seq + n, 'occurred_at', e.occurred_at + n * interval '1 second'))).*
            FROM events e, generate_series(1, $2) n
            WHERE e.account_id = $1 AND e.seq = (SELECT seq FROM event_chains WHERE account_id = $1)
            """,
            account.Id, copies);
        await server.ExecuteSqlAsync("UPDATE event_chains SET seq = seq + $2 WHERE account_id = $1", account.Id, copies);
    }
}

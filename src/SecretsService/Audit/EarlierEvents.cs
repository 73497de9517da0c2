using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SecretsService.Keys;
using SecretsService.Storage;

namespace SecretsService.Audit;

/// <summary>Brings the audit records of releases that did not chain them into the journal, once, at the first start after the upgrade.</summary>
internal sealed class EarlierEvents(SecretsDbContext db, AccountKeys keys)
{
    private const int BatchSize = 500;

    /// <summary>Moves what there is. The session sees the rows of everybody.</summary>
    public async Task MoveAsync(CancellationToken cancellation)
    {
        // "Value" is what EF Core calls the column of a single value.
        if (!await db.Database.SqlQuery<bool>($"SELECT to_regclass('earlier_events') IS NOT NULL AS \"Value\"").SingleAsync(cancellation))
        {
            return;
        }

        while (await MoveBatchAsync(cancellation) == BatchSize)
        {
            // Another transaction for each batch.
        }

        // A role that does not own it leaves it empty, which costs the next start a look.
        await db.Database.ExecuteSqlAsync(
            $"""
             DO $$
             BEGIN
                 IF (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'earlier_events'::regclass) THEN
                     DROP TABLE earlier_events;
                 END IF;
             END
             $$
             """,
            cancellation);
    }

    private async Task<int> MoveBatchAsync(CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var earlier = await db.Database.SqlQuery<EarlierEvent>(
            $"""
             SELECT account_id AS "AccountId", id AS "Id", event AS "Event", actor_id AS "ActorId", actor_name AS "ActorName",
                    resource_type AS "ResourceType", resource_id AS "ResourceId", context::text AS "Context", occurred_at AS "OccurredAt"
             FROM earlier_events ORDER BY account_id, id LIMIT {BatchSize}
             """).ToListAsync(cancellation);
        foreach (var row in earlier)
        {
            var key = await keys.FindFingerprintKeyAsync(db, row.AccountId, cancellation);
            db.EventJournal.Add(EventJournal.Row(row.AccountId, row.Id, [RecordOf(row)], key));
        }

        await db.SaveChangesAsync(cancellation);
        var ids = earlier.Select(e => e.Id).ToArray();
        await db.Database.ExecuteSqlAsync($"DELETE FROM earlier_events WHERE id = ANY({ids})", cancellation);
        await transaction.CommitAsync(cancellation);
        db.ChangeTracker.Clear();
        return earlier.Count;
    }

    private static EventRecord RecordOf(EarlierEvent row)
    {
        using var context = JsonDocument.Parse(row.Context);
        return new EventRecord
        {
            Id = row.Id,
            Event = row.Event,
            ActorType = row.ActorId == Guid.Empty ? EventJournal.SystemActor : EventJournal.ApiKey,
            ActorId = row.ActorId == Guid.Empty ? null : row.ActorId,
            ActorName = row.ActorName,
            ResourceType = row.ResourceType,
            ResourceId = row.ResourceId,
            Context = context.RootElement.Clone(),
            OccurredAt = row.OccurredAt,
        };
    }

    private sealed record EarlierEvent(
        Guid AccountId,
        Guid Id,
        string Event,
        Guid ActorId,
        string ActorName,
        string ResourceType,
        Guid? ResourceId,
        string Context,
        DateTimeOffset OccurredAt);
}

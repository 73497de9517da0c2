using SecretsService.Access;
using SecretsService.Keys;
using SecretsService.Storage;

namespace SecretsService.Audit;

/// <summary>
/// Appends audit records. A record joins the transaction of what it records: it is saved with the change, or neither is. Its place in the
/// account's chain it gets shortly after (<see cref="EventSealer"/>).
/// </summary>
internal sealed class EventTrail(SecretsDbContext db, AccountKeys keys, TimeProvider clock)
{
    // So that a site with thousands of secrets costs few rows, and none of them is large.
    private const int RecordsPerRow = 100;

    private readonly EventIds _ids = new();

    /// <summary>Appends a record; saving is the caller's, within its transaction.</summary>
    /// <param name="caller">Who did it.</param>
    /// <param name="name">What was done: one of <see cref="EventNames"/>.</param>
    /// <param name="subject">To what it was done.</param>
    /// <param name="context">Names and versions; never a value.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task AppendAsync(
        Caller caller, string name, EventSubject subject, IReadOnlyDictionary<string, object> context, CancellationToken cancellation)
    {
        var now = clock.Now();
        var record = EventJournal.Record(caller, name, subject, context, now) with { Id = _ids.Next(now) };
        var key = await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation);
        db.EventJournal.Add(EventJournal.Row(caller.AccountId, record.Id, [record], key));
    }

    /// <summary>Appends the records of a change that does many things, in their order; saving is the caller's, within its transaction.</summary>
    public async Task AppendAllAsync(Caller caller, IEnumerable<AuditedChange> changes, CancellationToken cancellation)
    {
        var now = clock.Now();
        var key = await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation);
        foreach (var part in changes.Select(c => EventJournal.Record(caller, c.Event, c.Subject, c.Context, now) with { Id = _ids.Next(now) }).Chunk(RecordsPerRow))
        {
            db.EventJournal.Add(EventJournal.Row(caller.AccountId, part[0].Id, part, key));
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>Reads the audit trail of the caller's account, newest first.</summary>
internal sealed class EventQueries(SecretsDbContext db, SiteQueries sites, EventSealer sealer)
{
    /// <summary>
    /// Lists events: all that were committed before the request came, and of a restricted key's account those of what it can see. A row that stands
    /// for several events counts, and is shown, as so many.
    /// </summary>
    public async Task<Outcome<Page<AuditEvent>>> ListAsync(Caller caller, EventFilter filter, PageRequest page, CancellationToken cancellation)
    {
        if (!(await MatchingAsync(caller, filter, cancellation)).Succeeded(out var matching, out var failure))
        {
            return failure;
        }

        await sealer.SealAsync(caller.AccountId, cancellation);
        var chain = await ChainHead.FindAsync(db, caller.AccountId, cancellation);
        var until = Math.Min(filter.Until ?? chain.Seq, chain.Seq);
        var window = filter.IsEmpty && caller.Reach.IsWhole
            ? await ReadRangeAsync(caller, chain.PrunedSeq, until, page, cancellation)
            : await ReadMatchingAsync(matching.Where(e => e.Seq > chain.PrunedSeq && e.Seq <= until), page, cancellation);
        var manifests = await ReadManifestsAsync(caller, window.Rows, cancellation);
        return new Page<AuditEvent>([.. window.Of(manifests, caller.Reach)], (int)Math.Min(window.Total, int.MaxValue))
        {
            Pin = (EventFilter.UntilParameter, until.ToString(CultureInfo.InvariantCulture)),
        };
    }

    private async Task<Outcome<IQueryable<EventRow>>> MatchingAsync(Caller caller, EventFilter filter, CancellationToken cancellation)
    {
        var matching = filter.Of(db.Events.AsNoTracking().Where(e => e.AccountId == caller.AccountId).Within(caller.Reach));
        if (filter.Site is { } site)
        {
            if (!(await IdOfAsync(caller, site, cancellation)).Succeeded(out var id, out var failure))
            {
                return failure;
            }

            matching = matching.Where(e => e.SiteId == id);
        }

        if (filter.Environment is { } environment)
        {
            if (!(await IdOfAsync(caller, new EnvironmentPath(filter.Site, environment), cancellation)).Succeeded(out var id, out var failure))
            {
                return failure;
            }

            matching = matching.Where(e => e.EnvironmentId == id);
        }

        return Outcome<IQueryable<EventRow>>.Of(matching);
    }

    // What goes by an id may be gone by now; its records are not.
    private async Task<Outcome<Guid>> IdOfAsync(Caller caller, ResourceReference site, CancellationToken cancellation) =>
        site.Id is { } id ? id
        : (await sites.FindSiteAsync(caller, site, cancellation)).Succeeded(out var found, out var failure) ? found.Id
        : failure;

    private async Task<Outcome<Guid>> IdOfAsync(Caller caller, EnvironmentPath path, CancellationToken cancellation) =>
        path.Environment.Id is { } id ? id
        : (await sites.FindEnvironmentAsync(caller, path, cancellation)).Succeeded(out var found, out var failure) ? found.Id
        : failure;

    // Places have no gaps: those of a page follow from its number. A row has one event at least, so that no more rows are wanted than events.
    private async Task<EventWindow> ReadRangeAsync(Caller caller, long pruned, long until, PageRequest page, CancellationToken cancellation)
    {
        var last = until - page.Offset;
        var first = Math.Max(pruned + 1, last - page.Size + 1);
        var rows = await db.Events.AsNoTracking()
            .Where(e => e.AccountId == caller.AccountId && e.Seq >= first)
            .OrderBy(e => e.Seq).Take(page.Size).ToListAsync(cancellation);
        rows.Reverse();
        return new EventWindow(rows, Math.Max(0, until - pruned), first, last);
    }

    // Where the places have gaps, the events before the page are counted, by the numbers of their rows alone.
    private static async Task<EventWindow> ReadMatchingAsync(IQueryable<EventRow> matching, PageRequest page, CancellationToken cancellation)
    {
        var total = await matching.SumAsync(e => (long)e.Count, cancellation);
        var (end, passed) = (page.Offset + page.Size, 0L);
        var (places, first, last) = (new List<long>(), 0L, 0L);
        var walk = matching.OrderByDescending(e => e.Seq).Select(e => new { e.Seq, e.Count }).Take(page.Offset < total ? end : 0);
        await foreach (var row in walk.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (passed + row.Count > page.Offset)
            {
                last = places.Count > 0 ? last : row.Seq - Math.Max(0, page.Offset - passed);
                first = row.Seq - Math.Min(row.Count, end - passed) + 1;
                places.Add(row.Seq);
            }

            passed += row.Count;
            if (passed >= end)
            {
                break;
            }
        }

        var rows = places.Count == 0 ? [] : await matching.Where(e => places.Contains(e.Seq)).OrderByDescending(e => e.Seq).ToListAsync(cancellation);
        return new EventWindow(rows, total, first, last);
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadManifestsAsync(Caller caller, IEnumerable<EventRow> rows, CancellationToken cancellation)
    {
        var hashes = rows.Where(r => r.Manifest is not null).Select(r => r.Manifest!).DistinctBy(Convert.ToHexStringLower, StringComparer.Ordinal).ToList();
        if (hashes.Count == 0)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }

        var manifests = await db.EventManifests.AsNoTracking().Where(m => m.AccountId == caller.AccountId && hashes.Contains(m.Hash))
            .ToDictionaryAsync(m => Convert.ToHexStringLower(m.Hash), m => m.Entries, StringComparer.Ordinal, cancellation);
        return caller.Reach.IsWhole ? manifests : await KeepWithinReachAsync(caller, manifests, cancellation);
    }

    // A map is handed out as a whole, secrets among it that are wider than the key which reads of it here.
    private async Task<IReadOnlyDictionary<string, string>> KeepWithinReachAsync(
        Caller caller, IReadOnlyDictionary<string, string> manifests, CancellationToken cancellation)
    {
        var read = manifests.ToDictionary(m => m.Key, m => JsonNode.Parse(m.Value)!.AsObject(), StringComparer.Ordinal);
        var ids = read.Values.SelectMany(entries => entries.Select(e => SecretIdOf(e.Value))).Distinct().ToArray();
        var seen = (await db.Secrets.Where(s => s.AccountId == caller.AccountId && ids.Contains(s.Id)).Within(caller.Reach)
            .Select(s => s.Id).ToListAsync(cancellation)).ToHashSet();
        foreach (var entries in read.Values)
        {
            foreach (var name in entries.Where(e => !seen.Contains(SecretIdOf(e.Value))).Select(e => e.Key).ToList())
            {
                entries.Remove(name);
            }
        }

        return read.ToDictionary(m => m.Key, m => m.Value.ToJsonString(), StringComparer.Ordinal);
    }

    private static Guid SecretIdOf(JsonNode? entry) => Ids.TryParse((string?)entry?["secret_id"], out var id) ? id : Guid.Empty;
}

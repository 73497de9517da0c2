using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>Which part of the trail a request wants exported: always one without gaps, so that its hashes can be followed.</summary>
internal sealed class ExportRange : IRequestPart, IBindableFromHttpContext<ExportRange>
{
    public static readonly QueryParameter FromParameter =
        new("from", JsonSchemaType.String, "Begins with the first event at this time (RFC 3339) or later.");

    public static readonly QueryParameter ToParameter = new("to", JsonSchemaType.String, "Ends with the last event before this time (RFC 3339).");

    public static readonly QueryParameter AfterParameter =
        new("after", JsonSchemaType.Integer, "Begins with the first row after this place (`seq`): the last one of an earlier export.");

    private ExportRange(IQueryCollection query)
    {
        var errors = new FieldErrors();
        From = EventFilter.ReadTime(query, FromParameter, errors);
        To = EventFilter.ReadTime(query, ToParameter, errors);
        After = EventFilter.ReadPlace(query, AfterParameter, errors) ?? 0;
        Failure = errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    public Failure? Failure { get; }

    public DateTimeOffset? From { get; }

    public DateTimeOffset? To { get; }

    public long After { get; }

    public static ValueTask<ExportRange?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<ExportRange?>(new ExportRange(context.Request.Query));
}

/// <summary>
/// Writes an account's trail as lines of JSON, oldest first. It is read in batches, so that neither the memory nor a transaction grows with it and a
/// slow reader holds no connection; what was committed before the request came is in it.
/// </summary>
internal sealed class EventExport(SecretsDbContext db, EventSealer sealer)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/x-ndjson";

    private const int BatchSize = 500;

    // Beyond that many the names of written manifests are forgotten; one that is written a second time does no harm.
    private const int RememberedManifests = 10_000;

    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    public async Task WriteAsync(Caller caller, ExportRange range, HttpResponse response)
    {
        var cancellation = response.HttpContext.RequestAborted;
        await sealer.SealAsync(caller.AccountId, cancellation);
        var chain = await ChainHead.FindAsync(db, caller.AccountId, cancellation);
        var events = db.Events.AsNoTracking().Where(e => e.AccountId == caller.AccountId && e.Seq > chain.PrunedSeq && e.Seq <= chain.Seq);
        var last = range.To is null ? chain.Seq : await events.Where(e => e.OccurredAt < range.To).MaxAsync(e => (long?)e.Seq, cancellation) ?? 0;
        var start = await FindStartAsync(events, chain, range, cancellation);
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        Write(response, writer, start, ExportJson.Default.ExportStart);
        var after = start.AfterSeq;
        int written;
        do
        {
            var rows = await events.Where(e => e.Seq > after && e.Seq <= last).OrderBy(e => e.Seq).Take(BatchSize).ToListAsync(cancellation);
            await WriteManifestsAsync(response, writer, rows, cancellation);
            rows.ForEach(row => Write(response, writer, ExportedEvent.Of(row), ExportJson.Default.ExportedEvent));
            await response.BodyWriter.FlushAsync(cancellation);
            (written, after) = (rows.Count, rows.Count == 0 ? after : rows[^1].Seq);
        }
        while (written == BatchSize);
    }

    private static async Task<ExportStart> FindStartAsync(IQueryable<EventRow> events, EventChainRow chain, ExportRange range, CancellationToken cancellation)
    {
        var wanted = events.Where(e => e.Seq > range.After);
        wanted = range.From is null ? wanted : wanted.Where(e => e.OccurredAt >= range.From);
        var first = await wanted.OrderBy(e => e.Seq).Select(e => new { Before = e.Seq - e.Count }).FirstOrDefaultAsync(cancellation);
        var place = first?.Before ?? chain.Seq;
        var hash = place == chain.Seq ? chain.Hash
            : place == chain.PrunedSeq ? chain.PrunedHash
            : await events.Where(e => e.Seq == place).Select(e => e.Hash).SingleOrDefaultAsync(cancellation);

        // A row that is missing is for whoever verifies the export to find.
        return new ExportStart { AccountId = chain.AccountId, AfterSeq = place, AfterHash = Convert.ToHexStringLower(hash ?? []) };
    }

    private async Task WriteManifestsAsync(HttpResponse response, Utf8JsonWriter writer, List<EventRow> rows, CancellationToken cancellation)
    {
        if (_written.Count > RememberedManifests)
        {
            _written.Clear();
        }

        var account = rows.Count == 0 ? Guid.Empty : rows[0].AccountId;
        var named = rows.Where(r => r.Manifest is not null && _written.Add(Convert.ToHexStringLower(r.Manifest))).Select(r => r.Manifest!).ToList();
        var manifests = named.Count == 0 ? []
            : await db.EventManifests.AsNoTracking().Where(m => m.AccountId == account && named.Contains(m.Hash)).OrderBy(m => m.Hash).ToListAsync(cancellation);
        foreach (var manifest in manifests)
        {
            var line = new ExportedManifest { Manifest = Convert.ToHexStringLower(manifest.Hash), Entries = manifest.Entries };
            Write(response, writer, line, ExportJson.Default.ExportedManifest);
        }
    }

    private static void Write<T>(HttpResponse response, Utf8JsonWriter writer, T line, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(writer, line, type);
        writer.Reset();
        response.BodyWriter.Write(LineEnd);
    }
}

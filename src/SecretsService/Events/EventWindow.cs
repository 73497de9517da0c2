using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>The part of a list of events that one page shows.</summary>
/// <param name="Rows">The rows that it is in, newest first; of the first and the last one it may show a part.</param>
/// <param name="Total">How many events the whole list has.</param>
/// <param name="First">The place of its oldest event.</param>
/// <param name="Last">The place of its newest event.</param>
internal sealed record EventWindow(IReadOnlyList<EventRow> Rows, long Total, long First, long Last)
{
    /// <summary>The events, newest first.</summary>
    /// <param name="manifests">What was handed out, as JSON, by the hashes in hex; without what the reader cannot see.</param>
    /// <param name="reach">What the reader can see.</param>
    public IEnumerable<AuditEvent> Of(IReadOnlyDictionary<string, string> manifests, Reach reach) =>
        from row in Rows
        let context = ContextOf(row, manifests, reach)
        let places = Enumerable.Range(0, row.Count).Select(n => row.Seq - n)
        from place in places.SkipWhile(place => place > Last).TakeWhile(place => place >= First)
        select Show(row, place, context);

    private static AuditEvent Show(EventRow row, long place, JsonElement context) => new()
    {
        Id = IdAfter(row.Id, row.Count - 1 - (row.Seq - place)),
        Seq = place,
        Event = row.Event,
        Actor = row.ActorType == EventJournal.SystemActor ? null : new EventActor
        {
            Type = row.ActorType,
            Id = row.ActorId,
            Name = row.ActorName,
            Ip = row.ActorIp ?? "",
            TokenName = row.ActorName,
        },
        Resource = new EventResource { Type = row.ResourceType, Id = row.ResourceId },
        ModelType = row.ResourceType,
        ModelId = row.ResourceId,
        Context = context,
        OccurredAt = row.OccurredAt,
    };

    private static JsonElement ContextOf(EventRow row, IReadOnlyDictionary<string, string> manifests, Reach reach)
    {
        if (row.Event == EventNames.DeploymentVariablesRead && !reach.IsWhole)
        {
            return WithoutKeys(row);
        }

        if (row.Manifest is null || !manifests.TryGetValue(Convert.ToHexStringLower(row.Manifest), out var entries))
        {
            return JsonElement.Parse(row.Context);
        }

        var context = JsonNode.Parse(row.Context)!.AsObject();
        context["keys"] = JsonNode.Parse(entries);
        return JsonElement.Parse(context.ToJsonString());
    }

    // Names alone: which of them are of secrets that the reader can see, they do not say.
    private static JsonElement WithoutKeys(EventRow row)
    {
        var context = JsonNode.Parse(row.Context)!.AsObject();
        context.Remove("keys");
        return JsonElement.Parse(context.ToJsonString());
    }

    // As a number of 128 bits.
    private static Guid IdAfter(Guid id, long steps)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt128BigEndian(bytes, BinaryPrimitives.ReadUInt128BigEndian(bytes) + (UInt128)steps);
        return new Guid(bytes, bigEndian: true);
    }
}

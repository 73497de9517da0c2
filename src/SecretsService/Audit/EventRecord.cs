using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecretsService.Audit;

/// <summary>An audit record on its way into the chain, as the journal has it: one, or as many equal ones as happened at the same instant.</summary>
internal sealed record EventRecord
{
    /// <summary>The id of the first one; the others follow it by one each.</summary>
    public required Guid Id { get; init; }

    public int Count { get; init; } = 1;

    public required string Event { get; init; }

    public required string ActorType { get; init; }

    public Guid? ActorId { get; init; }

    public required string ActorName { get; init; }

    public string? Ip { get; init; }

    public required string ResourceType { get; init; }

    public Guid? ResourceId { get; init; }

    public Guid? SiteId { get; init; }

    public Guid? EnvironmentId { get; init; }

    public Guid? AppId { get; init; }

    /// <summary>The hash of the manifest that says what was handed out; null where the context does.</summary>
    public byte[]? Manifest { get; init; }

    /// <summary>Names and versions as a JSON object; never a value.</summary>
    public required JsonElement Context { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}

/// <summary>The JSON of the journal.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<EventRecord>))]
[JsonSerializable(typeof(EventRecord))]
internal sealed partial class JournalJson : JsonSerializerContext;

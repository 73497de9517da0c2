using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>The first line of an export: what its first record follows.</summary>
internal sealed record ExportStart
{
    public required Guid AccountId { get; init; }

    /// <summary>The place of the record before the first one that is exported; 0 where the chain begins with that.</summary>
    public required long AfterSeq { get; init; }

    /// <summary>That record's hash in hex; 64 zeros where the chain begins.</summary>
    public required string AfterHash { get; init; }
}

/// <summary>A line of an export that has what some records name by a hash. It stands before the first of them.</summary>
internal sealed record ExportedManifest
{
    /// <summary>The SHA-256 of <see cref="Entries"/>, in hex.</summary>
    public required string Manifest { get; init; }

    /// <summary>A JSON object, written as it is stored: each variable with the secret and version it came from.</summary>
    [JsonConverter(typeof(VerbatimJsonConverter))]
    public required string Entries { get; init; }
}

/// <summary>
/// A line of an export: a row of the chain with everything that its hash is made of (<see cref="Audit.EventChain"/>). Members that are null are written, too.
/// </summary>
internal sealed record ExportedEvent
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public required Guid AccountId { get; init; }

    /// <inheritdoc cref="EventRow.Seq"/>
    public required long Seq { get; init; }

    /// <inheritdoc cref="EventRow.Count"/>
    public required int Count { get; init; }

    /// <inheritdoc cref="EventRow.Id"/>
    public required Guid Id { get; init; }

    public required string Event { get; init; }

    public required string ActorType { get; init; }

    public required Guid? ActorId { get; init; }

    public required string ActorName { get; init; }

    public required string? ActorIp { get; init; }

    public required string ResourceType { get; init; }

    public required Guid? ResourceId { get; init; }

    public required Guid? SiteId { get; init; }

    public required Guid? EnvironmentId { get; init; }

    public required Guid? AppId { get; init; }

    /// <summary>The hash of the <see cref="ExportedManifest"/> in hex; null where there is none.</summary>
    public required string? Manifest { get; init; }

    /// <summary>A JSON object, written as it is stored: its very text was hashed.</summary>
    [JsonConverter(typeof(VerbatimJsonConverter))]
    public required string Context { get; init; }

    /// <summary>When, in UTC, to the microsecond and with all six digits of it, which is what was hashed.</summary>
    public required string OccurredAt { get; init; }

    /// <summary>The row's hash in hex.</summary>
    public required string Hash { get; init; }

    /// <summary>Makes the line of a row.</summary>
    public static ExportedEvent Of(EventRow row) => new()
    {
        AccountId = row.AccountId,
        Seq = row.Seq,
        Count = row.Count,
        Id = row.Id,
        Event = row.Event,
        ActorType = row.ActorType,
        ActorId = row.ActorId,
        ActorName = row.ActorName,
        ActorIp = row.ActorIp,
        ResourceType = row.ResourceType,
        ResourceId = row.ResourceId,
        SiteId = row.SiteId,
        EnvironmentId = row.EnvironmentId,
        AppId = row.AppId,
        Manifest = row.Manifest is null ? null : Convert.ToHexStringLower(row.Manifest),
        Context = row.Context,
        OccurredAt = row.OccurredAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        Hash = Convert.ToHexStringLower(row.Hash),
    };
}

/// <summary>Writes a text that is JSON as that JSON, character by character, and reads it so: the text takes part in a hash.</summary>
internal sealed class VerbatimJsonConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        return json.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
}

/// <summary>The JSON of exports.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ExportStart))]
[JsonSerializable(typeof(ExportedManifest))]
[JsonSerializable(typeof(ExportedEvent))]
internal sealed partial class ExportJson : JsonSerializerContext;

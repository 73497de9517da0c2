using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>
/// The JSON of the wire: snake_case names, times as RFC 3339 in UTC, and strict reading. A null that a member does not allow, a missing
/// required member, an unknown one and one that stands twice are refused rather than guessed at.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = MaxDepth,
    Converters = [typeof(UtcTimestampConverter)])]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(Envelope<SecretMetadata>))]
[JsonSerializable(typeof(ListEnvelope<SecretMetadata>))]
[JsonSerializable(typeof(Envelope<Site>))]
[JsonSerializable(typeof(ListEnvelope<Site>))]
[JsonSerializable(typeof(Envelope<SiteEnvironment>))]
[JsonSerializable(typeof(ListEnvelope<SiteEnvironment>))]
[JsonSerializable(typeof(Envelope<WhoAmI>))]
[JsonSerializable(typeof(Envelope<Pong>))]
[JsonSerializable(typeof(MergedMap))]
[JsonSerializable(typeof(CreateSecret))]
[JsonSerializable(typeof(UpdateSecret))]
[JsonSerializable(typeof(CreateSite))]
[JsonSerializable(typeof(UpdateSite))]
[JsonSerializable(typeof(CreateEnvironment))]
[JsonSerializable(typeof(UpdateEnvironment))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>How deep objects and arrays may nest in a request.</summary>
    public const int MaxDepth = 16;
}

/// <summary>Writes a time in UTC with <c>Z</c> and to the microsecond, as the database keeps it; reads RFC 3339 with any offset.</summary>
internal sealed class UtcTimestampConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

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
[JsonSerializable(typeof(Envelope<App>))]
[JsonSerializable(typeof(ListEnvelope<App>))]
[JsonSerializable(typeof(Envelope<WhoAmI>))]
[JsonSerializable(typeof(ListEnvelope<AuditEvent>))]
[JsonSerializable(typeof(Envelope<Pong>))]
[JsonSerializable(typeof(Envelope<EventVerification>))]
[JsonSerializable(typeof(Envelope<EventCheckpoint>))]
[JsonSerializable(typeof(MergedMap))]
[JsonSerializable(typeof(ResolvedMap))]
[JsonSerializable(typeof(Envelope<ResolvedKey>))]
[JsonSerializable(typeof(Envelope<IReadOnlyList<SecretMetadata>>))]
[JsonSerializable(typeof(ListEnvelope<SecretVersion>))]
[JsonSerializable(typeof(Envelope<RevealedSecret>))]
[JsonSerializable(typeof(Envelope<SecretCounts>))]
[JsonSerializable(typeof(Envelope<ImportPlan>))]
[JsonSerializable(typeof(Envelope<SecretType>))]
[JsonSerializable(typeof(ListEnvelope<SecretType>))]
[JsonSerializable(typeof(CreateSecretType))]
[JsonSerializable(typeof(UpdateSecretType))]
[JsonSerializable(typeof(CreateSecret))]
[JsonSerializable(typeof(UpdateSecret))]
[JsonSerializable(typeof(RollbackSecret))]
[JsonSerializable(typeof(RevealSecret))]
[JsonSerializable(typeof(CreateSite))]
[JsonSerializable(typeof(UpdateSite))]
[JsonSerializable(typeof(CreateEnvironment))]
[JsonSerializable(typeof(UpdateEnvironment))]
[JsonSerializable(typeof(CreateApp))]
[JsonSerializable(typeof(UpdateApp))]
[JsonSerializable(typeof(Envelope<IReadOnlyList<RequiredSecret>>))]
[JsonSerializable(typeof(RequireSecret))]
[JsonSerializable(typeof(Envelope<Deployment>))]
[JsonSerializable(typeof(ListEnvelope<Deployment>))]
[JsonSerializable(typeof(Envelope<DeploymentToken>))]
[JsonSerializable(typeof(Envelope<Preflight>))]
[JsonSerializable(typeof(Envelope<PendingChanges>))]
[JsonSerializable(typeof(Envelope<IReadOnlyList<SecretDrift>>))]
[JsonSerializable(typeof(CreateDeployment))]
[JsonSerializable(typeof(RollbackDeployment))]
[JsonSerializable(typeof(UpdateDeployment))]
[JsonSerializable(typeof(CreateDeploymentToken))]
[JsonSerializable(typeof(RunPreflight))]
[JsonSerializable(typeof(Envelope<ApiKey>))]
[JsonSerializable(typeof(ListEnvelope<ApiKey>))]
[JsonSerializable(typeof(CreateApiKey))]
[JsonSerializable(typeof(RotateApiKey))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>How deep objects and arrays may nest in a request.</summary>
    public const int MaxDepth = 16;
}

/// <summary>Writes a time in UTC with <c>Z</c> and to the microsecond, as the database keeps it; reads RFC 3339 with any offset.</summary>
internal sealed class UtcTimestampConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        return Rfc3339.TryRead(text, out var time) ? time : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
}

/// <summary>Reads times as the wire has them.</summary>
public static partial class Rfc3339
{
    /// <summary>Reads a time, to the microsecond. One without an offset is refused: it would mean whatever zone the server happens to be in.</summary>
    public static bool TryRead(string text, out DateTimeOffset time)
    {
        time = default;
        if (!Pattern().IsMatch(text) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time))
        {
            return false;
        }

        time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
        return true;
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}

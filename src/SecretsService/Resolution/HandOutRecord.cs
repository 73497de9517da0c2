using System.Security.Cryptography;
using System.Text.Json;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Formats;

namespace SecretsService.Resolution;

/// <summary>What is recorded of a merged map that is handed out.</summary>
/// <param name="Record">The record, which names the manifest by its hash.</param>
/// <param name="Manifest">The keys and versions: a JSON object in UTF-8.</param>
internal sealed record HandOutRecord(EventRecord Record, byte[] Manifest)
{
    /// <summary>Makes the record.</summary>
    /// <param name="caller">Who is handed it.</param>
    /// <param name="origin">What the map was made from.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="rendered">What is handed out.</param>
    /// <param name="now">When.</param>
    public static HandOutRecord Of(Caller caller, MapOrigin origin, VariableOptions options, RenderedVariables rendered, DateTimeOffset now)
    {
        var manifest = ManifestOf(rendered);
        var record = EventJournal.Record(caller, EventNames.SecretsInjected, SubjectOf(origin), ContextOf(origin, options, rendered), now);
        return new HandOutRecord(record with { Manifest = SHA256.HashData(manifest) }, manifest);
    }

    private static EventSubject SubjectOf(MapOrigin origin) => origin is { Site: { } site, Environment: { } environment }
        ? EventSubject.OfEnvironment(site.Id, environment.Id) with { AppId = origin.App?.Id }
        : EventSubject.OfAccount("target", id: null);

    private static Dictionary<string, object> ContextOf(MapOrigin origin, VariableOptions options, RenderedVariables rendered)
    {
        var context = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["revision"] = origin.Revision,
            ["count"] = rendered.Keys.Count,
            ["format"] = options.Format?.Name ?? VariableFormats.Json,
        };
        AddWhereSent(context, "environment_type", origin.EnvironmentType);
        AddWhereSent(context, VariableOptions.PrefixParameter.Name, options.Prefix.Length > 0 ? options.Prefix : null);
        AddWhereSent(context, VariableOptions.ExposureParameter.Name, options.Exposure is { } exposure ? exposure == SecretExposure.Client ? "client" : "server" : null);
        AddWhereSent(context, VariableOptions.KeysParameter.Name, options.Keys?.Order(StringComparer.Ordinal).ToArray());
        return context;
    }

    private static void AddWhereSent(Dictionary<string, object> context, string name, object? sent)
    {
        if (sent is not null)
        {
            context.Add(name, sent);
        }
    }

    // By the names that the map has, so that it is the same one whatever prefix was asked for.
    private static byte[] ManifestOf(RenderedVariables rendered)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            for (var i = 0; i < rendered.Keys.Count; i++)
            {
                if (rendered.Origins[i] is { } origin)
                {
                    json.WriteStartObject(rendered.Keys[i]);
                    json.WriteString("secret_id", origin.SecretId);
                    json.WriteNumber("version", origin.Version);
                    json.WriteEndObject();
                }
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}

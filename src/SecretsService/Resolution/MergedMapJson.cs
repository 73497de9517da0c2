using System.Text.Json;
using SecretsService.Contracts;
using SecretsService.Formats;
using SecretsService.Http;

namespace SecretsService.Resolution;

/// <summary>
/// Writes a map in the shape of <see cref="MergedMap"/>, straight from the buffer that the values were opened into, so that no value becomes a
/// string, which could not be zeroed.
/// </summary>
internal sealed class MergedMapJson(MergedVariables map, VariableSelection selection, bool withSources)
{
    public const string MediaType = "application/json";

    public void Write(ZeroingBuffer body)
    {
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = Answer.Encoder });
        json.WriteStartObject();
        json.WriteStartObject("data");
        using var escaped = new ZeroingBuffer(4_096);
        foreach (var variable in selection.Variables)
        {
            json.WritePropertyName(variable.Name);
            escaped.Reset();
            JsonText.Write(variable.Value.Span, Answer.Encoder, escaped);
            json.WriteRawValue(escaped.Written.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
        WriteMeta(json);
        json.WriteString("message", "Merged map retrieved successfully");
        json.WriteNumber("http_status", StatusCodes.Status200OK);
        json.WriteEndObject();
    }

    private void WriteMeta(Utf8JsonWriter json)
    {
        json.WriteStartObject("meta");
        WriteOrigin(json, map.Origin);
        WriteAdmitted(json, "expired", map.Expired);
        WriteAdmitted(json, "withheld", map.Withheld);
        json.WriteStartArray("warnings");
        foreach (var warning in map.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        if (withSources)
        {
            WriteSources(json);
        }

        json.WriteEndObject();
    }

    private void WriteOrigin(Utf8JsonWriter json, MapOrigin origin)
    {
        json.WriteNumber("revision", origin.Revision);
        json.WriteNumber("count", selection.Variables.Count);
        json.WriteString("site", origin.Site?.Slug);
        json.WriteString("environment", origin.Environment?.Slug);
        json.WriteString("environment_type", origin.EnvironmentType);
        if (origin.App is { } app)
        {
            json.WriteString("app", app.Slug);
        }

        if (origin.DeploymentId is { } deployment)
        {
            json.WriteString("deployment_id", deployment);
        }
    }

    // By the names that the map has for them: what is left out is handed out under no other.
    private void WriteAdmitted(Utf8JsonWriter json, string name, IReadOnlyList<string> keys)
    {
        json.WriteStartArray(name);
        foreach (var key in keys.Where(selection.Admits))
        {
            json.WriteStringValue(key);
        }

        json.WriteEndArray();
    }

    private void WriteSources(Utf8JsonWriter json)
    {
        json.WriteStartObject("sources");
        foreach (var variable in selection.Variables)
        {
            if (variable.Origin is { } origin)
            {
                json.WritePropertyName(variable.Name);
                JsonSerializer.Serialize(json, Show(origin), Answer.Readable.VariableSource);
            }
        }

        json.WriteEndObject();
    }

    private VariableSource Show(ValueOrigin origin) => new()
    {
        SecretId = map.Origin.Sees(origin.Rung) ? origin.SecretId : null,
        Scope = map.Origin.Show(origin.Rung),
        Version = origin.Version,
    };
}

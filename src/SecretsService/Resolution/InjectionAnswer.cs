using System.Text.Json;
using Microsoft.Net.Http.Headers;
using SecretsService.Contracts;
using SecretsService.Formats;
using SecretsService.Http;

namespace SecretsService.Resolution;

/// <summary>
/// Answers with a merged map, in the shape of <see cref="Contracts.MergedMap"/>. It is written straight from the buffer that the values were
/// opened into, so that no value becomes a string, which could not be zeroed.
/// </summary>
internal sealed class InjectionAnswer(MergedVariables variables, bool withSources) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var _ = variables;
        using var body = new ZeroingBuffer(4_096);
        Write(body);
        var tag = new EntityTagHeaderValue($"\"{variables.TagOf(body.Written.Span)}\"");
        var response = httpContext.Response;
        response.Headers.ETag = tag.ToString();
        response.Headers.CacheControl = "no-store";
        if (tag.IsHeldBy(httpContext.Request))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Written.Length;
        await response.Body.WriteAsync(body.Written, httpContext.RequestAborted);
    }

    private void Write(ZeroingBuffer body)
    {
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = Answer.Encoder });
        json.WriteStartObject();
        json.WriteStartObject("data");
        using var escaped = new ZeroingBuffer(4_096);
        foreach (var variable in variables.All)
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
        var origin = variables.Origin;
        json.WriteStartObject("meta");
        json.WriteNumber("revision", origin.Revision);
        json.WriteNumber("count", variables.Count);
        json.WriteString("site", origin.Site?.Slug);
        json.WriteString("environment", origin.Environment?.Slug);
        json.WriteString("environment_type", origin.EnvironmentType);
        if (origin.App is { } app)
        {
            json.WriteString("app", app.Slug);
        }

        WriteTexts(json, "expired", variables.Expired);
        WriteTexts(json, "withheld", variables.Withheld);
        WriteTexts(json, "warnings", variables.Warnings);
        if (withSources)
        {
            WriteSources(json);
        }

        json.WriteEndObject();
    }

    private VariableSource Show(ValueOrigin origin) => new()
    {
        SecretId = origin.SecretId,
        Scope = variables.Origin.Show(origin.Rung),
        Version = origin.Version,
    };

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private void WriteSources(Utf8JsonWriter json)
    {
        json.WriteStartObject("sources");
        foreach (var variable in variables.All)
        {
            if (variable.Origin is { } origin)
            {
                json.WritePropertyName(variable.Name);
                JsonSerializer.Serialize(json, Show(origin), Answer.Readable.VariableSource);
            }
        }

        json.WriteEndObject();
    }
}

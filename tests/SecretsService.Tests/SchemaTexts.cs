using System.Text.Json;
using SecretsService.Outcomes;
using SecretsService.SecretTypes;
using Shouldly;

namespace SecretsService.Tests;

/// <summary>Schemas and values written as texts.</summary>
internal static class SchemaTexts
{
    /// <summary>How long anything may take before it counts as hanging. Far more than it takes on the slowest machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 10_000 });
        return document.RootElement.Clone();
    }

    /// <summary>The schema of an object whose field <c>field</c> must satisfy a schema.</summary>
    public static string WithField(string schema) => $$"""{"type":"object","properties":{"field":{{schema}} } }""";

    public static TypeSchema Accepted(string schema)
    {
        TypeSchema.Parse(Json(schema)).Succeeded(out var accepted, out var failure)
            .ShouldBeTrue(failure is null ? schema : string.Join("\n", failure.Errors!["schema"]));
        return accepted;
    }

    /// <summary>Everything that is wrong with a schema.</summary>
    public static IReadOnlyList<string> Faults(string schema)
    {
        TypeSchema.Parse(Json(schema)).Succeeded(out _, out var failure).ShouldBeFalse(schema);
        var errors = failure.ShouldNotBeNull().Errors.ShouldNotBeNull();
        errors.Keys.ShouldBe(["schema"]);
        return errors["schema"];
    }

    /// <summary>Everything that is wrong with a value, as <c>field: message</c>.</summary>
    public static IReadOnlyList<string> Check(this TypeSchema schema, string value)
    {
        var errors = new FieldErrors();
        schema.Check(Json(value), errors);
        return [.. errors.SelectMany(field => field.Value.Select(error => $"{field.Key}: {error}"))];
    }

    /// <summary>Runs something that may hang, which then fails rather than stops the run.</summary>
    public static Task<T> InTime<T>(Func<T> work) => Task.Run(work).WaitAsync(Patience, TimeProvider.System);
}

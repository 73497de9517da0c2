using System.Text;
using System.Text.Json;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.SecretTypes;

/// <summary>
/// The JSON Schema of a secret type, accepted and ready to check values. Neither the schema nor a value is trusted: reading and checking
/// are bounded in time and memory, fetch nothing, and throw nothing, whatever the text. Safe for use by several threads.
/// </summary>
internal sealed class TypeSchema
{
    // Members are counted by the reader; here they only have to be few enough to walk.
    private const int SchemaMembers = TypeLimits.SchemaBytes;

    private readonly SchemaNode _root;
    private readonly IReadOnlyList<StringRule> _rules;

    private TypeSchema(string json, SchemaNode root, IReadOnlyList<StringRule> rules)
    {
        Json = json;
        _root = root;
        _rules = rules;
    }

    /// <summary>The schema as compact JSON, annotations included: what to store.</summary>
    public string Json { get; }

    /// <summary>Reads a schema. Each keyword in it is either enforced or refused.</summary>
    /// <returns>The schema, or a failure of the field <c>schema</c> with every fault in it and its JSON pointer.</returns>
    public static Outcome<TypeSchema> Parse(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return Failure.Invalid("schema", "Must be a JSON Schema: an object.");
        }

        if (JsonFaults.Find(schema, TypeLimits.SchemaDepth, SchemaMembers) is { } fault)
        {
            return Failure.Invalid("schema", fault);
        }

        var json = CompactJson.Of(schema);
        if (Encoding.UTF8.GetByteCount(json) > TypeLimits.SchemaBytes)
        {
            return Failure.Invalid("schema", $"Must take at most {TypeLimits.SchemaBytes} bytes as compact JSON.");
        }

        var root = SchemaReader.Read(schema, out var reader);
        return reader.Faults.IsEmpty
            ? new TypeSchema(json, root, reader.Rules)
            : reader.Faults.ToFailure();
    }

    /// <summary>Reads a schema that was accepted before.</summary>
    /// <exception cref="InvalidOperationException">It would not be accepted now.</exception>
    public static TypeSchema OfStored(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Parse(document.RootElement).Succeeded(out var schema, out var failure)
            ? schema
            : throw new InvalidOperationException(
                $"[unexpected] a stored schema is not accepted: {string.Join(" ", failure.Errors!.Values.SelectMany(errors => errors))}");
    }

    /// <summary>Holds a value against the schema, and adds what is wrong with each field. No message has any part of the value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="errors">Takes the faults, by fields like <c>value.servers[0].host</c>.</param>
    public void Check(JsonElement value, FieldErrors errors)
    {
        var found = new ErrorList();
        if (value.ValueKind != JsonValueKind.Object)
        {
            found.Add("", "Must be a JSON object.");
        }
        else if (JsonFaults.Find(value, TypeLimits.ValueDepth, TypeLimits.ValueMembers) is { } fault)
        {
            found.Add("", fault);
        }
        else
        {
            Validate(value, found);
        }

        found.CopyTo(errors);
    }

    private void Validate(JsonElement value, ErrorList errors)
    {
        var token = ValueTokens.Of(value, "", errors);
        if (errors.IsEmpty && CheckingCost.IsTooHigh(_root, token))
        {
            errors.Add("", "Holds more fields and elements than can be checked against this type's schema. Have fewer of them, or make the schema simpler.");
        }

        if (errors.IsEmpty)
        {
            Validate(token, errors);
        }
    }

    private void Validate(JToken token, ErrorList errors)
    {
        var clock = new StringRuleClock();
        var settings = new JsonSchemaValidatorSettings { FormatValidators = _rules.Select(rule => new StringRuleFormat(rule, clock)) };
        foreach (var (path, words) in ValueErrors.Flatten(new JsonSchemaValidator(settings).Validate(token, _root, SchemaType.JsonSchema)))
        {
            errors.Add(path, words);
        }

        if (clock.HasRunOut)
        {
            errors.Add("", "Takes too long to check against the patterns of the type's schema. Make the patterns simpler or the text shorter.");
        }
    }
}

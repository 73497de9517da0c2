using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>Enforces a keyword on a node that has the keyword's type, or adds a fault.</summary>
internal delegate void TypedKeyword(SchemaReader reader, SchemaNode node, SchemaPlace place);

/// <summary>Enforces a keyword that is of no type on a node, or adds a fault.</summary>
/// <param name="reader">Reads further subschemas.</param>
/// <param name="node">The node.</param>
/// <param name="place">What the keyword holds.</param>
/// <param name="types">The types that the value may have; those of subschemas for the same value, where they name none.</param>
internal delegate void UntypedKeyword(SchemaReader reader, SchemaNode node, SchemaPlace place, IReadOnlyList<string> types);

/// <summary>The keywords of JSON Schema that a schema may have: those that are enforced, and those that say nothing about the value.</summary>
internal static class SchemaKeywords
{
    private static readonly string[] Annotations =
        ["$comment", "title", "description", "default", "example", "examples", "readOnly", "writeOnly", "deprecated"];

    // Read by the reader itself.
    private static readonly string[] Structure = ["type", "$ref", "$defs", "definitions"];

    private static readonly string[] Drafts =
    [
        "http://json-schema.org/draft-04/schema",
        "http://json-schema.org/draft-06/schema",
        "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ];

    private static readonly (string[] Types, IReadOnlyDictionary<string, TypedKeyword> Keywords)[] Typed =
    [
        (["object"], ObjectKeywords.All),
        (["array"], ArrayKeywords.All),
        (["string"], StringKeywords.All),
        (["number", "integer"], NumberKeywords.All),
    ];

    /// <summary>The keywords that apply to a value of any type.</summary>
    public static IReadOnlyDictionary<string, UntypedKeyword> OfAnyType { get; } = new Dictionary<string, UntypedKeyword>(StringComparer.Ordinal)
    {
        ["$schema"] = (reader, _, place, _) => CheckDraft(reader, place),
        ["enum"] = ChoiceKeywords.ApplyEnum,
        ["const"] = ChoiceKeywords.ApplyConst,
        ["allOf"] = (reader, node, place, types) => Combine(reader, node.AllOf, place, types),
        ["anyOf"] = (reader, node, place, types) => Combine(reader, node.AnyOf, place, types),
        ["oneOf"] = (reader, node, place, types) => Combine(reader, node.OneOf, place, types),
        ["not"] = (reader, node, place, types) => node.Not = reader.ReadSchema(place, types),
    };

    /// <summary>The keywords that are enforced, for an answer.</summary>
    public static string Supported { get; } =
        $"These are enforced: {string.Join(", ", Structure.Concat(Typed.SelectMany(t => t.Keywords.Keys)).Concat(OfAnyType.Keys).Where(k => k != "$schema"))}. "
        + $"These may stand there too: $schema, {string.Join(", ", Annotations)}.";

    public static bool IsAnnotation(string name) => Annotations.Contains(name, StringComparer.Ordinal);

    public static bool IsKnown(string name) =>
        IsAnnotation(name) || Structure.Contains(name, StringComparer.Ordinal) || OfAnyType.ContainsKey(name) || OwnersOf(name) is not null;

    /// <summary>The types of value that a keyword says something about; null for a keyword of no type.</summary>
    public static string[]? OwnersOf(string name) => Array.Find(Typed, t => t.Keywords.ContainsKey(name)).Types;

    /// <summary>A keyword of a type, or null where the type has none of that name.</summary>
    public static TypedKeyword? OfType(string type, string name) =>
        Array.Find(Typed, t => t.Types.Contains(type, StringComparer.Ordinal)).Keywords?.GetValueOrDefault(name);

    private static void CheckDraft(SchemaReader reader, SchemaPlace place)
    {
        if (place.Element.ValueKind != JsonValueKind.String || !Drafts.Contains(place.Element.GetString()!.TrimEnd('#'), StringComparer.Ordinal))
        {
            reader.Faults.Add(place.Pointer, $"Must be one of {string.Join(", ", Drafts)}, or left out. Nothing is fetched.");
        }
    }

    private static void Combine(SchemaReader reader, ICollection<NJsonSchema.JsonSchema> target, SchemaPlace place, IReadOnlyList<string> types)
    {
        if (place.Element.ValueKind != JsonValueKind.Array || place.Element.GetArrayLength() == 0)
        {
            reader.Faults.Add(place.Pointer, "Must be an array of schemas, one at least.");
            return;
        }

        foreach (var item in place.Items())
        {
            target.Add(reader.ReadSchema(item, types));
        }
    }
}

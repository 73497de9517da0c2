using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>The keywords about objects.</summary>
internal static class ObjectKeywords
{
    public static readonly IReadOnlyDictionary<string, TypedKeyword> All = new Dictionary<string, TypedKeyword>(StringComparer.Ordinal)
    {
        ["properties"] = ApplyProperties,
        ["required"] = ApplyRequired,
        ["additionalProperties"] = ApplyAdditionalProperties,
        ["minProperties"] = (reader, node, place) => node.MinProperties = KeywordNumbers.Count(reader, place) ?? 0,
        ["maxProperties"] = (reader, node, place) => node.MaxProperties = KeywordNumbers.Count(reader, place, least: 1) ?? 0,
    };

    private static void ApplyProperties(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (place.Element.ValueKind != JsonValueKind.Object)
        {
            reader.Faults.Add(place.Pointer, "Must be an object with a schema for each field.");
            return;
        }

        foreach (var (name, member) in place.Members())
        {
            if (IsFieldName(name))
            {
                node.Properties[FieldPath.Encode(name)] = reader.ReadSchema(member, []);
            }
            else
            {
                reader.Faults.Add(place.Pointer, $"Must have names of 1 to {TypeLimits.FieldNameLength} characters.");
            }
        }
    }

    private static void ApplyRequired(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (place.Element.ValueKind != JsonValueKind.Array || !place.Element.EnumerateArray().All(IsFieldName))
        {
            reader.Faults.Add(place.Pointer, $"Must be an array of fields' names, of 1 to {TypeLimits.FieldNameLength} characters.");
            return;
        }

        var names = place.Element.EnumerateArray().Select(name => FieldPath.Encode(name.GetString()!)).ToHashSet(StringComparer.Ordinal);
        if (reader.Count(names.Count))
        {
            foreach (var name in names)
            {
                node.RequiredProperties.Add(name);
            }
        }
    }

    private static void ApplyAdditionalProperties(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (place.Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.AllowAdditionalProperties = place.Element.GetBoolean();
        }
        else
        {
            node.AdditionalPropertiesSchema = reader.ReadSchema(place, []);
        }
    }

    private static bool IsFieldName(JsonElement name) => name.ValueKind == JsonValueKind.String && IsFieldName(name.GetString()!);

    private static bool IsFieldName(string name) => name.Length is > 0 and <= TypeLimits.FieldNameLength;
}

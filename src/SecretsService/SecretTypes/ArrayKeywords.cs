using System.Text.Json;
using NJsonSchema;

namespace SecretsService.SecretTypes;

/// <summary>The keywords about arrays.</summary>
internal static class ArrayKeywords
{
    public static readonly IReadOnlyDictionary<string, TypedKeyword> All = new Dictionary<string, TypedKeyword>(StringComparer.Ordinal)
    {
        ["items"] = (reader, node, place) => node.Item = reader.ReadSchema(place, []),
        ["minItems"] = (reader, node, place) => node.MinItems = KeywordNumbers.Count(reader, place) ?? 0,
        ["maxItems"] = (reader, node, place) => node.MaxItems = KeywordNumbers.Count(reader, place, least: 1) ?? 0,
        ["uniqueItems"] = ApplyUniqueItems,
    };

    /// <summary>Adds a fault where a node asks for unique items of several types: the validator takes 1 and "1" for the same.</summary>
    public static void CheckUniqueness(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (node.UniqueItems && (node.Item is null || !HasOneType(node.Item)))
        {
            reader.Faults.Add($"{place.Pointer}/uniqueItems", "Is enforced only beside items of one type. Write \"items\" with one \"type\" next to it.");
        }
    }

    private static void ApplyUniqueItems(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (place.Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.UniqueItems = place.Element.GetBoolean();
        }
        else
        {
            reader.Faults.Add(place.Pointer, "Must be true or false.");
        }
    }

    private static bool HasOneType(JsonSchema node) => node.Type != JsonObjectType.None || node.AllOf.Any(HasOneType);
}

using NJsonSchema;

namespace SecretsService.SecretTypes;

/// <summary>The types that a schema may name.</summary>
internal static class SchemaTypes
{
    private static readonly Dictionary<string, (JsonObjectType Type, string Words)> Known = new(StringComparer.Ordinal)
    {
        ["array"] = (JsonObjectType.Array, "an array"),
        ["boolean"] = (JsonObjectType.Boolean, "true or false"),
        ["integer"] = (JsonObjectType.Number, "a whole number"),
        ["null"] = (JsonObjectType.Null, "null"),
        ["number"] = (JsonObjectType.Number, "a number"),
        ["object"] = (JsonObjectType.Object, "an object"),
        ["string"] = (JsonObjectType.String, "a string"),
    };

    /// <summary>What a type must be, for an answer.</summary>
    public static string Rule { get; } = $"Must be one of {string.Join(", ", Known.Keys)}, or an array of different ones.";

    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    public static bool IsKnown(string? name) => name is not null && Known.ContainsKey(name);

    /// <summary>A choice of types, for an answer.</summary>
    public static string Describe(IEnumerable<string> names) => string.Join(" or ", names.Select(name => Known[name].Words));

    /// <summary>Gives a node its type. An integer is a multiple of 1: 1.0 is one too, as JSON Schema has it since draft 6.</summary>
    public static void Apply(string name, SchemaNode node)
    {
        node.Type = Known[name].Type;
        node.IsInteger = name == "integer";
        node.MultipleOf = node.IsInteger ? 1 : null;
    }
}

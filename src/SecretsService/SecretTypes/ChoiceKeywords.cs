using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>
/// The keywords <c>enum</c> and <c>const</c>. The validator compares texts, by which 1 and "1" are the same, so that the members must be
/// of one type, and the value with them.
/// </summary>
internal static class ChoiceKeywords
{
    private const int LongestList = 500;

    /// <summary>Leaves of the types that a value may have the one that the members of its enum or const have, or adds a fault.</summary>
    public static IReadOnlyList<string> Narrow(SchemaReader reader, SchemaPlace place, IReadOnlyList<string> types)
    {
        var hasEnum = place.Element.TryGetProperty("enum", out var choices);
        if (place.Element.TryGetProperty("const", out var constant) && hasEnum)
        {
            reader.Faults.Add(place.Pointer, "Must not have both enum and const. Leave one out.");
            return types;
        }

        var members = hasEnum ? MembersOf(choices) : constant.ValueKind == JsonValueKind.Undefined ? null : [constant];
        return members is null || TypeOf(members, types) is not { } type ? types : [type];
    }

    public static void ApplyEnum(SchemaReader reader, SchemaNode node, SchemaPlace place, IReadOnlyList<string> types) =>
        Apply(reader, node, place, MembersOf(place.Element), types);

    public static void ApplyConst(SchemaReader reader, SchemaNode node, SchemaPlace place, IReadOnlyList<string> types) =>
        Apply(reader, node, place, [place.Element], types);

    private static void Apply(SchemaReader reader, SchemaNode node, SchemaPlace place, JsonElement[] members, IReadOnlyList<string> types)
    {
        if (TypeOf(members, types) is null)
        {
            reader.Faults.Add(place.Pointer, "Must hold strings, numbers, or true and false: one kind of them only, and of the type that stands beside it.");
        }
        else if (reader.Count(members.Length))
        {
            var errors = new ErrorList();
            foreach (var member in members)
            {
                node.Enumeration.Add(ValueTokens.Of(member, "", errors));
            }

            node.Choices = Show(node.Enumeration);
            if (!errors.IsEmpty)
            {
                reader.Faults.Add(place.Pointer, ExactNumber.Rule);
            }
        }
    }

    private static JsonElement[] MembersOf(JsonElement choices) =>
        choices.ValueKind == JsonValueKind.Array ? [.. choices.EnumerateArray()] : [];

    // The one type of all members, where the types around them have room for it.
    private static string? TypeOf(JsonElement[] members, IReadOnlyList<string> types)
    {
        var kinds = members.Select(KindOf).Distinct(StringComparer.Ordinal).ToList();
        return kinds is not [{ } kind] ? null
            : types.Count == 0 || types.Contains(kind, StringComparer.Ordinal) ? kind
            : kind == "number" && types.Contains("integer", StringComparer.Ordinal) ? "integer"
            : null;
    }

    private static string? KindOf(JsonElement member) => member.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => null,
    };

    private static string Show(ICollection<object> members)
    {
        var list = string.Join(", ", members);
        return list.Length <= LongestList ? list : string.Concat(list.AsSpan(0, LongestList), "...");
    }
}

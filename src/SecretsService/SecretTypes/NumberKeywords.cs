namespace SecretsService.SecretTypes;

/// <summary>The keywords about numbers. The exclusive bounds are numbers, as from draft 6 on; draft 4's true and false are refused.</summary>
internal static class NumberKeywords
{
    public static readonly IReadOnlyDictionary<string, TypedKeyword> All = new Dictionary<string, TypedKeyword>(StringComparer.Ordinal)
    {
        ["minimum"] = (reader, node, place) => node.Minimum = KeywordNumbers.Bound(reader, place),
        ["maximum"] = (reader, node, place) => node.Maximum = KeywordNumbers.Bound(reader, place),
        ["exclusiveMinimum"] = (reader, node, place) => node.ExclusiveMinimum = KeywordNumbers.Bound(reader, place),
        ["exclusiveMaximum"] = (reader, node, place) => node.ExclusiveMaximum = KeywordNumbers.Bound(reader, place),
        ["multipleOf"] = ApplyMultipleOf,
    };

    private static void ApplyMultipleOf(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (KeywordNumbers.Bound(reader, place) is not { } divisor)
        {
            return;
        }

        if (divisor <= 0)
        {
            reader.Faults.Add(place.Pointer, "Must be more than 0.");
        }
        else if (node.IsInteger && !decimal.IsInteger(divisor))
        {
            reader.Faults.Add(place.Pointer, "Must be a whole number beside \"type\": \"integer\".");
        }
        else
        {
            node.MultipleOf = divisor;
        }
    }
}

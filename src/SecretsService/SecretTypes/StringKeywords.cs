using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>The keywords about strings. Lengths count characters of Unicode, as JSON Schema has it, and not halves of surrogate pairs.</summary>
internal static class StringKeywords
{
    public static readonly IReadOnlyDictionary<string, TypedKeyword> All = new Dictionary<string, TypedKeyword>(StringComparer.Ordinal)
    {
        ["minLength"] = ApplyMinLength,
        ["maxLength"] = ApplyMaxLength,
        ["pattern"] = ApplyPattern,
        ["format"] = ApplyFormat,
    };

    private static void ApplyMinLength(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (KeywordNumbers.Count(reader, place) is { } least)
        {
            reader.AddRule(node, $"Must have at least {Characters(least)}.", text => LengthOf(text) >= least);
        }
    }

    private static void ApplyMaxLength(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (KeywordNumbers.Count(reader, place) is { } most)
        {
            reader.AddRule(node, $"Must have at most {Characters(most)}.", text => LengthOf(text) <= most);
        }
    }

    private static void ApplyPattern(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        var pattern = place.Element.ValueKind == JsonValueKind.String ? place.Element.GetString()! : null;
        if (pattern is not { Length: > 0 and <= TypeLimits.PatternLength })
        {
            reader.Faults.Add(place.Pointer, $"Must be a string of 1 to {TypeLimits.PatternLength} characters.");
        }
        else if (reader.CountPattern())
        {
            if (SchemaPattern.TryCompile(pattern, out var regex))
            {
                reader.AddRule(node, $"Must match {pattern}.", regex.IsMatch);
            }
            else
            {
                reader.Faults.Add(place.Pointer, SchemaPattern.Rule);
            }
        }
    }

    private static void ApplyFormat(SchemaReader reader, SchemaNode node, SchemaPlace place)
    {
        if (place.Element.ValueKind == JsonValueKind.String && StringFormats.Find(place.Element.GetString()!) is { } format)
        {
            reader.AddRule(node, $"Must be {format.Words}.", format.Allows);
        }
        else
        {
            reader.Faults.Add(place.Pointer, $"Must be one of {string.Join(", ", StringFormats.Names)}. For anything else, write a pattern.");
        }
    }

    private static int LengthOf(string text) => text.EnumerateRunes().Count();

    private static string Characters(int count) => count == 1 ? "1 character" : $"{count} characters";
}

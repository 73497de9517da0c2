using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>
/// Finds what would make JSON unsafe to walk: too deep or too large, a name that stands twice, half of a surrogate pair. What it lets
/// through can be read without an exception.
/// </summary>
internal sealed class JsonFaults
{
    private readonly int _maxDepth;
    private readonly int _maxMembers;
    private int _members;

    private JsonFaults(int maxDepth, int maxMembers)
    {
        _maxDepth = maxDepth;
        _maxMembers = maxMembers;
    }

    /// <summary>The first fault, or null for JSON without one.</summary>
    /// <param name="element">The JSON.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <param name="maxMembers">How many fields and elements it may hold, at all depths.</param>
    public static string? Find(JsonElement element, int maxDepth, int maxMembers)
    {
        try
        {
            return new JsonFaults(maxDepth, maxMembers).FindIn(element, 1);
        }
        catch (InvalidOperationException)
        {
            // Text with half of a surrogate pair, which no UTF-8 can hold.
            return "Must be Unicode text: half of a surrogate pair stands alone in it.";
        }
    }

    private string? FindIn(JsonElement element, int depth) => element.ValueKind switch
    {
        JsonValueKind.Object => TooDeep(depth) ?? FindInObject(element, depth),
        JsonValueKind.Array => TooDeep(depth) ?? FindInArray(element, depth),
        JsonValueKind.String => FindInText(element),
        _ => null,
    };

    private string? TooDeep(int depth) => depth > _maxDepth ? $"Must not nest more than {_maxDepth} levels deep." : null;

    private string? TooMany() =>
        ++_members > _maxMembers ? $"Must hold at most {_maxMembers} fields and elements, counted at all depths." : null;

    private string? FindInObject(JsonElement element, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var fault = TooMany() ?? (names.Add(member.Name) ? null : "A name stands twice in one object. Write it once.");
            if ((fault ?? FindIn(member.Value, depth + 1)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private string? FindInArray(JsonElement element, int depth)
    {
        foreach (var item in element.EnumerateArray())
        {
            if ((TooMany() ?? FindIn(item, depth + 1)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? FindInText(JsonElement element)
    {
        _ = element.GetString();
        return null;
    }
}

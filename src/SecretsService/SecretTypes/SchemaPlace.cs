using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>A place in a schema that is being read.</summary>
/// <param name="Element">The JSON there.</param>
/// <param name="Pointer">The JSON pointer to it.</param>
/// <param name="Depth">How many subschemas it stands in.</param>
internal readonly record struct SchemaPlace(JsonElement Element, string Pointer, int Depth)
{
    /// <summary>What a member of the object here holds.</summary>
    public SchemaPlace Child(string name, JsonElement element) =>
        this with { Element = element, Pointer = $"{Pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}" };

    /// <summary>The elements of the array here.</summary>
    public IEnumerable<SchemaPlace> Items()
    {
        var place = this;
        return Element.EnumerateArray().Select((item, index) => place with { Element = item, Pointer = $"{place.Pointer}/{index}" });
    }

    /// <summary>The members of the object here.</summary>
    public IEnumerable<(string Name, SchemaPlace Place)> Members()
    {
        var place = this;
        return Element.EnumerateObject().Select(member => (member.Name, place.Child(member.Name, member.Value)));
    }
}

using System.Text.Json;
using Newtonsoft.Json.Linq;

namespace SecretsService.SecretTypes;

/// <summary>
/// Turns a value into what the validator reads. It is built token by token, because the validator's own parser takes some texts for
/// dates and rounds numbers; and in one form only, because the validator compares by text: numbers without zeros at the end, the fields
/// of an object in the order of their names.
/// </summary>
internal static class ValueTokens
{
    /// <summary>Turns a value, adding an error for each number that cannot be held exactly.</summary>
    /// <param name="value">JSON in which <see cref="JsonFaults"/> finds nothing.</param>
    /// <param name="path">Where the value stands, for the errors.</param>
    /// <param name="errors">What is wrong, by path.</param>
    public static JToken Of(JsonElement value, string path, ErrorList errors) => value.ValueKind switch
    {
        JsonValueKind.Object => OfObject(value, path, errors),
        JsonValueKind.Array => new JArray(value.EnumerateArray().Select((item, index) => Of(item, $"{path}[{index}]", errors))),
        JsonValueKind.Number => OfNumber(value, path, errors),
        JsonValueKind.String => new JValue(value.GetString()),
        JsonValueKind.True => new JValue(true),
        JsonValueKind.False => new JValue(false),
        _ => JValue.CreateNull(),
    };

    private static JObject OfObject(JsonElement value, string path, ErrorList errors)
    {
        var members = value.EnumerateObject()
            .Select(member => (Name: FieldPath.Encode(member.Name), member.Value))
            .OrderBy(member => member.Name, StringComparer.Ordinal);
        return new JObject(members.Select(member => new JProperty(member.Name, Of(member.Value, Join(path, member.Name), errors))));
    }

    private static JValue OfNumber(JsonElement value, string path, ErrorList errors)
    {
        if (!ExactNumber.TryRead(value, out var number))
        {
            errors.Add(path, ExactNumber.Rule);
        }

        return new JValue(number);
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

using Newtonsoft.Json.Linq;
using NJsonSchema;

namespace SecretsService.SecretTypes;

/// <summary>
/// Counts what a check would cost before it is made. The validator cannot be stopped, and takes up to a few hundredths of a millisecond
/// for each pair of a subschema and a part of the value; 500 of the one against 1,000 of the other took it 16 seconds.
/// </summary>
internal sealed class CheckingCost
{
    // Comparing this many names or members of enum costs about as much as a subschema.
    private const int ComparisonsPerStep = 256;

    private int _steps;

    /// <summary>True where holding a value against a schema takes more than <see cref="TypeLimits.CheckingSteps"/>.</summary>
    public static bool IsTooHigh(SchemaNode schema, JToken value)
    {
        var cost = new CheckingCost();
        cost.Add(schema, value);
        return cost.HasToStop;
    }

    private bool HasToStop => _steps > TypeLimits.CheckingSteps;

    private void Add(JsonSchema schema, JToken value)
    {
        _steps += 1 + (((schema.Properties.Count * schema.RequiredProperties.Count) + schema.Enumeration.Count) / ComparisonsPerStep);
        foreach (var (part, partOfValue) in PartsOf(schema, value).TakeWhile(_ => !HasToStop))
        {
            Add(part, partOfValue);
        }
    }

    private static IEnumerable<(JsonSchema Schema, JToken Value)> PartsOf(JsonSchema schema, JToken value)
    {
        var same = schema.AllOf.Concat(schema.AnyOf).Concat(schema.OneOf).Append(schema.Not).Select(part => (Schema: part, Value: value));
        var within = value switch
        {
            JArray items => items.Select(item => (Schema: schema.Item, Value: item)),
            JObject fields => fields.Properties().Select(field => (Schema: SchemaOf(schema, field.Name), field.Value)),
            _ => [],
        };

        // The validator's nullable members are not declared as such.
        return same.Concat(within).Where(part => part.Schema is not null);
    }

    private static JsonSchema SchemaOf(JsonSchema schema, string field) =>
        schema.Properties.TryGetValue(field, out var property) ? property : schema.AdditionalPropertiesSchema;
}

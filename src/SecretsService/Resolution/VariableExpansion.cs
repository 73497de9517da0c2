using System.Text.Json;

namespace SecretsService.Resolution;

/// <summary>A variable that carries one field of a typed secret.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Field">The field's name.</param>
/// <param name="Text">The variable's value.</param>
internal sealed record ExpandedField(string Name, string Field, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ExpandedField)} {{ {nameof(Name)} = {Name}, {nameof(Text)} = *** }}";
}

/// <summary>What secret types mean for the merged map: which secrets give a variable for each field, and which variables those are.</summary>
internal static class VariableExpansion
{
    /// <summary>Tells whether a secret gives a variable for each field of its value, rather than one under its own name.</summary>
    /// <param name="secretType">The key of its type; null for a secret without one.</param>
    /// <param name="ofAccount">What the account's own type of this key says; null where the account has none.</param>
    public static bool InjectsFields(string? secretType, bool? ofAccount) => secretType is not null && (ofAccount ?? false);

    /// <summary>The variables of a value.</summary>
    /// <param name="secretName">The secret's name.</param>
    /// <param name="value">The value, an object.</param>
    public static IReadOnlyList<ExpandedField> Expand(string secretName, JsonElement value) =>
    [
        .. value.EnumerateObject()
            .Where(field => field.Value.ValueKind != JsonValueKind.Null)
            .Select(field => new ExpandedField($"{secretName}_{field.Name.ToUpperInvariant()}", field.Name, field.Value.ToString())),
    ];

    /// <summary>What people may call the field that gives a variable, where only the variable is known: its part behind the secret's name.</summary>
    public static string FieldOf(string secretName, string variable) =>
        variable.StartsWith(secretName + "_", StringComparison.Ordinal) ? variable[(secretName.Length + 1)..].ToLowerInvariant() : variable;
}

using System.Text.Json;
using SecretsService.SecretTypes;

namespace SecretsService.Resolution;

/// <summary>What secret types mean for the merged map: which secrets give a variable for each field, and which variables those are.</summary>
internal static class VariableExpansion
{
    /// <summary>What a secret's value claims.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="value">Its value, an object.</param>
    /// <returns>A claim with its text for each field.</returns>
    public static List<VariableClaim<TSecret>> Expand<TSecret>(TSecret secret, JsonElement value)
        where TSecret : class, ISecretSource =>
        [.. FieldVariables.Of(secret.Name, value).Select(v => new VariableClaim<TSecret>(v.Name, v.Field, secret) { Text = v.Text })];

    /// <summary>What people may call the field that gives a variable, where only the variable is known: its part behind the secret's name.</summary>
    public static string FieldOf(string secretName, string variable) =>
        variable.StartsWith(secretName + "_", StringComparison.Ordinal) ? variable[(secretName.Length + 1)..].ToLowerInvariant() : variable;
}

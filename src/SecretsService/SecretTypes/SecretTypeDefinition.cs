using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace SecretsService.SecretTypes;

/// <summary>How a typed secret reaches a deployment.</summary>
internal enum TypeInjection
{
    /// <summary>As one variable that holds the whole object as compact JSON.</summary>
    Json,

    /// <summary>As one variable a field: see <see cref="FieldVariables"/>.</summary>
    Fields,
}

/// <summary>A secret type: what the value of a secret of that type must be, and how it is injected.</summary>
/// <param name="Key">What requests call it; unique, and by <see cref="KeyRule"/>.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Injection">How its secrets are injected.</param>
/// <param name="SchemaJson">A schema that <see cref="TypeSchema.Parse"/> has accepted, as compact JSON.</param>
/// <param name="Description">What it is for.</param>
/// <param name="IsSystem">True for the types that the service brings along, which cannot be changed.</param>
internal sealed partial record SecretTypeDefinition(
    string Key,
    string Name,
    TypeInjection Injection,
    string SchemaJson,
    string? Description,
    bool IsSystem)
{
    public const string KeyRule = "Must be 1 to 64 characters: lower-case letters, digits, hyphens and underscores (^[a-z0-9_-]{1,64}$).";

    // By the text, so that no copy of a definition can carry the schema of another text.
    private static readonly ConditionalWeakTable<string, TypeSchema> Compiled = [];

    /// <summary>The schema, compiled when it is first asked for.</summary>
    /// <exception cref="InvalidOperationException">The schema would not be accepted now.</exception>
    public TypeSchema Schema => Compiled.GetValue(SchemaJson, TypeSchema.OfStored);

    /// <summary>Tells whether a text can be a type's key.</summary>
    public static bool IsKey(string text) => KeyPattern().IsMatch(text);

    [GeneratedRegex("^[a-z0-9_-]{1,64}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex KeyPattern();
}

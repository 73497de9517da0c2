using NJsonSchema;

namespace SecretsService.SecretTypes;

/// <summary>
/// A subschema as the validator runs it. Every one is a property's, the root too, so that one class serves everywhere; and it has one
/// type or none, because the validator takes the keywords of one type for faults of another.
/// </summary>
internal sealed class SchemaNode : JsonSchemaProperty
{
    /// <summary>The rule that <see cref="JsonSchema.Format"/> names.</summary>
    public StringRule? Rule { get; init; }

    /// <summary>True where a number must be whole. The validator is told by <see cref="JsonSchema.MultipleOf"/>.</summary>
    public bool IsInteger { get; set; }

    /// <summary>The members of an enum, for an answer.</summary>
    public string? Choices { get; set; }

    /// <summary>The types, for an answer, where <see cref="JsonSchema.AnyOf"/> stands for a list of types.</summary>
    public string? TypeChoice { get; init; }

    /// <summary>Never: where it is true, the validator lets null pass without a look at the other keywords.</summary>
    public override bool IsNullable(SchemaType schemaType) => false;
}

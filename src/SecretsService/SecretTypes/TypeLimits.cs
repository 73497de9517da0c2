namespace SecretsService.SecretTypes;

/// <summary>What bounds the work and the memory that a schema, and a value held against it, can cost.</summary>
internal static class TypeLimits
{
    /// <summary>The largest schema, in bytes of compact JSON.</summary>
    public const int SchemaBytes = 16_384;

    /// <summary>How deep a schema's JSON may nest.</summary>
    public const int SchemaDepth = 32;

    /// <summary>
    /// How many parts a schema may have once each $ref is replaced by what it points to: subschemas, required names and members of enum.
    /// </summary>
    public const int SchemaParts = 512;

    /// <summary>How many subschemas may stand inside one another, $ref included.</summary>
    public const int SubschemaDepth = 32;

    /// <summary>The longest name of a field in a schema, in characters.</summary>
    public const int FieldNameLength = 64;

    /// <summary>The longest pattern, in characters.</summary>
    public const int PatternLength = 256;

    /// <summary>How many patterns a schema may have, $ref replaced.</summary>
    public const int Patterns = 64;

    /// <summary>How long one pattern may take on one text. Only patterns made to be slow come near it.</summary>
    public static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(250);

    /// <summary>How long all string rules together may take on one value.</summary>
    public static readonly TimeSpan StringRulesTime = TimeSpan.FromSeconds(1);

    /// <summary>How deep a value may nest.</summary>
    public const int ValueDepth = 16;

    /// <summary>How many fields and elements a value may hold, at all depths.</summary>
    public const int ValueMembers = 1_024;

    /// <summary>How many pairs of a subschema and a part of a value a check may look at. At worst that takes about a second.</summary>
    public const int CheckingSteps = 32_768;

    /// <summary>How many significant digits a number may have, and how many decimal places: what a decimal holds without rounding.</summary>
    public const int Digits = 28;

    /// <summary>How many faults are listed.</summary>
    public const int Faults = 50;
}

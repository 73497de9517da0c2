using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>A value on its way in: text, or an object for a typed secret.</summary>
[JsonConverter(typeof(ValueInputConverter))]
public sealed record ValueInput
{
    private ValueInput(string text, bool isObject)
    {
        Text = text;
        IsObject = isObject;
    }

    /// <summary>The text; compact JSON where it is an object.</summary>
    public string Text { get; }

    /// <summary>True for an object.</summary>
    public bool IsObject { get; }

    /// <summary>Makes a value of text.</summary>
    public static ValueInput OfText(string text) => new(text, isObject: false);

    /// <summary>Makes a value of an object, for a typed secret.</summary>
    /// <param name="compactJson">The object as JSON without white space between its parts.</param>
    public static ValueInput OfObject(string compactJson) => new(compactJson, isObject: true);

    /// <inheritdoc/>
    public override string ToString() => "***";
}

/// <summary>Reads a string or an object; writes what was read.</summary>
internal sealed class ValueInputConverter : JsonConverter<ValueInput>
{
    public override ValueInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => ValueInput.OfText(reader.GetString()!),
        JsonTokenType.StartObject => ValueInput.OfObject(CompactJson.Of(JsonElement.ParseValue(ref reader))),
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, ValueInput value, JsonSerializerOptions options)
    {
        if (value.IsObject)
        {
            writer.WriteRawValue(value.Text);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}

/// <summary>What creates a secret, or one for each of several environment types.</summary>
public sealed record CreateSecret
{
    /// <summary>
    /// The name of the environment variable: 1 to 256 characters, a letter or underscore first, then letters, digits and
    /// underscores; not a reserved one.
    /// </summary>
    [MaxLength(SecretLimits.KeyLength)]
    [RegularExpression("^" + SecretLimits.KeyPattern + "$")]
    public required string Key { get; init; }

    /// <summary>
    /// The value: text of up to 65,536 bytes in UTF-8, without NUL, or an object where <see cref="SecretType"/> is sent. The empty string is a
    /// value. Required, except for a tombstone, which has none.
    /// </summary>
    [DisallowNull]
    public ValueInput? Value { get; init; }

    /// <summary>True, which is the default: the value is never shown. False makes a plain variable, whose value lists show.</summary>
    [DisallowNull]
    public bool? IsSecret { get; init; }

    /// <summary>What the secret is for: up to 1,024 characters.</summary>
    [DisallowNull]
    [MaxLength(SecretLimits.DescriptionLength)]
    public string? Description { get; init; }

    /// <summary>The key of a secret type, which the value must then be an object of. It cannot be changed later.</summary>
    [DisallowNull]
    public string? SecretType { get; init; }

    /// <summary>From when on no target gets the value: RFC 3339, in the future.</summary>
    [DisallowNull]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// The environment type that the secret is for, on a collection of the account, a site or an app: <c>production</c>,
    /// <c>development</c>, <c>preview</c>, <c>local</c> (or <c>prod</c>, <c>dev</c>, <c>pr</c>) or any other slug. Any environment where absent.
    /// </summary>
    [DisallowNull]
    public string? EnvironmentType { get; init; }

    /// <summary>Several environment types at once: one secret is created for each, or none at all. The answer is then a list.</summary>
    [DisallowNull]
    public IReadOnlyList<string>? EnvironmentTypes { get; init; }

    /// <summary>True forbids narrower scopes to override the key. Default: false.</summary>
    [DisallowNull]
    public bool? Pinned { get; init; }

    /// <summary>True makes a tombstone: targets of the scope do not get the key, whatever broader scopes have. Default: false.</summary>
    [DisallowNull]
    public bool? Withheld { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(CreateSecret)} {{ {nameof(Key)} = {Key}, {nameof(Value)} = *** }}";
}

/// <summary>What changes a secret: any of its members, and none is left as it is.</summary>
public sealed record UpdateSecret
{
    /// <summary>The new name of the environment variable, by the rules for creating one.</summary>
    [DisallowNull]
    [MaxLength(SecretLimits.KeyLength)]
    [RegularExpression("^" + SecretLimits.KeyPattern + "$")]
    public string? Key { get; init; }

    /// <summary>The new value: text, or an object for a typed secret. Writing the value that is there already adds no version.</summary>
    [DisallowNull]
    public ValueInput? Value { get; init; }

    /// <summary>
    /// False makes a plain variable of a secret, which takes a <see cref="Value"/> in the same request, so that nobody can read a value by it
    /// that was written as a secret. True makes it a secret again.
    /// </summary>
    [DisallowNull]
    public bool? IsSecret { get; init; }

    /// <summary>What the secret is for, up to 1,024 characters; null clears it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Clearable<string?> Description { get; init; }

    /// <summary>From when on no target gets the value: RFC 3339, in the future; null lets it never expire.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Clearable<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>True forbids narrower scopes to override the key.</summary>
    [DisallowNull]
    public bool? Pinned { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(UpdateSecret)} {{ {nameof(Key)} = {Key}, {nameof(Value)} = *** }}";
}

/// <summary>What takes an older version of a secret up again.</summary>
public sealed record RollbackSecret
{
    /// <summary>The number of the version whose value is to be the current one again.</summary>
    public required int Version { get; init; }
}

/// <summary>What asks for a value.</summary>
public sealed record RevealSecret
{
    /// <summary>The number of the version; the current one where absent.</summary>
    [DisallowNull]
    public int? Version { get; init; }
}

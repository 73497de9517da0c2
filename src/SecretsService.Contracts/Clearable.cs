using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>
/// A member of a change that may be absent, which leaves the field as it is, or null, which clears it.
/// Write it under <see cref="JsonIgnoreCondition.WhenWritingDefault"/>, so that an absent one is not sent.
/// </summary>
/// <typeparam name="T">The field's type, nullable.</typeparam>
[JsonConverter(typeof(ClearableConverterFactory))]
public readonly record struct Clearable<T>
{
    /// <summary>Makes a member that is present.</summary>
    /// <param name="value">The field's new value; null clears it.</param>
    public Clearable(T value)
    {
        IsPresent = true;
        Value = value;
    }

    /// <summary>True where the change has the member, with whatever value.</summary>
    public bool IsPresent { get; }

    /// <summary>The field's new value; the default where the member is absent.</summary>
    public T? Value { get; }

    /// <summary>The new value where there is one, else what stands there now.</summary>
    /// <param name="current">What stands there now.</param>
    public T? Or(T? current) => IsPresent ? Value : current;
}

/// <summary>Reads and writes any <see cref="Clearable{T}"/> by the rules of its T.</summary>
internal sealed class ClearableConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Clearable<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(ClearableConverter<>).MakeGenericType(typeToConvert.GenericTypeArguments))!;

    [SuppressMessage("Performance", "CA1812", Justification = "Made by the factory, through reflection")]
    private sealed class ClearableConverter<T> : JsonConverter<Clearable<T>>
    {
        public override bool HandleNull => true;

        public override Clearable<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, Clearable<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}

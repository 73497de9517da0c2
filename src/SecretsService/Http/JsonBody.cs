using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using FluentValidation;
using Microsoft.Net.Http.Headers;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>
/// A request's JSON body, read and validated by hand: the framework's binder answers a body that it cannot read with an empty 400, and
/// stops at the first fault.
/// </summary>
/// <typeparam name="T">The record that the body is read into.</typeparam>
internal sealed class JsonBody<T> : IRequestPart, IBindableFromHttpContext<JsonBody<T>>
    where T : class
{
    private readonly T? _value;

    private JsonBody(Outcome<T> outcome)
    {
        _ = outcome.Succeeded(out _value, out var failure);
        Failure = failure;
    }

    public Failure? Failure { get; }

    /// <summary>The body. There is one wherever a handler runs.</summary>
    public T Value => _value ?? throw new InvalidOperationException("A handler ran although its body could not be read.");

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var isOptional = parameter.IsDefined(typeof(OptionalBodyAttribute), inherit: false);
        var read = await RequestBody.ReadAsync(context.Request, isOptional ? "{}"u8.ToArray() : null, MediaTypes.Json);
        if (!read.Succeeded(out var utf8, out var failure))
        {
            return new JsonBody<T>(failure);
        }

        var parsed = StrictJson.Read((JsonTypeInfo<T>)ContractsJson.Default.GetTypeInfo(typeof(T))!, utf8);
        return new JsonBody<T>(
            parsed.Succeeded(out var body, out failure) ? Validated(body, context.RequestServices) : failure);
    }

    private static Outcome<T> Validated(T body, IServiceProvider services)
    {
        var result = services.GetRequiredService<IValidator<T>>().Validate(body);
        if (result.IsValid)
        {
            return body;
        }

        var errors = new FieldErrors();
        foreach (var error in result.Errors)
        {
            errors.Add(StrictJson.NameOf(error.PropertyName), error.ErrorMessage);
        }

        return Failure.Invalid(errors);
    }
}

/// <summary>Marks a body that need not be sent: none is as good as an empty object.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class OptionalBodyAttribute : Attribute;

/// <summary>The types of bodies that routes read.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Text = "text/plain";
}

/// <summary>Reads the bytes of a request's body.</summary>
internal static class RequestBody
{
    /// <summary>
    /// The most bytes that are read. The largest value, written with every byte as a six-character escape, takes 384 KiB.
    /// </summary>
    public const int LimitBytes = 1_048_576;

    /// <summary>The most entries that a list may have where the body is one.</summary>
    public const int MaxEntries = 1_000;

    /// <summary>Reads the body, once; what was read is <see cref="BytesOf"/> from then on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="whenEmpty">What an empty body stands for; null where there must be one.</param>
    /// <param name="mediaTypes">The types that the route reads.</param>
    public static async Task<Outcome<byte[]>> ReadAsync(HttpRequest request, byte[]? whenEmpty, params string[] mediaTypes)
    {
        if (request.ContentLength > LimitBytes)
        {
            return Failure.BodyTooLarge(LimitBytes);
        }

        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
            var bytes = body.ToArray();
            request.HttpContext.Features.Set(new ReadBytes(bytes));
            return bytes.Length == 0 ? whenEmpty ?? (Outcome<byte[]>)Failure.Malformed(
                    mediaTypes is [MediaTypes.Json] ? "The request has no body. Send a JSON object." : "The request has no body. Send the file as the body.")
                : mediaTypes.Any(type => IsOf(type, request.ContentType)) ? bytes
                : mediaTypes is [MediaTypes.Json] ? Failure.UnsupportedMediaType()
                : Failure.UnsupportedMediaType($"The body must be {string.Join(" or ", mediaTypes)} in UTF-8. Send the header Content-Type.");
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Failure.BodyTooLarge(LimitBytes)
                : Failure.Malformed("The body ended early or is not framed as HTTP has it.");
        }
    }

    /// <summary>The bytes of a body that was read; none where the route reads no body.</summary>
    public static ReadOnlyMemory<byte> BytesOf(HttpContext context) => context.Features.Get<ReadBytes>()?.Bytes ?? default(ReadOnlyMemory<byte>);

    /// <summary>True for a content type of this media type, in UTF-8.</summary>
    public static bool IsOf(string mediaType, string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private sealed record ReadBytes(ReadOnlyMemory<byte> Bytes);
}

/// <summary>
/// Reads a JSON object into a record, or an array into records, by I-JSON (RFC 7493) and by the record's own contract, and names every member at fault at once.
/// No message repeats a value.
/// </summary>
internal static class StrictJson
{
    private const string TimeRule = "a time by RFC 3339 with its offset, for example 2027-01-31T12:00:00Z";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = ContractsJson.MaxDepth, AllowDuplicateProperties = false };

    private static readonly Dictionary<Type, string> Described = new()
    {
        [typeof(string)] = "a string of Unicode text",
        [typeof(Clearable<string?>)] = "a string of Unicode text",
        [typeof(ValueInput)] = "a string of Unicode text, or a JSON object for a typed secret",
        [typeof(bool?)] = "true or false",
        [typeof(Guid?)] = "an id (a UUID)",
        [typeof(int)] = "a whole number",
        [typeof(int?)] = "a whole number",
        [typeof(DateTimeOffset?)] = TimeRule,
        [typeof(Clearable<DateTimeOffset?>)] = TimeRule,
        [typeof(IReadOnlyList<string>)] = "an array of strings",
        [typeof(JsonElement?)] = "a JSON object",
    };

    /// <summary>Reads an object.</summary>
    /// <param name="type">The record's contract.</param>
    /// <param name="utf8">The text.</param>
    /// <returns>The record; a malformed failure where the text is not I-JSON; an invalid one where members are not as the contract has them.</returns>
    public static Outcome<T> Read<T>(JsonTypeInfo<T> type, ReadOnlyMemory<byte> utf8)
        where T : class =>
        Parse(utf8, root => root.ValueKind == JsonValueKind.Object
            ? ReadObject(type, root)
            : Failure.Malformed("The body must be a JSON object."));

    /// <summary>Reads an array of objects, as strictly as <see cref="Read"/> does each; fields at fault are named like <c>[2].key</c>.</summary>
    /// <param name="type">The contract of the record that each entry is.</param>
    /// <param name="utf8">The text.</param>
    public static Outcome<IReadOnlyList<T>> ReadList<T>(JsonTypeInfo<T> type, ReadOnlyMemory<byte> utf8)
        where T : class =>
        Parse(utf8, root => root.ValueKind == JsonValueKind.Array
            ? ReadEntries(type, root)
            : Failure.Malformed("The body must be a JSON array."));

    /// <summary>The wire's name of a record's member.</summary>
    /// <param name="member">The member's name in code.</param>
    public static string NameOf(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    /// <summary>The wire's name of an entry of a list.</summary>
    public static string NameOf(int entry) => string.Create(CultureInfo.InvariantCulture, $"[{entry}]");

    private static Outcome<T> Parse<T>(ReadOnlyMemory<byte> utf8, Func<JsonElement, Outcome<T>> read)
        where T : notnull
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            return Failure.Malformed("The body is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            return Failure.Malformed(Explain(e));
        }
        catch (InvalidOperationException)
        {
            return Failure.Malformed("A name within the body has half of a surrogate pair, which is no Unicode text.");
        }
    }

    private static Outcome<T> ReadObject<T>(JsonTypeInfo<T> type, JsonElement root)
        where T : class
    {
        var errors = new FieldErrors();
        Check(type, root, "", errors);
        return errors.Count == 0 ? root.Deserialize(type)! : Failure.Invalid(errors);
    }

    private static Outcome<IReadOnlyList<T>> ReadEntries<T>(JsonTypeInfo<T> type, JsonElement root)
        where T : class
    {
        if (root.GetArrayLength() > RequestBody.MaxEntries)
        {
            return Failure.Invalid(NameOf(RequestBody.MaxEntries), $"One entry too many. The list may have {RequestBody.MaxEntries} at most.");
        }

        var errors = new FieldErrors();
        foreach (var (index, entry) in root.EnumerateArray().Index())
        {
            if (entry.ValueKind == JsonValueKind.Object)
            {
                Check(type, entry, NameOf(index) + ".", errors);
            }
            else
            {
                errors.Add(NameOf(index), "Must be a JSON object.");
            }
        }

        return errors.Count == 0
            ? Outcome<IReadOnlyList<T>>.Of([.. root.EnumerateArray().Select(entry => entry.Deserialize(type)!)])
            : Failure.Invalid(errors);
    }

    private static void Check(JsonTypeInfo type, JsonElement root, string path, FieldErrors errors)
    {
        foreach (var property in type.Properties)
        {
            if (FaultOf(property, root) is { } fault)
            {
                errors.Add(path + property.Name, fault);
            }
        }

        foreach (var member in root.EnumerateObject().Where(m => type.Properties.All(p => !m.NameEquals(p.Name))))
        {
            errors.Add(
                path + CallersText.Quotable(member.Name),
                $"Unknown field. This request takes: {string.Join(", ", type.Properties.Select(p => p.Name))}.");
        }
    }

    private static string? FaultOf(JsonPropertyInfo property, JsonElement root)
    {
        if (!root.TryGetProperty(property.Name, out var member))
        {
            return property.IsRequired ? "Required." : null;
        }

        if (member.ValueKind == JsonValueKind.Null)
        {
            return property.IsSetNullable || IsClearable(property.PropertyType) ? null
                : property.IsRequired ? "Required, and may not be null."
                : "May not be null. Leave the field out instead.";
        }

        return CanRead(property, member) ? null : $"Must be {Describe(property.PropertyType)}.";
    }

    private static bool CanRead(JsonPropertyInfo property, JsonElement member)
    {
        try
        {
            // The serializer would take the number of an enumeration's member, too, in a string even one that no member has, and "deploying," as well.
            if (Nullable.GetUnderlyingType(property.PropertyType) is { IsEnum: true } values)
            {
                return member.ValueKind == JsonValueKind.String && NamesOf(values).Contains(member.GetString(), StringComparer.Ordinal);
            }

            _ = member.Deserialize(property.Options.GetTypeInfo(property.PropertyType));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // Text with half of a surrogate pair, which no UTF-8 can hold.
            return false;
        }
    }

    private static bool IsClearable(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Clearable<>);

    private static string Describe(Type type) =>
        Described.TryGetValue(type, out var words) ? words
        : Nullable.GetUnderlyingType(type) is { IsEnum: true } values ? $"one of {string.Join(", ", NamesOf(values))}"
        : throw new InvalidOperationException($"[unexpected] no words for the type {type.Name} of a request's field");

    private static IEnumerable<string> NamesOf(Type values) => Enum.GetNames(values).Select(NameOf);

    // Not e.Message: it quotes the text.
    private static string Explain(JsonException e) => e.LineNumber is null
        ? $"The body is not JSON as this service reads it: a name stands twice in one object, or it nests more than {ContractsJson.MaxDepth} levels deep."
        : $"The body is not JSON as this service reads it: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}. "
          + $"Check the syntax there; no name may stand twice in one object, and nothing may nest more than {ContractsJson.MaxDepth} levels deep.";
}

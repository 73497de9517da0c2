using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using FluentValidation;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>
/// A request's body that is a JSON array of up to <see cref="RequestBody.MaxEntries"/> records: read and validated as <see cref="JsonBody{T}"/>
/// is, every entry, and by the rules of the list as a whole.
/// </summary>
/// <typeparam name="T">The record that each entry is read into.</typeparam>
internal sealed class JsonListBody<T> : IRequestPart, IBindableFromHttpContext<JsonListBody<T>>
    where T : class
{
    private readonly IReadOnlyList<T>? _entries;

    private JsonListBody(Outcome<IReadOnlyList<T>> outcome)
    {
        _ = outcome.Succeeded(out _entries, out var failure);
        Failure = failure;
    }

    public Failure? Failure { get; }

    /// <summary>The entries, in the order sent. There are some, or an empty list, wherever a handler runs.</summary>
    public IReadOnlyList<T> Entries => _entries ?? throw new InvalidOperationException("A handler ran although its body could not be read.");

    public static async ValueTask<JsonListBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var read = await RequestBody.ReadAsync(context.Request, whenEmpty: [], MediaTypes.Json);
        return new JsonListBody<T>(read.Succeeded(out var utf8, out var failure) ? Parsed(utf8, context.RequestServices) : failure);
    }

    private static Outcome<IReadOnlyList<T>> Parsed(byte[] utf8, IServiceProvider services)
    {
        if (utf8 is [])
        {
            return Failure.Malformed("The request has no body. Send a JSON array; [] is an empty list.");
        }

        var parsed = StrictJson.ReadList((JsonTypeInfo<T>)ContractsJson.Default.GetTypeInfo(typeof(T))!, utf8);
        if (!parsed.Succeeded(out var entries, out _))
        {
            return parsed;
        }

        var errors = ErrorsOf(entries, services);
        return errors.Count == 0 ? parsed : Failure.Invalid(errors);
    }

    private static FieldErrors ErrorsOf(IReadOnlyList<T> entries, IServiceProvider services)
    {
        var errors = new FieldErrors();
        var rules = services.GetRequiredService<IValidator<T>>();
        foreach (var (index, entry) in entries.Index())
        {
            foreach (var error in rules.Validate(entry).Errors)
            {
                errors.Add($"{StrictJson.NameOf(index)}.{StrictJson.NameOf(error.PropertyName)}", error.ErrorMessage);
            }
        }

        foreach (var error in services.GetRequiredService<IValidator<IReadOnlyList<T>>>().Validate(entries).Errors)
        {
            errors.Add(error.PropertyName, error.ErrorMessage);
        }

        return errors;
    }
}

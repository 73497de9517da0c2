using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Outcomes;

/// <summary>For each field at fault, in the order found, what is wrong with it. Never a secret's value.</summary>
internal sealed class FieldErrors : IReadOnlyDictionary<string, IReadOnlyList<string>>
{
    private readonly OrderedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public int Count => _errors.Count;

    public IEnumerable<string> Keys => _errors.Keys;

    public IEnumerable<IReadOnlyList<string>> Values => _errors.Values;

    public IReadOnlyList<string> this[string key] => _errors[key];

    /// <summary>Says several things of one field.</summary>
    public static FieldErrors Of(string field, IEnumerable<string> errors)
    {
        var all = new FieldErrors();
        foreach (var error in errors)
        {
            all.Add(field, error);
        }

        return all;
    }

    /// <summary>Adds what is wrong with a field.</summary>
    /// <param name="field">The field, as the wire names it.</param>
    /// <param name="error">What is wrong with it and what to do.</param>
    public void Add(string field, string error)
    {
        if (!_errors.TryGetValue(field, out var errors))
        {
            errors = [];
            _errors.Add(field, errors);
        }

        errors.Add(error);
    }

    public bool ContainsKey(string key) => _errors.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out IReadOnlyList<string> value)
    {
        var found = _errors.TryGetValue(key, out var errors);
        value = errors;
        return found;
    }

    public IEnumerator<KeyValuePair<string, IReadOnlyList<string>>> GetEnumerator() =>
        _errors.Select(e => KeyValuePair.Create<string, IReadOnlyList<string>>(e.Key, e.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using SecretsService.Outcomes;

namespace SecretsService.SecretTypes;

/// <summary>Gathers what is wrong with a value: each fault once, by the path of its field, and no more of them than anyone reads.</summary>
internal sealed class ErrorList
{
    private readonly OrderedDictionary<string, HashSet<string>> _errors = new(StringComparer.Ordinal);
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>Adds a fault that is not known yet.</summary>
    /// <param name="path">Where, as the validator writes a path.</param>
    /// <param name="error">What. Never a part of the value.</param>
    public void Add(string path, string error)
    {
        if (_count >= TypeLimits.Faults)
        {
            return;
        }

        var field = FieldPath.Show(path);
        if (!_errors.TryGetValue(field, out var errors))
        {
            errors = new HashSet<string>(StringComparer.Ordinal);
            _errors.Add(field, errors);
        }

        _count += errors.Add(error) ? 1 : 0;
    }

    /// <summary>Hands the faults over.</summary>
    public void CopyTo(FieldErrors target)
    {
        foreach (var (field, errors) in _errors)
        {
            foreach (var error in errors)
            {
                target.Add(field, error);
            }
        }

        if (_count >= TypeLimits.Faults)
        {
            target.Add(FieldPath.Show(""), $"Only the first {TypeLimits.Faults} faults are listed.");
        }
    }
}

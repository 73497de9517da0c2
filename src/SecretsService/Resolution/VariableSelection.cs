using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Secrets;

namespace SecretsService.Resolution;

/// <summary>What of a map is handed out, and under which names. It refers to the map's values and lives no longer than they do.</summary>
internal sealed class VariableSelection
{
    private readonly List<MergedVariable> _variables;
    private readonly List<string> _keys;
    private readonly MergedVariables _map;
    private readonly VariableOptions _options;
    private readonly NameAdvice _advice;

    private VariableSelection(MergedVariables map, VariableOptions options, NameAdvice advice)
    {
        (_map, _options, _advice) = (map, options, advice);
        _variables = new List<MergedVariable>(map.Count);
        _keys = new List<string>(map.Count);
        foreach (var variable in map.All)
        {
            Take(variable);
        }
    }

    /// <summary>The variables, in the map's order, under the names that they are handed out under.</summary>
    public IReadOnlyList<MergedVariable> Variables => _variables;

    /// <summary>The names that the map has for them, in the same order.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>What gives them, in the same order; null for one that is empty because nothing does.</summary>
    public IReadOnlyList<ValueOrigin?> Origins => [.. _variables.Select(v => v.Origin)];

    /// <summary>Selects.</summary>
    /// <param name="map">The map.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="advice">Tells whom a variable is for.</param>
    /// <param name="reserved">The names that no variable may have.</param>
    /// <returns>The selection; or every key that is asked for and not to be had, and every name that may not be.</returns>
    public static Outcome<VariableSelection> Of(MergedVariables map, VariableOptions options, NameAdvice advice, ReservedNames reserved)
    {
        var selection = new VariableSelection(map, options, advice);
        var errors = new FieldErrors();
        selection.AddMissingKeys(errors);
        selection.AddFaultsOfNames(reserved, errors);
        return errors.Count == 0 ? selection : Failure.Invalid(errors);
    }

    /// <summary>True for a variable that the options let through, by the name that the map has for it.</summary>
    public bool Admits(string key) =>
        (_options.Keys is not { } keys || keys.Contains(key))
        && (_options.Exposure is not { } exposure || _advice.ExposureOf(key) == exposure);

    private void Take(MergedVariable variable)
    {
        if (Admits(variable.Name))
        {
            _variables.Add(_options.Prefix.Length == 0 ? variable : variable with { Name = _options.Prefix + variable.Name });
            _keys.Add(variable.Name);
        }
    }

    private void AddMissingKeys(FieldErrors errors)
    {
        if (_options.Keys is not { } asked || asked.Count == _keys.Count)
        {
            return;
        }

        foreach (var key in asked.Except(_keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            errors.Add(VariableOptions.KeysParameter.Name, WhyMissing(key));
        }
    }

    private string WhyMissing(string key) =>
        _map.Expired.Contains(key, StringComparer.Ordinal) ? $"{key} has expired. Write a new value with a later expires_at, or leave the key out of keys."
        : _map.Withheld.Contains(key, StringComparer.Ordinal) ? $"{key} is withheld from this target by a tombstone. Leave the key out of keys."
        : _map.LeftOut.TryGetValue(key, out var warning) ? $"{warning} Leave the key out of keys."
        : _options.Exposure is { } exposure && _map.All.Any(v => v.Name == key) ? WhyExcluded(key, exposure)
        : $"{key} is not there: no secret gives the target this variable. Create one, or leave the key out of keys.";

    private static string WhyExcluded(string key, SecretExposure exposure) => exposure == SecretExposure.Client
        ? $"{key} has no public prefix, so exposure=client leaves it out. Leave out exposure, or the key."
        : $"{key} has a public prefix, so exposure=server leaves it out. Leave out exposure, or the key.";

    private void AddFaultsOfNames(ReservedNames reserved, FieldErrors errors)
    {
        for (var i = 0; _options.Prefix.Length > 0 && i < _keys.Count; i++)
        {
            var name = _variables[i].Name;
            var fault = name.Length > SecretLimits.KeyLength ? $"would have a name of {name.Length} characters, and {SecretLimits.KeyLength} are the most"
                : reserved.Contains(name) ? $"would become {name}, which is reserved: the platform sets it itself"
                : ProcessNames.Contains(name) ? $"would become {name}, which changes what the process itself loads or runs"
                : BecomesPublic(_keys[i], name) ? $"would become {name}, which frameworks build into what browsers load"
                : null;
            if (fault is not null)
            {
                errors.Add(VariableOptions.PrefixParameter.Name, $"{_keys[i]} {fault}. Choose another prefix, or leave the key out.");
            }
        }
    }

    private bool BecomesPublic(string key, string name) =>
        _advice.ExposureOf(name) == SecretExposure.Client && _advice.ExposureOf(key) == SecretExposure.Server;
}

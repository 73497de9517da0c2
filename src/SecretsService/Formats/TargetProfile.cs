using System.Collections.Frozen;

namespace SecretsService.Formats;

/// <summary>
/// A platform that variables are deployed to: what its format can carry, and what else the platform refuses. A deployment that names the target is
/// checked against it; a secret that can never be deployed there is worth a warning when it is written.
/// </summary>
/// <param name="name">The profile's name in <c>target</c>.</param>
/// <param name="description">The platform, for people.</param>
/// <param name="format">What is written for it.</param>
internal sealed class TargetProfile(string name, string description, VariableFormat format)
{
    /// <summary>The profile's name in <c>target</c>.</summary>
    public string Name => name;

    /// <summary>The platform, for people.</summary>
    public string Description => description;

    /// <summary>What is written for it.</summary>
    public VariableFormat Format => format;

    /// <summary>The names that the platform sets itself, beyond what its format refuses. Letter case does not matter.</summary>
    public FrozenSet<string> PlatformNames { get; init; } = [];

    /// <summary>What one value may have on the platform, in bytes; null where the format's limits are all.</summary>
    public int? ValueBytes { get; init; }

    /// <summary>Whether it takes values of several lines.</summary>
    public bool CarriesLineBreaks => format.CarriesLineBreaks;

    /// <summary>Why the platform cannot have a variable of this name; null where it can.</summary>
    public string? FaultOfName(string name) => FaultOfPlatformName(name) ?? format.FaultOfName(name);

    /// <summary>Why the platform can never have a value of this size under this name, whatever it says; null where it can.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="valueBytes">How many bytes the value has in UTF-8.</param>
    public string? FaultOfSize(string name, int valueBytes) => FaultOfPlatformSize(valueBytes) ?? format.FaultOfSize(name, valueBytes);

    /// <summary>Everything that stands against deploying these variables: empty where nothing does.</summary>
    public IReadOnlyList<FormatFault> Check(IReadOnlyList<Variable> variables)
    {
        var faults = new List<FormatFault>();
        foreach (var variable in variables)
        {
            var reasons = new[] { FaultOfPlatformName(variable.Name), FaultOfPlatformSize(variable.Value.Length) };
            faults.AddRange(reasons.OfType<string>().Select(reason => new FormatFault(variable.Name, reason)));
        }

        faults.AddRange(format.Check(variables).Where(fault => !SaysNothingNew(fault)));
        return faults;
    }

    // A name that the platform sets may be one that the format refuses, too: one reason is enough.
    private bool SaysNothingNew(FormatFault fault) =>
        fault.Name is { } variable && PlatformNames.Contains(variable) && fault.Reason == format.FaultOfName(variable);

    private string? FaultOfPlatformName(string variable) =>
        PlatformNames.Contains(variable) ? $"The platform of the target {name} sets this variable itself. Choose another name." : null;

    private string? FaultOfPlatformSize(int valueBytes) =>
        valueBytes > ValueBytes
            ? $"The value has {Sizes.Text(valueBytes)}, and the target {name} takes {Sizes.Text(ValueBytes.Value)} at most."
            : null;
}

using System.Globalization;

namespace SecretsService.Formats;

/// <summary>Sizes in the sentences of faults.</summary>
internal static class Sizes
{
    /// <summary>A size, for example "65,535 bytes".</summary>
    public static string Text(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture) + " bytes";

    /// <summary>Says which variables are the largest, with their sizes: there is where to begin when all of them together are too large.</summary>
    public static string Largest(IReadOnlyList<Variable> variables) =>
        "The largest: " + string.Join(", ", variables.OrderByDescending(v => v.Value.Length).Take(3).Select(v => $"{v.Name} ({Text(v.Value.Length)})")) + ".";
}

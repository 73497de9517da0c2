using System.Text;
using SecretsService.Formats;

namespace SecretsService.Tests.Formats;

/// <summary>What a test does with a format: asks it, and lets it write.</summary>
internal static class Carrying
{
    public static readonly FormatContext Context =
        new("shop-production", bytes => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..32]);

    public static VariableFormat FormatOf(Consumer consumer) =>
        VariableFormats.Find(consumer.Format) ?? throw new InvalidOperationException($"There is no format {consumer.Format}.");

    public static Variable Variable(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    public static byte[] Written(this VariableFormat format, IReadOnlyList<Variable> variables)
    {
        using var buffer = new ZeroingBuffer(256);
        format.Write(variables, Context, buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>Whether the format would carry a value, in a variable of some name.</summary>
    public static bool Carries(this VariableFormat format, string value) => format.Check([Variable("HARD", value)]).Count == 0;

    /// <summary>The names of the hard values that a format refuses.</summary>
    public static IEnumerable<string> RefusedBy(VariableFormat format) => HardValues.All.Where(v => !format.Carries(v.Value)).Select(v => v.Name);

    /// <summary>Of some variables those that the format carries: without the ones at fault, and no more than it takes at once.</summary>
    public static IReadOnlyList<Variable> CarriedBy(VariableFormat format, IReadOnlyList<Variable> variables)
    {
        var faults = format.Check(variables);
        var sound = variables.Where(v => faults.All(f => f.Name != v.Name)).ToList();
        return faults.Any(f => f.Name is null) ? CarriedBy(format, sound[..(sound.Count / 2)]) : sound;
    }

    /// <summary>The variables as a consumer should have read them.</summary>
    public static Dictionary<string, string> AsRead(this IEnumerable<Variable> variables) =>
        variables.ToDictionary(v => v.Name, v => Encoding.UTF8.GetString(v.Value.Span), StringComparer.Ordinal);
}

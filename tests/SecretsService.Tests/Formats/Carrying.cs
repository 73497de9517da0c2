using System.Text;
using SecretsService.Formats;
using Shouldly;

namespace SecretsService.Tests.Formats;

/// <summary>What a test does with a format: asks it, and lets it write, and has the result read.</summary>
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

    /// <summary>A variable with a harmless one before it and one after it.</summary>
    public static IReadOnlyList<Variable> BetweenOthers(string name, string value) =>
        [Variable("BEFORE", "b"), Variable(name, value), Variable("LATER", "l")];

    /// <summary>The names of the variables that were not read as they were written.</summary>
    public static IReadOnlyList<string> DifferencesOf(IReadOnlyList<Variable> variables, Reading reading)
    {
        var written = variables.ToDictionary(v => v.Name, v => Encoding.UTF8.GetString(v.Value.Span), StringComparer.Ordinal);
        var read = reading.Variables ?? new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. written.Keys.Union(read.Keys, StringComparer.Ordinal)
            .Where(name => !written.TryGetValue(name, out var was) || !read.TryGetValue(name, out var got) || was != got)];
    }

    /// <summary>Writes of each list of variables what the format carries, and fails unless the consumer reads just that.</summary>
    public static async Task ShouldReadBackAsync(this Consumer consumer, IEnumerable<IReadOnlyList<Variable>> candidates)
    {
        var format = FormatOf(consumer);
        var files = candidates.Select(c => CarriedBy(format, c)).Where(c => c.Count > 0).ToList();
        files.ShouldNotBeEmpty();

        var readings = await consumer.ReadAsync([.. files.Select(format.Written)]);

        readings.Count.ShouldBe(files.Count);
        foreach (var (variables, reading) in files.Zip(readings))
        {
            DifferencesOf(variables, reading).ShouldBeEmpty($"{reading.Error} {Encoding.UTF8.GetString(format.Written(variables))}");
        }
    }
}

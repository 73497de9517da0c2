using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SecretsService.Formats;
using Shouldly;

namespace SecretsService.Tests.Formats;

/// <summary>Writes values between two neighbours, lets a consumer read them, and compares.</summary>
internal static class Trial
{
    private const string Subject = "SUBJECT";

    /// <summary>What a format knows beyond the variables; its digits depend on a key, as the service's do.</summary>
    public static readonly FormatContext Context = ContextWithKey("a key");

    public static FormatContext ContextWithKey(string key) =>
        new("shop-production", bytes => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), bytes))[..32]);

    public static Variable Variable(string name, string value, bool isSecret = true) => new(name, Encoding.UTF8.GetBytes(value), isSecret);

    /// <summary>What a format writes.</summary>
    public static byte[] Write(VariableFormat format, params IReadOnlyList<Variable> variables) => Write(format, Context, variables);

    /// <summary>What a format writes, given what else there is to know.</summary>
    public static byte[] Write(VariableFormat format, FormatContext context, IReadOnlyList<Variable> variables)
    {
        var output = new ArrayBufferWriter<byte>();
        format.Write(variables, context, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Has every value that its format does not refuse read back between two neighbours: the same text for it and for them, and nothing else. A refusal
    /// names the variable and has no part of the value.
    /// </summary>
    /// <returns>The indices of the values that were refused.</returns>
    public static async Task<IReadOnlyList<int>> RefusedAsync(Consumer consumer, IReadOnlyList<string> values)
    {
        var format = VariableFormats.Find(consumer.Format)!;
        var files = new List<(string Value, byte[] File)>();
        var refused = new List<int>();
        for (var i = 0; i < values.Count; i++)
        {
            var variables = Around(values[i]);
            var faults = format.Check(variables);
            if (faults.Count == 0)
            {
                files.Add((values[i], Write(format, variables)));
                continue;
            }

            faults.ShouldAllBe(fault => fault.Name == Subject);
            ShouldKeepSecret(faults, values[i]);
            refused.Add(i);
        }

        var readings = await consumer.ReadAsync([.. files.Select(f => f.File)]);
        for (var i = 0; i < files.Count; i++)
        {
            ShouldHave(readings[i], files[i].Value);
        }

        return refused;
    }

    /// <summary>No reason has eight characters in a row of a value; a few may be those of any sentence.</summary>
    public static void ShouldKeepSecret(IEnumerable<FormatFault> faults, string value)
    {
        var reasons = string.Concat(faults.Select(f => f.Reason));
        for (var i = 0; i + 8 <= value.Length; i++)
        {
            reasons.ShouldNotContain(value.Substring(i, 8), Case.Sensitive);
        }
    }

    private static Variable[] Around(string value) => [Variable("BEFORE", "before"), Variable(Subject, value), Variable("AFTER", "after")];

    private static void ShouldHave(Reading reading, string value)
    {
        var shown = Convert.ToHexString(Encoding.UTF8.GetBytes(value));
        reading.Error.ShouldBeNull(shown);
        reading.Variables.ShouldNotBeNull().Count.ShouldBe(3, shown);
        reading.Variables["BEFORE"].ShouldBe("before", shown);
        reading.Variables["AFTER"].ShouldBe("after", shown);
        Convert.ToHexString(Encoding.UTF8.GetBytes(reading.Variables[Subject])).ShouldBe(shown);
    }
}

using System.Text;
using SecretsService.Formats;
using Shouldly;

namespace SecretsService.Tests.Formats;

/// <summary>Every value there is of a few characters that matter to a format: what holds for all of them holds by more than luck.</summary>
internal static class ShortValues
{
    private const int InFile = 100;

    // Whatever quote a writing leaves open, it finds another one here.
    private static readonly Variable[] Others = [Carrying.Variable("LATER", "\"`"), Carrying.Variable("LAST", "'")];

    /// <summary>All texts of some characters, up to a length, the empty one included.</summary>
    public static IReadOnlyList<string> Of(string characters, int length)
    {
        IEnumerable<string> last = [""];
        List<string> all = [""];
        for (var i = 0; i < length; i++)
        {
            last = [.. last.SelectMany(text => characters.Select(c => text + c))];
            all.AddRange(last);
        }

        return all;
    }

    /// <summary>Fails unless a consumer reads back those that the format carries, many beside each other in a file.</summary>
    public static Task ShouldReadBackAsync(this Consumer consumer, IEnumerable<string> values)
    {
        var format = Carrying.FormatOf(consumer);
        return consumer.ShouldReadBackAsync(
            values.Where(format.Carries).Chunk(InFile).Select(chunk => chunk.Select((value, i) => Carrying.Variable($"V_{i}", value)).ToList()));
    }

    /// <summary>Fails if a value that the format refuses could have been carried in one of some ways to write it in any file.</summary>
    /// <param name="consumer">What reads.</param>
    /// <param name="values">The values.</param>
    /// <param name="writings">The ways: what a value becomes, after its name and the equals sign.</param>
    public static async Task ShouldRefuseOnlyWhatNoneCarriesAsync(
        this Consumer consumer, IEnumerable<string> values, params Func<string, string>[] writings)
    {
        var format = Carrying.FormatOf(consumer);
        var attempts = values.Where(v => !format.Carries(v)).SelectMany(value => writings.Select(write => (Value: value, Text: write(value)))).ToList();

        var readings = await consumer.ReadAsync([.. attempts.Select(a => Encoding.UTF8.GetBytes($"HARD={a.Text}\nLATER='\"`'\nLAST=\"'\"\n"))]);

        attempts.ShouldNotBeEmpty();
        attempts.Zip(readings).Where(a => Carrying.DifferencesOf([Carrying.Variable("HARD", a.First.Value), .. Others], a.Second).Count == 0)
            .Select(a => a.First.Text).ShouldBeEmpty();
    }
}

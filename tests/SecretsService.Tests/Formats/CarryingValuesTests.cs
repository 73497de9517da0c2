using System.Text;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>The promise of every format, tested with every consumer: it reads back the same bytes, or the format refused, naming the variable.</summary>
public sealed class CarryingValuesTests
{
    private const int PairsInFile = 12;
    private const int RandomFiles = 60;
    private const int RandomValuesInFile = 40;
    private const ulong Seed = 20_26;
    private const string Canary = "c4n4ry";

    private static readonly string[] NamesWithAMeaning =
    [
        "__proto__", "constructor", "toString", "hasOwnProperty", "_", "__", "a", "export", "null", "true", "yes", "y", "NO", "E1", "PATH", "HOME", "IFS",
        "PS4", "LC_ALL", "ENV", "UID", "PPID", "RANDOM", "SECONDS", "OPTIND", "SHLVL", "PWD", "NODE_OPTIONS", "if", "for", "this", "data", "AWS_REGION", "CI",
    ];

    public static TheoryData<string> AllConsumers => [.. Consumers.All.Select(c => c.Name)];

    public static TheoryData<string> AllFormats => [.. VariableFormats.All.Select(f => f.Name)];

    [Fact]
    public void Every_format_has_a_consumer() =>
        VariableFormats.All.Select(f => f.Name).Except(Consumers.All.Select(c => c.Format), StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void There_are_38_hard_values() => HardValues.All.DistinctBy(v => v.Name).Count().ShouldBe(38);

    [Theory]
    [MemberData(nameof(AllConsumers))]
    public async Task A_hard_value_between_two_others_comes_out_the_same_or_is_refused(string consumer) =>
        HardValues.All.Zip(await HardValueRun.OfAsync(Consumers.Called(consumer)))
            .Where(v => v.Second == HardValueRun.Wrong).Select(v => v.First.Name).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(AllConsumers))]
    public async Task Hard_values_beside_each_other_stay_apart(string consumer)
    {
        var values = HardValues.All.SkipLast(1).ToList(); // 60 KB many times over is more than an environment may have
        var files =
            from first in values
            from seconds in values.Chunk(PairsInFile)
            select seconds.SelectMany(second => new[] { first, second }).Select((v, i) => Carrying.Variable($"V_{i}", v.Value)).ToList();

        await ShouldReadBackAsync(Consumers.Called(consumer), files);
    }

    [Theory]
    [MemberData(nameof(AllConsumers))]
    public Task Thousands_of_random_values_come_out_the_same(string consumer) =>
        ShouldReadBackAsync(Consumers.Called(consumer), RandomValues.Files(RandomFiles, RandomValuesInFile, Seed));

    [Theory]
    [MemberData(nameof(AllConsumers))]
    public Task A_name_that_means_something_to_a_reader_is_carried_or_refused(string consumer) =>
        ShouldReadBackAsync(
            Consumers.Called(consumer),
            NamesWithAMeaning.Select(name => new[] { Carrying.Variable("BEFORE", "b"), Carrying.Variable(name, "x y"), Carrying.Variable("LATER", "l") }));

    [Theory]
    [MemberData(nameof(AllFormats))]
    public void A_refusal_names_the_variable_and_nothing_of_its_value(string format)
    {
        foreach (var hard in HardValues.All)
        {
            var variable = Carrying.Variable("HARD", $"{Canary}{hard.Value}{Canary}{hard.Value}");

            var faults = VariableFormats.Find(format)!.Check([Carrying.Variable("BEFORE", "b"), variable]);

            faults.ShouldAllBe(f => f.Name == null || f.Name == "HARD", hard.Name);
            faults.ShouldAllBe(f => f.Reason.Length > 20 && !f.Reason.Contains(Canary, StringComparison.OrdinalIgnoreCase), hard.Name);
        }
    }

    [Theory]
    [MemberData(nameof(AllFormats))]
    public void What_is_written_twice_is_the_same(string format)
    {
        var writer = VariableFormats.Find(format)!;
        var variables = Carrying.CarriedBy(writer, [.. HardValues.All.Select((v, i) => Carrying.Variable($"V_{i}", v.Value))]);

        writer.Written(variables).ShouldBe(writer.Written(variables));
    }

    private static async Task ShouldReadBackAsync(Consumer consumer, IEnumerable<IReadOnlyList<Variable>> candidates)
    {
        var format = Carrying.FormatOf(consumer);
        var files = candidates.Select(c => Carrying.CarriedBy(format, c)).Where(c => c.Count > 0).ToList();
        files.ShouldNotBeEmpty();

        var readings = await consumer.ReadAsync([.. files.Select(format.Written)]);

        readings.Count.ShouldBe(files.Count);
        files.Zip(readings).Select(run => Difference(format, run.First, run.Second)).FirstOrDefault(d => d is not null).ShouldBeNull();
    }

    private static string? Difference(VariableFormat format, IReadOnlyList<Variable> variables, Reading reading)
    {
        var written = variables.AsRead();
        var read = reading.Variables ?? new Dictionary<string, string>(StringComparer.Ordinal);
        var different = written.Keys.Union(read.Keys, StringComparer.Ordinal)
            .Where(name => !written.TryGetValue(name, out var was) || !read.TryGetValue(name, out var got) || was != got).ToList();
        return different.Count == 0
            ? null
            : $"{string.Join(", ", different)} of:\n{Encoding.UTF8.GetString(format.Written(variables))}\n{reading.Error}";
    }
}

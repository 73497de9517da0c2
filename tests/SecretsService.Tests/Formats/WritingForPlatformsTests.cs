using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>What is written for containers, platforms and languages comes back byte for byte from what reads it there, or is refused.</summary>
public sealed class WritingForPlatformsTests
{
    // The names of hard values that a format refuses; the others it carries.
    private static readonly Dictionary<string, string[]> Refused = new(StringComparer.Ordinal)
    {
        ["compose"] = [],
        ["docker"] = [],
        ["github"] = [],
        ["kubernetes"] = [],
        ["lambda"] = [],
        ["php"] = [],
        ["terraform"] = [],
        ["yaml"] = [],
    };

    // Words that some reader takes for something else than a name.
    private static readonly string[] Names = ["yes", "NO", "null", "true", "on", "_1e3", "__proto__", "constructor", "if", "for", "export", "y", "e1"];

    public static TheoryData<string> Consumers() => [.. PlatformConsumers.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Consumers))]
    public async Task A_hard_value_comes_back_with_its_neighbours_or_is_refused(string consumer)
    {
        var reader = Named(consumer);

        var refused = await Trial.RefusedAsync(reader, [.. HardValues.All.Select(v => v.Value)]);

        refused.Select(i => HardValues.All[i].Kind).ShouldBe(Refused[reader.Format], ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Consumers))]
    public async Task Any_text_comes_back_with_its_neighbours_or_is_refused(string consumer)
    {
        var texts = RandomText.Texts(2_000, seed: 20_261_121);

        var refused = await Trial.RefusedAsync(Named(consumer), texts);

        refused.Count.ShouldBeLessThan(texts.Count * 9 / 10);
    }

    [Theory]
    [MemberData(nameof(Consumers))]
    public async Task A_name_that_is_a_word_of_the_format_comes_back_or_is_refused(string consumer)
    {
        var reader = Named(consumer);
        var format = VariableFormats.Find(reader.Format)!;
        var variables = Names.Where(name => format.FaultOfName(name) is null).Select(name => Trial.Variable(name, $"of {name}")).ToList();
        format.Check(variables).ShouldBeEmpty();

        var reading = (await reader.ReadAsync([Trial.Write(format, variables)]))[0];

        reading.Error.ShouldBeNull();
        reading.Variables!.Select(v => $"{v.Key}={v.Value}").ShouldBe(variables.Select(v => $"{v.Name}=of {v.Name}"), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Consumers))]
    public async Task No_variables_are_read_as_none(string consumer)
    {
        var reader = Named(consumer);

        var reading = (await reader.ReadAsync([Trial.Write(VariableFormats.Find(reader.Format)!)]))[0];

        reading.Error.ShouldBeNull();
        reading.Variables!.ShouldBeEmpty();
    }

    [Fact]
    public void The_formats_are_listed_by_name() =>
        VariableFormats.All.Select(f => f.Name).ShouldBe(VariableFormats.All.Select(f => f.Name).Order(StringComparer.Ordinal));

    private static Consumer Named(string name) => PlatformConsumers.All.Single(c => c.Name == name);
}

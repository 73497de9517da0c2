using System.Text;
using Microsoft.Extensions.Configuration;
using SecretsService.Formats;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>docs/formats.md says what the consumers did in this run.</summary>
public sealed class FormatsDocumentTests
{
    private const string TableStart = "<!-- table -->\n";
    private const string TableEnd = "<!-- /table -->";

    private static string Document => Repository.PathOf("docs/formats.md");

    [Fact]
    public async Task The_table_is_what_the_consumers_read()
    {
        var table = await TableAsync();
        if (new ConfigurationBuilder().AddEnvironmentVariables("SECRETS_TEST_").Build()["UPDATE_FORMATS"] is "1")
        {
            var (before, _, after) = Parts(await File.ReadAllTextAsync(Document));
            await File.WriteAllTextAsync(Document, before + table + after);
        }

        Parts(await File.ReadAllTextAsync(Document)).Table.ShouldBe(
            table, "Run the tests once with SECRETS_TEST_UPDATE_FORMATS=1 and look at what changed in docs/formats.md.");
    }

    [Fact]
    public async Task Every_format_has_a_section()
    {
        var text = await File.ReadAllTextAsync(Document);

        VariableFormats.All.Select(f => f.Name).Append(VariableFormats.Json).Where(name => !text.Contains($"\n## `{name}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static (string Before, string Table, string After) Parts(string document)
    {
        var start = document.IndexOf(TableStart, StringComparison.Ordinal) + TableStart.Length;
        var end = document.IndexOf(TableEnd, StringComparison.Ordinal);
        return (document[..start], document[start..end], document[end..]);
    }

    private static async Task<string> TableAsync()
    {
        var runs = await Task.WhenAll(Consumers.All.Select(HardValueRun.OfAsync));
        var table = new StringBuilder();
        AppendRow(table, "Value", Consumers.All.Select(c => c.Name));
        AppendRow(table, "--", Consumers.All.Select(_ => "--"));
        foreach (var (i, value) in HardValues.All.Index())
        {
            AppendRow(table, value.Name, runs.Select(run => run[i]));
        }

        table.Append("\nThe readers:\n\n");
        foreach (var consumer in Consumers.All)
        {
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"- **{consumer.Name}** (format `{consumer.Format}`): {consumer.What}\n");
        }

        return table.ToString();
    }

    private static void AppendRow(StringBuilder table, string first, IEnumerable<string> cells) =>
        table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {first} | {string.Join(" | ", cells)} |\n");
}

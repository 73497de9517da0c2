using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A .env file for node. The rules are those of src/node_dotenv.cc, which 20.12, 22 and 24 have in different words: the first quote like the one that
/// opened closes, whatever is before it; there is no escape but <c>\n</c> between double quotes; carriage returns are removed; without quotes a value
/// is cut at a <c>#</c> and trimmed.
/// </summary>
internal sealed class NodeFormat : VariableFormat
{
    public override string Name => "node";

    public override string Consumer => "node --env-file, process.loadEnvFile and util.parseEnv";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            var delimiter = QuoteFor(variable.Value.Span) is { } quote ? (ReadOnlySpan<byte>)[quote.Character] : [];
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("="u8);
            output.Write(delimiter);
            output.Write(variable.Value.Span);
            output.Write(delimiter);
            output.Write("\n"u8);
        }
    }

    // util.parseEnv answers with a JavaScript object, and this is the one name of a property that every object has and whose value is no text.
    public override string? FaultOfName(string name) =>
        name == "__proto__" ? "node drops a variable of this name. Give it another name." : null;

    protected override string? FaultOfValue(Variable variable)
    {
        var value = variable.Value.Span;
        if (value.Contains((byte)'\r'))
        {
            return "node removes carriage returns, wherever they are. Remove them from the value, or take another format, such as json.";
        }

        return QuoteFor(value) is null && !NeedsNoQuotes(value)
            ? $"node has no quoting that carries this value: {ObstacleTo(Quote.Single, value)}; {ObstacleTo(Quote.Double, value)}; "
                + $"{ObstacleTo(Quote.Backtick, value)}; and without quotes it would be cut at a # or a newline, or lose a quote or space at "
                + "its ends. Change the value, or take another format, such as json."
            : null;
    }

    private static Quote? QuoteFor(ReadOnlySpan<byte> value)
    {
        foreach (var quote in Quote.All)
        {
            if (ObstacleTo(quote, value) is null)
            {
                return quote;
            }
        }

        return null;
    }

    private static string? ObstacleTo(Quote quote, ReadOnlySpan<byte> value)
    {
        if (value.Contains(quote.Character))
        {
            return $"between {quote.Pair} it would end at the {quote.One} in it";
        }

        return quote == Quote.Double && value.IndexOf("\\n"u8) >= 0
            ? @"between double quotes its \n (a backslash and a letter) would become a newline"
            : null;
    }

    private static bool NeedsNoQuotes(ReadOnlySpan<byte> value) =>
        value.IndexOfAny((byte)'#', (byte)'\n') < 0 && " \t'\"`"u8.IndexOf(value[0]) < 0 && " \t"u8.IndexOf(value[^1]) < 0;
}

using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A .env file for motdotla/dotenv. The rules are those of the regular expression in its lib/main.js, 17.4.2: it knows no escape but <c>\n</c> and
/// <c>\r</c> between double quotes, and turns every carriage return in the file into a newline before it reads.
/// </summary>
/// <remarks>
/// A quote with a backslash before it does not close, but the backslash stays. A quote without one does not close either if something else than
/// a comment follows on its line: then the value is the whole line up to a <c>#</c>, less the quotes at its ends. So a value may contain the quotes
/// that it stands between if all of them have a backslash before them, or else if it is one line without a <c>#</c>.
/// </remarks>
internal sealed class DotEnvFormat : VariableFormat
{
    public override string Name => "dotenv";

    public override string Consumer => "motdotla/dotenv, the npm package dotenv";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("="u8);
            WriteBetween(QuoteFor(variable.Value.Span)!, variable.Value.Span, output);
            output.Write("\n"u8);
        }
    }

    // The reader collects into a JavaScript object, and this is the one name of a property that every object has and whose value is no text.
    public override string? FaultOfName(string name) =>
        name == "__proto__" ? "dotenv drops a variable of this name. Give it another name." : null;

    protected override string? FaultOfValue(Variable variable)
    {
        var value = variable.Value.Span;
        return QuoteFor(value) is null
            ? $"dotenv has no quoting that carries this value: {ObstacleTo(Quote.Single, value)}; {ObstacleTo(Quote.Double, value)}; "
                + $"{ObstacleTo(Quote.Backtick, value)}. Change the value, or take another format, such as json."
            : null;
    }

    // Quotes that the value has nothing to do with, if there are any: other readers understand these, too.
    private static Quote? QuoteFor(ReadOnlySpan<byte> value)
    {
        Quote? possible = null;
        foreach (var quote in Quote.All)
        {
            if (ObstacleTo(quote, value) is not null)
            {
                continue;
            }

            if (!value.EndsWith((byte)'\\') && !value.Contains(quote.Character))
            {
                return quote;
            }

            possible ??= quote;
        }

        return possible;
    }

    private static string? ObstacleTo(Quote quote, ReadOnlySpan<byte> value)
    {
        if (quote != Quote.Double && value.Contains((byte)'\r'))
        {
            return $"between {quote.Pair} its carriage return would become a newline";
        }

        if (quote == Quote.Double && (value.IndexOf("\\n"u8) >= 0 || value.IndexOf("\\r"u8) >= 0))
        {
            return @"between double quotes its \n or \r (a backslash and a letter) would become a line break";
        }

        return HasBareQuote(quote, value) && !IsLineWithoutComment(value)
            ? $"between {quote.Pair} it could end at a {quote.One} in it, because it has a # or a line break, too"
            : null;
    }

    private static bool HasBareQuote(Quote quote, ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == quote.Character && (i == 0 || value[i - 1] != '\\'))
            {
                return true;
            }
        }

        return false;
    }

    // U+2028 and U+2029, which are three bytes each, end a line of JavaScript. A carriage return is written as an escape.
    private static bool IsLineWithoutComment(ReadOnlySpan<byte> value) =>
        value.IndexOfAny((byte)'\n', (byte)'#') < 0 && value.IndexOf("\u2028"u8) < 0 && value.IndexOf("\u2029"u8) < 0;

    private static void WriteBetween(Quote quote, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> delimiter = [quote.Character];
        output.Write(delimiter);
        output.WriteReplacing(value, (byte)'\r', "\\r"u8);
        output.Write(delimiter);
        if (value.EndsWith((byte)'\\') && !HasBareQuote(quote, value))
        {
            WriteStop(delimiter, output);
        }
    }

    // With a backslash before it, the closing quote would close only if there were no further one before a line's end or a comment: so in
    // the comment there is one before a word.
    private static void WriteStop(ReadOnlySpan<byte> delimiter, IBufferWriter<byte> output)
    {
        output.Write(" # with its last "u8);
        output.Write(delimiter);
        output.Write("backslash"u8);
        output.Write(delimiter);
    }
}

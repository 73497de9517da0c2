using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SecretsService.Tests.Formats;

/// <summary>
/// The parser of compose-go's package dotenv, v2.13.0: dotenv/parser.go, function by function, and dotenv/godotenv.go. Go's strings are bytes;
/// everything that these functions look for is ASCII or, in <c>isSpace</c>, of the first page of Unicode.
/// </summary>
/// <param name="endsAtAnyQuoteWithoutBackslash">
/// How older versions found the end of a quoted value: at the first quote that no backslash stands before, even where that backslash is
/// an escaped one itself.
/// </param>
internal sealed class ComposeDotEnv(bool endsAtAnyQuoteWithoutBackslash = false)
{
#pragma warning disable MA0009, MA0023 // As slow as the reference is, and with its groups; the tests' inputs are small.
    private static readonly Regex EscapeSequence = new(@"(\\(?:[abcfnrtv$""\\]|0[0-9]{0,3}))", RegexOptions.CultureInvariant);
    private static readonly Regex Export = new(@"\Aexport[\t\n\f\r ]+", RegexOptions.CultureInvariant);
#pragma warning restore MA0009, MA0023

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public Dictionary<string, string> Parse(byte[] file)
    {
        var source = new UTF8Encoding(false, true).GetString(file);
        var rest = source.StartsWith('\uFEFF') ? source[1..] : source;
        while ((rest = StatementStart(rest)).Length > 0)
        {
            rest = ParseStatement(rest);
        }

        return _variables;
    }

    private string ParseStatement(string source)
    {
        var (key, left, inherited) = LocateKeyName(source);
        if (key.Contains(' ', StringComparison.Ordinal))
        {
            throw new FormatException("key cannot contain a space");
        }

        if (inherited)
        {
            return left;
        }

        var (value, rest) = ExtractValue(left);
        _variables[key] = value;
        return rest;
    }

    private static string StatementStart(string source)
    {
        while (true)
        {
            source = source.TrimStart();
            if (source.Length == 0 || source[0] != '#')
            {
                return source;
            }

            var end = source.IndexOf('\n', StringComparison.Ordinal);
            source = end < 0 ? "" : source[end..];
        }
    }

    private static (string Key, string Left, bool Inherited) LocateKeyName(string source)
    {
        if (Export.IsMatch(source))
        {
            source = TrimStart(source["export".Length..]);
        }

        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            if (c is '=' or ':' or '\n')
            {
                return (source[..i].TrimEnd(), TrimStart(source[(i + 1)..]), c == '\n');
            }

            if (!IsSpace(c) && c is not ('_' or '.' or '-' or '[' or ']') && !char.IsLetter(c) && !char.IsNumber(c))
            {
                throw new FormatException("unexpected character in variable name");
            }
        }

        return ("", TrimStart(source), false);
    }

    private (string Value, string Left) ExtractValue(string source)
    {
        if (source.Length == 0 || source[0] is not ('\'' or '"'))
        {
            var end = source.IndexOf('\n', StringComparison.Ordinal);
            var (line, rest) = end < 0 ? (source, "") : (source[..end], source[(end + 1)..]);
            var comment = line.IndexOf(" #", StringComparison.Ordinal);
            return (ComposeTemplate.Substitute((comment < 0 ? line : line[..comment]).TrimEnd(), _variables), rest);
        }

        var (value, left) = endsAtAnyQuoteWithoutBackslash ? ExtractQuotedBefore(source) : ExtractQuoted(source);
        return (source[0] == '"' ? ComposeTemplate.Substitute(ExpandEscapes(value), _variables) : value, left);
    }

    private static (string Value, string Left) ExtractQuoted(string source)
    {
        var previousIsEscape = false;
        var value = new StringBuilder();
        for (var i = 1; i < source.Length; i++)
        {
            var c = source[i];
            if (previousIsEscape)
            {
                previousIsEscape = false;
                value.Append(c == source[0] ? "" : "\\").Append(c);
            }
            else if (c == '\\')
            {
                previousIsEscape = true;
            }
            else if (c == source[0])
            {
                return (value.ToString(), source[(i + 1)..]);
            }
            else
            {
                value.Append(c);
            }
        }

        throw new FormatException("unterminated quoted value");
    }

    private static (string Value, string Left) ExtractQuotedBefore(string source)
    {
        for (var i = 1; i < source.Length; i++)
        {
            if (source[i] == source[0] && source[i - 1] != '\\')
            {
                return (source[1..i], source[(i + 1)..]);
            }
        }

        throw new FormatException("unterminated quoted value");
    }

    private static string ExpandEscapes(string text) => EscapeSequence.Replace(text, match => match.Value switch
    {
        "\\$" => "$$",
        "\\a" => "\a",
        "\\b" => "\b",
        "\\f" => "\f",
        "\\n" => "\n",
        "\\r" => "\r",
        "\\t" => "\t",
        "\\v" => "\v",
        "\\\\" => "\\",
        "\\\"" => "\"",
        _ => Octal(match.Value),
    });

    // strconv.UnquoteChar takes three octal digits, 255 at most; what it does not take stays, without the 0 that was removed for its sake.
    private static string Octal(string match)
    {
        var digits = match.Replace("\\0", "", StringComparison.Ordinal);
        if (match.StartsWith("\\0", StringComparison.Ordinal) && digits.Length == 3 && digits.All(d => d is >= '0' and <= '7'))
        {
            var code = Convert.ToInt32(digits, 8);
            return code <= 255 ? ((char)code).ToString(CultureInfo.InvariantCulture) : "\\" + digits;
        }

        return match.StartsWith("\\0", StringComparison.Ordinal) ? "\\" + digits : match;
    }

    private static bool IsSpace(char c) => c is '\t' or '\v' or '\f' or '\r' or ' ' or '\u0085' or '\u00A0';

    private static string TrimStart(string text) => text.TrimStart('\t', '\v', '\f', '\r', ' ', '\u0085', '\u00A0');
}

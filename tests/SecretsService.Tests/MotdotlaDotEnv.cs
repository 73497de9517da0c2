using System.Text.RegularExpressions;

namespace SecretsService.Tests;

/// <summary>
/// The function <c>parse</c> of motdotla/dotenv 17.4.2 (lib/main.js), with JavaScript's <c>\s</c>, <c>^</c>, <c>$</c>, the dot and
/// <c>trim</c> written out: .NET has others.
/// </summary>
internal static class MotdotlaDotEnv
{
    private const string Space = @"[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]";
    private const string NoLineEnd = @"[^\n\r\u2028\u2029]";
    private const string Start = "(?<!" + NoLineEnd + ")";
    private const string End = "(?!" + NoLineEnd + ")";

    private const string Spaces = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    private static readonly Regex Line = Written(
        $"{Start}{Space}*(?:export{Space}+)?([A-Za-z0-9_.-]+)(?:{Space}*={Space}*?|:{Space}+?)"
        + $@"({Space}*'(?:\\'|[^'])*'|{Space}*""(?:\\""|[^""])*""|{Space}*`(?:\\`|[^`])*`|[^#\r\n]+)?{Space}*(?:#{NoLineEnd}*)?{End}");

    private static readonly Regex Quotes = Written($@"{Start}(['""`])([\s\S]*)\1{End}");

    public static Dictionary<string, string> Parse(string text)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        for (var match = Line.Match(lines); match.Success; match = match.NextMatch())
        {
            var value = match.Groups[2].Value.Trim(Spaces.ToCharArray());
            var isDoubleQuoted = value.StartsWith('"');
            value = Quotes.Replace(value, "$2");
            map[match.Groups[1].Value] = isDoubleQuoted
                ? value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)
                : value;
        }

        return map;
    }

#pragma warning disable MA0009, MA0023 // As slow as the reference is, and with its numbered groups; the tests' inputs are small.
    private static Regex Written(string pattern) => new(pattern, RegexOptions.CultureInvariant);
#pragma warning restore MA0009, MA0023
}

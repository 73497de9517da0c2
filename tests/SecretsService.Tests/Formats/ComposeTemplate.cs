using System.Text.RegularExpressions;

namespace SecretsService.Tests.Formats;

/// <summary>
/// The expansion of variables of compose-go v2.13.0: template/template.go, SubstituteWithOptions. The operators (<c>${NAME:-text}</c> and the other
/// five) are an error here: a value in which one is found has been expanded already, which is what the tests look for.
/// </summary>
internal static class ComposeTemplate
{
#pragma warning disable MA0009, MA0023 // As slow as the reference is, and with its groups; the tests' inputs are small.
    private static readonly Regex Pattern = new(
        @"\$(?i:(?<escaped>\$)|(?<named>[_a-z][_a-z0-9]*)|\{(?:(?<braced>[_a-z][_a-z0-9]*(?::?[-+?](?<operand>.*))?)\}|(?<invalid>)))",
        RegexOptions.CultureInvariant);
#pragma warning restore MA0009, MA0023

    public static string Substitute(string template, Dictionary<string, string> variables) => Pattern.Replace(template, match =>
    {
        if (match.Groups["escaped"].Success)
        {
            return match.Groups["escaped"].Value;
        }

        if (match.Groups["invalid"].Success || match.Groups["operand"].Success)
        {
            throw new FormatException("Invalid template");
        }

        return variables.GetValueOrDefault(match.Groups["named"].Success ? match.Groups["named"].Value : match.Groups["braced"].Value, "");
    });
}

using System.Text;

namespace SecretsService.SecretTypes;

/// <summary>
/// The names of a value's fields on their way through the validator and back into an answer. The validator's paths do not escape a dot
/// or a bracket in a name, so that a name which holds one goes through it as hexadecimal digits behind a tilde.
/// </summary>
internal static class FieldPath
{
    private const string Root = "value";
    private const string Unquotable = "(another)";
    private const char Escape = '~';

    /// <summary>Tells whether an answer may repeat a name: a caller in a hurry may have put a value where its name belongs.</summary>
    public static bool IsQuotable(string name) =>
        name.Length is > 0 and <= TypeLimits.FieldNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>A name as the validator gets it.</summary>
    public static string Encode(string name) => IsQuotable(name) ? name : Escape + Convert.ToHexString(Encoding.UTF8.GetBytes(name));

    /// <summary>A name, or a path of the validator such as <c>#/servers[0].host</c>, as an answer may show it.</summary>
    public static string Show(string path)
    {
        var names = path.TrimStart('#', '/').Split('.', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('.', names.Select(ShowName).Prepend(Root));
    }

    /// <summary>The field of an answer for a top-level field of a value.</summary>
    public static string ShowField(string name) => Show(Encode(name));

    private static string ShowName(string name)
    {
        if (name[0] != Escape)
        {
            return name;
        }

        var index = name.IndexOf('[', StringComparison.Ordinal);
        return index < 0 ? Unquotable : Unquotable + name[index..];
    }
}

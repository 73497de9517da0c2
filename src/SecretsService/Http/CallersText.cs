namespace SecretsService.Http;

/// <summary>Decides what of a caller's own text an answer may repeat.</summary>
internal static class CallersText
{
    private const int MaxLength = 32;

    /// <summary>The name of a field or parameter as an answer may repeat it: a caller in a hurry may have put a value where its name belongs.</summary>
    /// <returns>The name where it looks like one (letters and underscores, up to 32), else "(another)".</returns>
    public static string Quotable(string name) =>
        name.Length <= MaxLength && name.All(c => char.IsAsciiLetter(c) || c == '_') ? name : "(another)";
}

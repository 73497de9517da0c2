using System.Globalization;
using System.Text.Json;

namespace SecretsService.SecretTypes;

/// <summary>
/// Reads numbers without rounding. A bound that is checked on a rounded number is not checked, so that a number which a decimal cannot
/// hold exactly is refused; that also keeps 1e999999999 from being anything but a text.
/// </summary>
internal static class ExactNumber
{
    /// <summary>What a number must be, for an answer.</summary>
    public const string Rule = "Must be a number of at most 28 digits, with at most 28 of them behind the point.";

    private const int LongestText = 64;

    // Dividing by a one of the greatest scale leaves the shortest: 1.50 and 1.5 become the same digits, as enum and uniqueItems need it.
    private const decimal LongOne = 1.0000000000000000000000000000m;

    /// <summary>Reads a number.</summary>
    /// <param name="element">The JSON.</param>
    /// <param name="number">The number, without zeros at the end.</param>
    /// <returns>False for what is no number, or cannot be held exactly.</returns>
    public static bool TryRead(JsonElement element, out decimal number)
    {
        number = 0;
        if (element.ValueKind != JsonValueKind.Number)
        {
            return false;
        }

        var text = element.GetRawText();
        if (text.Length > LongestText || !element.TryGetDecimal(out var read))
        {
            return false;
        }

        var digits = SignificantDigits(text);
        number = digits.Length <= TypeLimits.Digits ? read / LongOne : 0;
        return SignificantDigits(Show(number)) == digits;
    }

    /// <summary>A number as a message shows it.</summary>
    public static string Show(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static string SignificantDigits(string text)
    {
        var exponent = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponent < 0 ? text : text[..exponent];
        return string.Concat(mantissa.Where(char.IsAsciiDigit)).Trim('0');
    }
}

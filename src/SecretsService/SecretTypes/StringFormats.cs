using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SecretsService.SecretTypes;

/// <summary>
/// The formats that a schema may name, each checked in one pass over the text. The validator's own are not used: they backtrack, and
/// take much for an address or a time that is none.
/// </summary>
internal static class StringFormats
{
    private const int LongestHostName = 253;
    private const int LongestLabel = 63;
    private const int LongestMailbox = 64;

    // Four numbers of three digits; six groups of four digits and such an address behind them (RFC 4291 2.2).
    private const int LongestIPv4 = 15;
    private const int LongestIPv6 = 45;

    private const string DateFormat = "yyyy-MM-dd";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss";

    private static readonly SearchValues<char> AddressDigits = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly SearchValues<char> MailboxMarks = SearchValues.Create(".!#$%&'*+/=?^_`{|}~-");
    private static readonly SearchValues<char> UriMarks = SearchValues.Create("-._~:/?#[]@!$&'()*+,;=%");

    private static readonly Dictionary<string, StringFormat> Known = new(StringComparer.Ordinal)
    {
        ["date"] = new("a date like 2030-12-31", IsDate),
        ["date-time"] = new("a time like 2030-12-31T23:59:59Z", IsDateTime),
        ["email"] = new("an e-mail address", IsEmail),
        ["hostname"] = new("a host name", IsHostName),
        ["ipv4"] = new("an IPv4 address", IsIPv4),
        ["ipv6"] = new("an IPv6 address", IsIPv6),
        ["uri"] = new("an absolute URI", IsUri),
        ["uuid"] = new("a UUID", IsUuid),
    };

    /// <summary>The names of all formats.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>A format by its name, or null for one that is not known.</summary>
    public static StringFormat? Find(string name) => Known.GetValueOrDefault(name);

    // By itself the parser trims, and takes 0x for a digit.
    private static bool IsUuid(string text) => text.All(c => char.IsAsciiHexDigit(c) || c == '-') && Guid.TryParseExact(text, "D", out _);

    private static bool IsDate(string text) =>
        DateOnly.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // RFC 3339 5.6: a date, a time of day with or without a fraction of the second, and Z or an offset.
    private static bool IsDateTime(string text)
    {
        var length = DateFormat.Length + "T00:00:00".Length;
        if (text.Length <= length
            || !DateTime.TryParseExact(text[..length].ToUpperInvariant(), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            return false;
        }

        var rest = text.AsSpan(length);
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0)
            {
                return false;
            }

            rest = rest[(1 + digits)..];
        }

        return rest is "Z" or "z" || (rest[0] is '+' or '-' && TimeOnly.TryParseExact(rest[1..], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
    }

    private static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        return at is > 0 and <= LongestMailbox
            && text.AsSpan(0, at) is var mailbox
            && IsMadeOf(mailbox, MailboxMarks)
            && mailbox[0] != '.'
            && mailbox[^1] != '.'
            && !mailbox.Contains("..", StringComparison.Ordinal)
            && IsHostName(text[(at + 1)..]);
    }

    private static bool IsHostName(string text) => text.Length is > 0 and <= LongestHostName && text.Split('.').All(IsLabel);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && label[0] != '-'
        && label[^1] != '-';

    private static bool IsIPv4(string text) => text.Length <= LongestIPv4 && text.Split('.') is { Length: 4 } parts && parts.All(IsOctet);

    private static bool IsOctet(string part) =>
        part.Length is > 0 and <= 3
        && part.All(char.IsAsciiDigit)
        && (part.Length == 1 || part[0] != '0')
        && int.Parse(part, CultureInfo.InvariantCulture) <= byte.MaxValue;

    private static bool IsIPv6(string text) =>
        text.Length <= LongestIPv6
        && !text.AsSpan().ContainsAnyExcept(AddressDigits)
        && IPAddress.TryParse(text, out var address)
        && address.AddressFamily == AddressFamily.InterNetworkV6;

    // The check of the characters comes first: by itself the parser takes a path for a file: URI, and mends spaces.
    private static bool IsUri(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && Uri.CheckSchemeName(text[..colon])
            && IsMadeOf(text, UriMarks)
            && Uri.TryCreate(text, UriKind.Absolute, out _);
    }

    private static bool IsMadeOf(ReadOnlySpan<char> text, SearchValues<char> marks)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !marks.Contains(c))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A format of strings.</summary>
/// <param name="Words">What a text of the format is, for an answer.</param>
/// <param name="Allows">Tells whether a text is of the format.</param>
internal sealed record StringFormat(string Words, Func<string, bool> Allows);

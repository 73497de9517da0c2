using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace SecretsService.SecretTypes;

/// <summary>
/// Turns the pattern of a schema, which is a regular expression of ECMAScript, into one of .NET that means the same and runs in time
/// linear to the text. What the two read differently is rewritten ($ , . , \d , \w) or refused.
/// </summary>
internal sealed class SchemaPattern
{
    /// <summary>What a pattern may be, for an answer.</summary>
    public const string Rule =
        "Must be a regular expression of ECMAScript without look-around, back references, named groups, inline options and \\p{...}, and with few and short counted repetitions.";

    private const string AnyCharacter = @"[^\n\r\u2028\u2029]";

    private const string Digits = "0-9";
    private const string WordCharacters = "A-Za-z0-9_";

    // The letters whose escapes mean the same to both.
    private static readonly SearchValues<char> SharedEscapes = SearchValues.Create("bBfnrstvSux");

    private readonly string _pattern;
    private readonly StringBuilder _translated = new();
    private int _next;

    private SchemaPattern(string pattern) => _pattern = pattern;

    /// <summary>Compiles a pattern. Matching with the result throws <see cref="RegexMatchTimeoutException"/> where it takes too long.</summary>
    /// <returns>False for a pattern that <see cref="Rule"/> excludes, or one with too many states.</returns>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex)
    {
        regex = null;
        try
        {
            regex = new SchemaPattern(pattern).Translate() is { } translated
                ? new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TypeLimits.PatternTime)
                : null;
        }
        catch (ArgumentException)
        {
            // No regular expression.
        }
        catch (NotSupportedException)
        {
            // Needs backtracking, or more states than are allowed.
        }

        return regex is not null;
    }

    private string? Translate()
    {
        while (_next < _pattern.Length)
        {
            var translated = _pattern[_next++] switch
            {
                '$' => @"\z",
                '.' => AnyCharacter,
                '[' => CharacterClass(),
                '(' => Group(),
                '\\' => Escape(isInClass: false),
                var other => other.ToString(),
            };
            if (translated is null)
            {
                return null;
            }

            _translated.Append(translated);
        }

        return _translated.ToString();
    }

    private string? Group()
    {
        if (_next >= _pattern.Length || _pattern[_next] != '?')
        {
            return "(?:";
        }

        if (string.CompareOrdinal(_pattern, _next, "?:", 0, 2) != 0)
        {
            return null;
        }

        _next += 2;
        return "(?:";
    }

    private string? CharacterClass()
    {
        var members = new StringBuilder("[");
        if (_next < _pattern.Length && _pattern[_next] == '^')
        {
            members.Append('^');
            _next++;
        }

        var empty = members.Length;
        var isBehindSet = false;
        while (_next < _pattern.Length && _pattern[_next] != ']')
        {
            // A bracket within a class is itself in ECMAScript, and the start of a subtraction in .NET.
            var member = _pattern[_next++] switch
            {
                '[' => @"\[",
                '-' when isBehindSet || IsSetAhead() => @"\-",
                '\\' => Escape(isInClass: true),
                var other => other.ToString(),
            };
            isBehindSet = member is @"\s" or @"\S" or Digits or WordCharacters;
            if (member is null)
            {
                return null;
            }

            members.Append(member);
        }

        return members.Length == empty || _next++ >= _pattern.Length ? null : members.Append(']').ToString();
    }

    // A hyphen next to a set, as in [+-\d], is itself in ECMAScript; once \d is 0-9, it would be the middle of a range.
    private bool IsSetAhead() => _next + 1 < _pattern.Length && _pattern[_next] == '\\' && "dwsS".Contains(_pattern[_next + 1], StringComparison.Ordinal);

    private string? Escape(bool isInClass)
    {
        if (_next >= _pattern.Length)
        {
            return null;
        }

        var escaped = _pattern[_next++];
        return escaped switch
        {
            'd' => isInClass ? Digits : $"[{Digits}]",
            'w' => isInClass ? WordCharacters : $"[{WordCharacters}]",
            'D' => isInClass ? null : $"[^{Digits}]",
            'W' => isInClass ? null : $"[^{WordCharacters}]",
            _ when SharedEscapes.Contains(escaped) || (char.IsAscii(escaped) && !char.IsLetterOrDigit(escaped)) => $@"\{escaped}",
            _ => null,
        };
    }
}

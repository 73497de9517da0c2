using SecretsService.Contracts;
using SecretsService.Secrets;

namespace SecretsService.Import;

/// <summary>
/// Goes through the lines of a dotenv file. Where motdotla/dotenv has a regular expression that backtracks, this looks at each character a
/// bounded number of times: the search for a closing quote ends at the next quote that no backslash precedes, and the quote that the
/// following search starts from is such a one.
/// </summary>
internal ref struct DotEnvScanner
{
    private const char LineSeparator = '\u2028';
    private const char ParagraphSeparator = '\u2029';
    private const int None = -1;

    private readonly ReadOnlySpan<char> _text;
    private readonly ImportFileBuilder _file;
    private int _lineStart;
    private int _line = 1;

    // After a line whose quotes or shape are at fault, the next lines may belong to its value: what looks like a key is not repeated.
    private bool _mayNameKeys = true;

    /// <summary>Takes a file.</summary>
    /// <param name="text">The file, with \n as its only line end.</param>
    /// <param name="file">What is found is added there.</param>
    public DotEnvScanner(ReadOnlySpan<char> text, ImportFileBuilder file)
    {
        _text = text;
        _file = file;
    }

    /// <summary>Reads all lines.</summary>
    public void Scan()
    {
        while (_lineStart < _text.Length)
        {
            var start = SkipBlanks(_lineStart);
            var end = EndOfLine(start);
            if (start < end && _text[start] != '#')
            {
                ReadAssignment(start, end);
                continue;
            }

            if (HasSeparator(_text[start..end]))
            {
                RefuseSeparator(null);
            }

            GoOnAfter(end);
        }
    }

    private void ReadAssignment(int start, int end)
    {
        var keyStart = SkipExport(start);
        var keyEnd = SkipWord(keyStart);
        var valueStart = SkipAssignmentSign(keyEnd);
        if (keyStart == keyEnd || valueStart == None)
        {
            RefuseNoAssignment(keyEnd, end);
            return;
        }

        var name = NameOf(_text[keyStart..keyEnd]);
        if (name is null)
        {
            Refuse(null, "The key is no name. " + SecretName.Rule);
        }

        if (valueStart < end && _text[valueStart] is '\'' or '"' or '`')
        {
            ReadQuoted(name, valueStart, end);
        }
        else
        {
            ReadUnquoted(name, valueStart, end);
        }
    }

    private void ReadUnquoted(string? name, int start, int end)
    {
        var value = _text[start..end];
        var hash = value.IndexOf('#');
        if (HasSeparator(value))
        {
            RefuseSeparator(name);
        }
        else if (hash >= 0 && !IsBlank(_text[start + hash - 1]))
        {
            Refuse(name, "A # without a space before it: some readers end the value there, others do not. Put the value in quotes, or a space before the comment.");
        }
        else if (name is not null)
        {
            Add(name, TrimEnd(hash < 0 ? value : value[..hash]), quote: '\0');
        }

        GoOnAfter(end);
    }

    private void ReadQuoted(string? name, int open, int end)
    {
        var close = FindClose(open, end, out var fault);
        if (close == None)
        {
            Refuse(name, fault);
            _mayNameKeys = false;
            GoOnAfter(end);
            return;
        }

        end = EndOfLine(close);
        if (HasSeparator(_text[close..end]))
        {
            RefuseSeparator(name);
        }
        else if (name is not null)
        {
            Add(name, _text[(open + 1)..close], _text[open]);
        }

        GoOnAfter(end);
    }

    // motdotla/dotenv reads a quote after a backslash as part of the value where a later quote can end it, and as its end where none can.
    // The former is what everybody does within double quotes; the latter is safe to follow on the line of the opening quote.
    private readonly int FindClose(int open, int end, out string fault)
    {
        var close = FindQuotes(open, out var escaped, out var escapedCount);
        var isClosed = close != None && EndsLine(close + 1);
        var isOnLine = close != None && close < end;
        fault =
            isClosed && (escapedCount == 0 || _text[open] == '"') ? ""
            : !isClosed && !isOnLine && escapedCount == 1 && escaped < end ? ""
            : !isClosed && isOnLine ? "Text after the closing quote. Remove it, put a space and # before a comment, or use a kind of quotes that the value does not hold."
            : escapedCount > 0 ? "A backslash before a quote: readers disagree on whether the value ends there. Use another kind of quotes, or none."
            : $"The quote is not closed. End the value with {_text[open]} and nothing but a comment after it.";
        return fault.Length > 0 ? None : isClosed ? close : escaped;
    }

    // The first quote without a backslash before it, and those before it that have one and stand where a value could end.
    private readonly int FindQuotes(int open, out int lastEscaped, out int escapedCount)
    {
        lastEscaped = None;
        escapedCount = 0;
        for (var i = NextQuote(open); i != None; i = NextQuote(i))
        {
            if (_text[i - 1] != '\\')
            {
                return i;
            }

            if (EndsLine(i + 1))
            {
                lastEscaped = i;
                escapedCount++;
            }
        }

        return None;
    }

    // The next quote of the kind that stands at a position.
    private readonly int NextQuote(int quote)
    {
        var distance = _text[(quote + 1)..].IndexOf(_text[quote]);
        return distance < 0 ? None : quote + 1 + distance;
    }

    private readonly void Add(string name, ReadOnlySpan<char> value, char quote)
    {
        if (quote == '"' && HasOtherEscapes(value))
        {
            _file.Warn(_line, name, "Backslashes are taken literally, except in \\n and \\r: many readers drop them. Use single quotes to be read alike everywhere.");
        }
        else if (quote is '\'' or '`' && value is [.., '\\'])
        {
            _file.Warn(_line, name, "The backslash before the closing quote is taken as the value's last character: some readers take it for an escape.");
        }

        if (quote != '\'' && HasExpansion(value))
        {
            _file.Warn(_line, name, "A $ is taken literally: nothing is expanded. Use single quotes to be read alike elsewhere, or write out what is meant.");
        }

        _file.Add(name, new ImportValue(quote == '"' ? WithLineEnds(value) : value.ToString()), Place(name));
    }

    private void RefuseNoAssignment(int keyEnd, int end)
    {
        // Not the word, though it may look like a name: it can be a line of a key that somebody pasted without quotes.
        if (HasSeparator(_text[_lineStart..end]))
        {
            RefuseSeparator(null);
        }
        else if (SkipBlanks(keyEnd) == end)
        {
            Refuse(null, "A name without a value: Compose and Docker would take it from the shell. Write KEY=value, or KEY= for an empty value.");
        }
        else
        {
            Refuse(null, "No assignment. Write KEY=value; a value of several lines needs quotes around it, and a comment begins with #.");
        }

        _mayNameKeys = false;
        GoOnAfter(end);
    }

    private readonly void RefuseSeparator(string? name) =>
        Refuse(name, "A line or paragraph separator (U+2028, U+2029), which some readers take for the line's end. Remove it, or put the value in quotes.");

    private readonly void Refuse(string? name, string fault) => _file.Refuse(Place(name), fault);

    private readonly ImportPlace Place(string? name) => new($"line {_line}", _mayNameKeys ? name : null, _line);

    private void GoOnAfter(int end)
    {
        _line += _text[_lineStart..end].Count('\n') + 1;
        _lineStart = end + 1;
    }

    private readonly int EndOfLine(int from)
    {
        var length = _text[from..].IndexOf('\n');
        return length < 0 ? _text.Length : from + length;
    }

    // True where nothing but a comment follows on the line, as the reference sees lines.
    private readonly bool EndsLine(int from)
    {
        var next = SkipBlanks(from);
        return next == _text.Length || _text[next] is '\n' or '#' or LineSeparator or ParagraphSeparator;
    }

    private readonly int SkipExport(int start)
    {
        var afterWord = SkipWord(start);
        var next = SkipBlanks(afterWord);
        return _text[start..afterWord] is "export" && next > afterWord && next < _text.Length && IsOfWord(_text[next]) ? next : start;
    }

    private readonly int SkipAssignmentSign(int afterKey)
    {
        var sign = SkipBlanks(afterKey);
        return sign < _text.Length && _text[sign] == '=' ? SkipBlanks(sign + 1)
            : sign == afterKey && sign + 1 < _text.Length && _text[sign] == ':' && IsBlank(_text[sign + 1]) ? SkipBlanks(sign + 1)
            : None;
    }

    private readonly int SkipBlanks(int from)
    {
        while (from < _text.Length && IsBlank(_text[from]))
        {
            from++;
        }

        return from;
    }

    private readonly int SkipWord(int from)
    {
        while (from < _text.Length && IsOfWord(_text[from]))
        {
            from++;
        }

        return from;
    }

    private static string? NameOf(ReadOnlySpan<char> key)
    {
        var name = key.Length <= SecretLimits.KeyLength ? key.ToString() : null;
        return SecretName.IsName(name) ? name : null;
    }

    private static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> value)
    {
        while (value is [.., var last] && IsBlank(last))
        {
            value = value[..^1];
        }

        return value;
    }

    private static string WithLineEnds(ReadOnlySpan<char> value) =>
        string.Create(value.Length - value.Count("\\n") - value.Count("\\r"), value, static (target, value) =>
        {
            var next = 0;
            for (var i = 0; i < target.Length; i++)
            {
                var escaped = value[next] == '\\' && next + 1 < value.Length ? value[next + 1] : '\0';
                target[i] = escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : value[next];
                next += escaped is 'n' or 'r' ? 2 : 1;
            }
        });

    private static bool HasOtherEscapes(ReadOnlySpan<char> value) =>
        value.Count('\\') > value.Count("\\n") + value.Count("\\r");

    private static bool HasExpansion(ReadOnlySpan<char> value)
    {
        for (var i = 0; i + 1 < value.Length; i++)
        {
            if (value[i] == '$' && (value[i + 1] is '{' or '(' or '_' || char.IsAsciiLetter(value[i + 1])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasSeparator(ReadOnlySpan<char> text) => text.IndexOfAny(LineSeparator, ParagraphSeparator) >= 0;

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';

    // White space of JavaScript, which the reference skips and trims, without what ends a line. A byte order mark is part of it.
    private static bool IsBlank(char c) =>
        c == '\uFEFF' || (char.IsWhiteSpace(c) && c is not ('\n' or '\u0085' or LineSeparator or ParagraphSeparator));
}

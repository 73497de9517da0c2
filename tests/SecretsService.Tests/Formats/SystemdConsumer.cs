using System.Text;

namespace SecretsService.Tests.Formats;

/// <summary>
/// What systemd does with an <c>EnvironmentFile=</c>, ported line by line from src/basic/env-file.c (<c>parse_env_file_internal</c>,
/// <c>check_utf8ness_and_warn</c>), src/basic/env-util.c (<c>env_assignment_is_valid</c>) and src/basic/utf8.c (<c>unichar_is_valid</c>) as of
/// systemd 254 and later.
/// </summary>
internal sealed class SystemdConsumer : Consumer
{
    private const string Comments = "#;";
    private const string Whitespace = " \t\n\r";
    private const string Newline = "\n\r";
    private const string ShellNeedEscape = "\"\\`$";

    private enum State
    {
        PreKey,
        Key,
        PreValue,
        Value,
        ValueEscape,
        SingleQuoteValue,
        DoubleQuoteValue,
        DoubleQuoteValueEscape,
        Comment,
        CommentEscape,
    }

    public override string Name => "systemd";

    public override string What => "a port, line by line, of systemd's src/basic/env-file.c and of what env-util.c and utf8.c take for valid (254 and later)";

    public override string Format => "systemd";

    public override Task<IReadOnlyList<Reading>> ReadAsync(IReadOnlyList<byte[]> files) =>
        Task.FromResult<IReadOnlyList<Reading>>([.. files.Select(file => new Parser(file).Read())]);

    private sealed class Parser(byte[] contents)
    {
        private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
        private readonly List<byte> _key = [];
        private readonly List<byte> _value = [];
        private int? _lastKeyWhitespace;
        private int? _lastValueWhitespace;
        private State _state = State.PreKey;

        public Reading Read()
        {
            try
            {
                foreach (var c in contents.TakeWhile(c => c != 0))
                {
                    Take(c);
                }

                TakeEnd();
                return new Reading(_variables, null);
            }
            catch (FormatException e)
            {
                return new Reading(null, e.Message);
            }
        }

        private static bool IsOneOf(string set, byte c) => set.Contains((char)c, StringComparison.Ordinal);

        private void Take(byte c)
        {
            switch (_state)
            {
                case State.PreKey:
                    TakeBeforeKey(c);
                    break;
                case State.Key:
                    TakeInKey(c);
                    break;
                case State.PreValue:
                    TakeBeforeValue(c);
                    break;
                case State.Value:
                    TakeInValue(c);
                    break;
                case State.ValueEscape:
                    _state = State.Value;
                    if (!IsOneOf(Newline, c))
                    {
                        _value.Add(c);
                    }

                    break;
                case State.SingleQuoteValue:
                    TakeUntilQuote(c);
                    break;
                case State.DoubleQuoteValue:
                    TakeUntilDoubleQuote(c);
                    break;
                case State.DoubleQuoteValueEscape:
                    TakeEscapedBetweenQuotes(c);
                    break;
                case State.Comment:
                    _state = c == '\\' ? State.CommentEscape : IsOneOf(Newline, c) ? State.PreKey : State.Comment;
                    break;
                case State.CommentEscape:
                    _state = IsOneOf(Newline, c) ? State.PreKey : State.Comment;
                    break;
            }
        }

        private void TakeBeforeKey(byte c)
        {
            if (IsOneOf(Comments, c))
            {
                _state = State.Comment;
            }
            else if (!IsOneOf(Whitespace, c))
            {
                _state = State.Key;
                _lastKeyWhitespace = null;
                _key.Add(c);
            }
        }

        private void TakeInKey(byte c)
        {
            if (IsOneOf(Newline, c))
            {
                _state = State.PreKey;
                _key.Clear();
            }
            else if (c == '=')
            {
                _state = State.PreValue;
                _lastValueWhitespace = null;
            }
            else
            {
                _lastKeyWhitespace = IsOneOf(Whitespace, c) ? _lastKeyWhitespace ?? _key.Count : null;
                _key.Add(c);
            }
        }

        private void TakeBeforeValue(byte c)
        {
            if (IsOneOf(Newline, c))
            {
                _state = State.PreKey;
                Push();
            }
            else if (c == '\'')
            {
                _state = State.SingleQuoteValue;
            }
            else if (c == '"')
            {
                _state = State.DoubleQuoteValue;
            }
            else if (c == '\\')
            {
                _state = State.ValueEscape;
            }
            else if (!IsOneOf(Whitespace, c))
            {
                _state = State.Value;
                _value.Add(c);
            }
        }

        private void TakeInValue(byte c)
        {
            if (IsOneOf(Newline, c))
            {
                _state = State.PreKey;
                ChompValue();
                Push();
            }
            else if (c == '\\')
            {
                _state = State.ValueEscape;
                _lastValueWhitespace = null;
            }
            else
            {
                _lastValueWhitespace = IsOneOf(Whitespace, c) ? _lastValueWhitespace ?? _value.Count : null;
                _value.Add(c);
            }
        }

        private void TakeUntilQuote(byte c)
        {
            if (c == '\'')
            {
                _state = State.PreValue;
            }
            else
            {
                _value.Add(c);
            }
        }

        private void TakeUntilDoubleQuote(byte c)
        {
            if (c == '"')
            {
                _state = State.PreValue;
            }
            else if (c == '\\')
            {
                _state = State.DoubleQuoteValueEscape;
            }
            else
            {
                _value.Add(c);
            }
        }

        private void TakeEscapedBetweenQuotes(byte c)
        {
            _state = State.DoubleQuoteValue;
            if (IsOneOf(ShellNeedEscape, c))
            {
                _value.Add(c);
            }
            else if (c != '\n')
            {
                _value.Add((byte)'\\');
                _value.Add(c);
            }
        }

        private void TakeEnd()
        {
            if (_state is State.PreValue or State.Value or State.ValueEscape or State.SingleQuoteValue or State.DoubleQuoteValue
                or State.DoubleQuoteValueEscape)
            {
                if (_state is State.Value)
                {
                    ChompValue();
                }

                Push();
            }
        }

        private void ChompValue()
        {
            if (_lastValueWhitespace is { } start)
            {
                _value.RemoveRange(start, _value.Count - start);
            }
        }

        // load_env_file_push refuses the file for one entry that is not UTF-8; strv_env_clean drops an assignment that is not valid.
        private void Push()
        {
            if (_lastKeyWhitespace is { } start)
            {
                _key.RemoveRange(start, _key.Count - start);
            }

            var (key, value) = (Valid(_key), Valid(_value));
            if (key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                _variables[key] = value;
            }

            _key.Clear();
            _value.Clear();
        }

        private static string Valid(List<byte> bytes)
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
            return text.EnumerateRunes().All(r => r.Value is < 0xFDD0 or > 0xFDEF && (r.Value & 0xFFFE) != 0xFFFE)
                ? text
                : throw new FormatException("invalid UTF-8 value");
        }
    }
}

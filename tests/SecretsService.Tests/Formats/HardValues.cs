namespace SecretsService.Tests.Formats;

internal static class HardValues
{
    public static readonly IReadOnlyList<(string Kind, string Value)> All =
    [
        ("plain", "plain"), ("empty", ""), ("space", "two words"), ("leading space", "  x"), ("trailing space", "x  "), ("hash", "a#b"), ("space hash", "a #b"),
        ("leading hash", "#a"), ("single quote", "it's"), ("double quote", "say \"hi\""), ("backtick", "`id`"), ("three quotes", "'\"`"), ("all quoted", "\"all\""),
        ("dollar", "a$b"), ("variable", "${HOME}"), ("bare variable", "$HOME"), ("command", "$(id)"), ("double dollar", "$$"), ("last backslash", "trailing\\"),
        ("backslash", "C:\\new\\road"), ("literal newline", "a\\nb"), ("json", "{\"a\": [1, \"b\\n\"]}"), ("pem", "-----BEGIN KEY-----\nAAAA+/==\n-----END KEY-----\n"),
        ("crlf", "a\r\nb\r\n"), ("lone cr", "a\rb"), ("newline", "a\nb"), ("only newline", "\n"), ("tab", "a\tb"), ("unicode", "é😀漢"), ("bcrypt", "$2b$12$abcdefghijklmnopqrstuuVhXJ9cFGLGvmC6NBPQ1XgGqKZ5mGm3S"),
        ("glob", "*.txt ?[a-z]"), ("equals", "a=b=c"), ("export", "export A=1"), ("colon", "KEY: value"), ("operators", "!&&;|<>"), ("percent", "%{x} %s"), ("separator", "\u2028\u0085\u00a0"),
        ("combining", "e\u0301"),
    ];
}

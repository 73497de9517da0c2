namespace SecretsService.Tests.Formats;

/// <summary>A value that formats get wrong.</summary>
/// <param name="Name">What is hard about it, in Markdown, as the table in docs/formats.md has it.</param>
/// <param name="Value">The value.</param>
internal sealed record HardValue(string Name, string Value);

/// <summary>The 38 kinds of values that the table in docs/formats.md has.</summary>
internal static class HardValues
{
    private const int LongLength = 60 * 1024;

    public static readonly IReadOnlyList<HardValue> All =
    [
        new("nothing", ""),
        new("spaces within", "correct horse  battery staple"),
        new("spaces at both ends", "  padded  "),
        new("tabs", "\tone\ttwo\t"),
        new("`#`", "#pass#word#"),
        new("`#` after a space", "pass #word"),
        new("a single quote", "it's"),
        new("double quotes", "say \"hi\" twice"),
        new("backticks around a command", "a`id`b"),
        new("a pair of quotes around it", "'quoted'"),
        new("single and double quotes", "it's \"both\""),
        new("all three quotes", "it's \"all\" `three`"),
        new("all three quotes, `#` and a newline", "it's \"all\" `three`\n#and more"),
        new("`$NAME`", "pa$HOME$word$"),
        new("`${NAME}`", "a${HOME}b${HOME:-c}${"),
        new("`$(command)`", "$(id)"),
        new("a bcrypt hash", "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"),
        new("backslashes", @"C:\temp\\new\x41"),
        new("a backslash at the end", @"C:\dir\"),
        new("quotes with a backslash before them", """\'a\"b\`c\\"d"""),
        new(@"a literal `\n`", @"one\ntwo\r\n"),
        new("a newline", "one\ntwo"),
        new("newlines at both ends", "\none\n\n"),
        new("CRLF", "one\r\ntwo\r\n"),
        new("a carriage return", "one\rtwo"),
        new("a line that sets another variable", "one\nAFTER=changed\nexport AFTER=changed"),
        new("JSON", """{"type":"service_account","key":"-----BEGIN\nabc\n","n":[1,2.5e3,null]}"""),
        new("JSON on several lines", "{\n  \"a\": \"it's\",\n  \"b\": {\"c\": 1}\n}\n"),
        new("a PEM key", Pem()),
        new("globs and braces", "*.txt ?[a-z]* {a,b} **/"),
        new("`~`, `!` and other signs", "~/a !b !! & | ; < > ( ) ^ @ , : %TEMP%"),
        new("`export A=b`", "export A=b"),
        new("`=` and `%`", "=a==b=%s%%d="),
        new("a word of YAML", "yes"),
        new("accents, other scripts, emoji", "Grüße, 世界, مرحبا, 👩‍👩‍👧 e\u0301"),
        new("control characters", "\u0001\u0008\u000b\u000c\u001b[31m\u007f\u0080\u0085\u009f"),
        new("U+2028, a no-break space, a byte order mark", "\ufeffa\u2028b\u2029c\u00a0d\ufeff"),
        new("60 KB", string.Concat(Enumerable.Repeat("0123456789abcdef", LongLength / 16))),
    ];

    private static string Pem() =>
        $"-----BEGIN PRIVATE KEY-----\n{string.Concat(Enumerable.Range(0, 8).Select(i => new string((char)('A' + i), 62) + "+/\n"))}-----END PRIVATE KEY-----\n";
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SecretsService.Contracts;
using SecretsService.Import;
using SecretsService.Outcomes;
using SecretsService.Secrets;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A dotenv file means what motdotla/dotenv reads, or is refused with every line at fault.</summary>
public sealed class ReadingDotEnvFilesTests
{
    private const string Canary = "c4n4ry";

    private static readonly string[] HardValues =
    [
        "", "plain", " leading and trailing ", "two words", "a#b", "a #b", "#", "it's", "say \"hi\"", "`id`", "'\"", "'\"`", "$HOME", "${HOME}", "$(id)", "$$", "a$",
        "trailing\\", "\\", "C:\\new\\road", "a\\tb", "literal \\n", "literal \\r\\n", "{\"json\": [1, \"two\"]}", "{\n  \"json\": 1\n}",
        "-----BEGIN KEY-----\nAAAA+/==\n-----END KEY-----\n", "a\r\nb\r\n", "a\nb", "\n", "tab\tin", "é", "😀", "\u2028", "a\u00a0", "\u0085",
        "$2b$12$abcdefghijklmnopqrstuuVhXJ9cFGLGvmC6NBPQ1XgGqKZ5mGm3S", "*.txt ?[a-z]", "a=b", "export A=1", "KEY: value", "!", "&&;|<>",
    ];

    private static readonly string[] Fragments =
    [
        "A", "B_2", "key", "KEY=", "KEY = ", "KEY: ", "KEY:", "export ", "export", "=", ":", " ", "\t", "\n", "\n", "\nKEY=", "\nB=", "\r\n", "\r", "'", "'", "\"", "\"", "`", "\\",
        "\\n", "\\r", "\\'", "\\\"", "#", " #", " # it's a comment\n", "$", "${A}", "$(id)", "x", "value", ".", "-", "1", "\u2028", "\ufeff", "\u00a0", "\u0085", "é", "😀", "\0", "\f",
    ];

    public static TheoryData<string, string> Lines() => new()
    {
        { "KEY=value", "value" },
        { "  KEY  =  value  ", "value" },
        { "\tKEY\t=\tvalue\t", "value" },
        { "export KEY=value", "value" },
        { "export\t  KEY = value", "value" },
        { "KEY: value", "value" },
        { "KEY:  'value'", "value" },
        { "KEY=", "" },
        { "KEY=   ", "" },
        { "KEY=''", "" },
        { "KEY=\"\"", "" },
        { "KEY= # nothing", "" },
        { "KEY=value # comment", "value" },
        { "KEY=value # comment # 'more'", "value" },
        { "KEY='value' # comment", "value" },
        { "KEY='value'# comment", "value" },
        { "KEY=' value '", " value " },
        { "KEY='a # b'", "a # b" },
        { "KEY=it's", "it's" },
        { "KEY=a=b", "a=b" },
        { "KEY='a\\nb'", "a\\nb" },
        { "KEY=a\\nb", "a\\nb" },
        { "KEY=`a\\nb`", "a\\nb" },
        { "KEY=\"a\\nb\\r\"", "a\nb\r" },
        { "KEY=\"a\\\\nb\"", "a\\\nb" },
        { "KEY=\"a\\tb\"", "a\\tb" },
        { "KEY=\"say \\\"hi\\\"\"", "say \\\"hi\\\"" },
        { "KEY='a\nb'", "a\nb" },
        { "KEY=\"a\r\nb\rc\"", "a\nb\nc" },
        { "KEY=`'\"`", "'\"" },
        { "KEY='C:\\dir\\'", "C:\\dir\\" },
        { "KEY='C:\\dir\\'\n# it's a comment", "C:\\dir\\" },
        { "KEY=${HOME}$(id)`id`", "${HOME}$(id)`id`" },
        { "\ufeffKEY=value", "value" },
        { "\ufeff# comment\r\nKEY=value\r\n", "value" },
        { "# KEY=other\n\n   # it's \"\n\nKEY=value", "value" },
        { "KEY='a\u2028b'", "a\u2028b" },
    };

    public static TheoryData<string, string> FaultyLines() => new()
    {
        { "garbage here", "No assignment." },
        { "=c4n4ry", "No assignment." },
        { "KEY:c4n4ry", "No assignment." },
        { "KEY : c4n4ry", "No assignment." },
        { "export A B=c4n4ry", "No assignment." },
        { "export export KEY=c4n4ry", "No assignment." },
        { "ключ=c4n4ry", "No assignment." },
        { "'KEY'=c4n4ry", "No assignment." },
        { "KEY:", "No assignment." },
        { "c4n4ry", "A name without a value:" },
        { "export c4n4ry", "A name without a value:" },
        { "c4n4ry   ", "A name without a value:" },
        { "KEY='c4n4ry", "KEY: the quote is not closed. End the value with '" },
        { "KEY=\"c4n4ry", "KEY: the quote is not closed. End the value with \"" },
        { "KEY=`c4n4ry", "KEY: the quote is not closed. End the value with `" },
        { "KEY='", "KEY: the quote is not closed." },
        { "KEY='c4n4ry' c4n4ry", "KEY: text after the closing quote." },
        { "KEY=\"c4n4ry\"\"c4n4ry\"", "KEY: text after the closing quote." },
        { "KEY=c4n4ry#c4n4ry", "KEY: a # without a space before it:" },
        { "KEY=#c4n4ry", "KEY: a # without a space before it:" },
        { "KEY='c4n4ry\\' # '", "KEY: a backslash before a quote:" },
        { "MY-KEY=c4n4ry", "The key is no name. " + SecretName.Rule },
        { "my.key='c4n4ry'", "The key is no name. " + SecretName.Rule },
        { "2KEY=c4n4ry", "The key is no name. " + SecretName.Rule },
        { new string('K', 257) + "=c4n4ry", "The key is no name. " + SecretName.Rule },
        { "AWS_X=c4n4ry", "AWS_X: this name is reserved" },
        { "key=c4n4ry", "key: this key and KEY on line 1 differ in letter case only." },
        { "LONG=" + new string('é', 32_769), $"LONG: may hold {SecretLimits.ValueBytes} bytes" },
        { "NUL='c4n4ry\0'", "NUL: may not hold a NUL" },
        { "SEPARATED=c4n4ry\u2028X=c4n4ry", "SEPARATED: a line or paragraph separator" },
        { "# c4n4ry\u2029X=c4n4ry", "A line or paragraph separator" },
    };

    public static TheoryData<string> HostileTexts() =>
    [
        new string('\'', 1 << 20),
        new string('\\', 1 << 20),
        "A=\"" + new string('\\', 1 << 20),
        "A='" + Repeated("\\'", 1 << 19),
        Repeated("export ", 150_000),
        new string(' ', 1 << 20),
        "A=" + new string(' ', 1 << 20) + "'",
        Repeated("\n", 1 << 20),
        Repeated("A='\n", 200_000),
        Repeated("A='\\'\n", 150_000),
        Repeated("A=\"x\nB='y\nC=`z\n", 70_000),
        Repeated("A=\"\\\" \n", 130_000),
        Repeated("A=1\n", 250_000),
        Repeated("A\n", 500_000),
        new string('A', 1 << 20) + "=1",
        "A='" + Repeated("\\'  \t", 200_000),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_well_formed_line_is_read(string text, string value)
    {
        Accepted("BEFORE=1\n\n" + text + "\nAFTER=2").ShouldBe(Map(("BEFORE", "1"), ("KEY", value), ("AFTER", "2")));
        Accepted(text).ShouldBe(MotdotlaDotEnv.Parse(text));
    }

    [Theory]
    [MemberData(nameof(FaultyLines))]
    public void A_faulty_line_is_refused_with_its_number(string line, string message)
    {
        var faults = Refused("KEY=1\n\nOTHER='2\n3'\n" + line + "\n");

        faults.ShouldHaveSingleItem().Key.ShouldBe("line 5");
        faults["line 5"].ShouldHaveSingleItem().ShouldStartWith(message);
        faults["line 5"].ShouldNotContain(text => text.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var faults = Refused("STRIPE_KEY=\"sk\nA=1\nnonsense\n2B=x\r\nAWS_A=1\rC=a#b\n\nD='x' y\na=1");

        faults.Keys.ShouldBe(["line 1", "line 3", "line 4", "line 5", "line 6", "line 8", "line 9"]);
        faults["line 1"].ShouldBe(["STRIPE_KEY: the quote is not closed. End the value with \" and nothing but a comment after it."]);
    }

    [Fact]
    public void After_an_open_quote_no_text_is_repeated_as_a_key_for_it_may_belong_to_the_value() =>
        Refused($"KEY=\"BEGIN\n{Canary}=#\n{Canary}='x' y\nAWS_{Canary}=1\n{Canary}=1\n{Canary.ToUpperInvariant()}=2").Values
            .ShouldAllBe(texts => texts.All(text => !text.Contains(Canary, StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public void Faults_beyond_a_thousand_are_only_counted()
    {
        var faults = Refused(Repeated("A\n", 1_500));

        faults.Count.ShouldBe(1_001);
        faults["file"].ShouldBe(["500 more faults are not listed."]);
    }

    [Fact]
    public void An_empty_file_has_no_entries()
    {
        Accepted("").ShouldBeEmpty();
        Accepted("\ufeff").ShouldBeEmpty();
        Accepted("\n# nothing\r\n   ").ShouldBeEmpty();
    }

    [Fact]
    public void A_file_may_hold_as_many_keys_as_the_limit()
    {
        Accepted("A=1\nB=2\nA=3", maxEntries: 2).Count.ShouldBe(2);
        Refused("A=1\nB=2\nC=3", maxEntries: 2)["line 3"].ShouldHaveSingleItem().ShouldStartWith("C: a file may hold 2 keys at most.");
    }

    [Fact]
    public void A_value_may_have_as_many_bytes_as_the_limit() =>
        Accepted("A=" + new string('é', SecretLimits.ValueBytes / 2))["A"].Length.ShouldBe(SecretLimits.ValueBytes / 2);

    [Fact]
    public void The_last_of_a_repeated_key_counts_at_its_place_and_is_warned_of()
    {
        var file = File("A=1\nB=2\nA=3");

        file.Entries.Select(e => (e.Name, e.Value.Text, e.Line)).ShouldBe([("B", "2", 2), ("A", "3", 3)]);
        file.Warnings.ShouldBe([new ImportNotice(3, "A", "The key stands on line 1 too: the value of line 3, the last one, counts.")]);
    }

    [Theory]
    [InlineData("A=$HOME", "A $ is")]
    [InlineData("A=\"x${HOME}\"", "A $ is")]
    [InlineData("A=`$(id)`", "A $ is")]
    [InlineData("A=\"a\\tb\"", "Backslashes are")]
    [InlineData("A=\"a\\\\nb\"", "Backslashes are")]
    [InlineData("A='a\\'", "The backslash before")]
    public void What_other_readers_read_otherwise_is_warned_of(string text, string warning)
    {
        var notice = File("\n" + text).Warnings.ShouldHaveSingleItem();

        (notice.Line, notice.Key).ShouldBe((2, "A"));
        notice.Message.ShouldStartWith(warning);
    }

    [Theory]
    [InlineData("A='$HOME ${HOME} $(id)'")]
    [InlineData("A=$")]
    [InlineData("A=a$ $1")]
    [InlineData("A=\"a\\nb\\r\"")]
    [InlineData("A='a\\nb'")]
    public void What_all_read_alike_is_not_warned_of(string text) => File(text).Warnings.ShouldBeEmpty();

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused_with_their_place() =>
        Refused([.. "A=1\r\nB="u8, 0xFF, .. "\n"u8])["line 2"].ShouldBe(["The file is not valid UTF-8: see its byte 8. Save it as UTF-8."]);

    [Fact]
    public void An_entry_does_not_show_its_value() =>
        File($"KEY={Canary}").Entries.ShouldHaveSingleItem().ToString().ShouldBe("KEY");

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task A_hostile_file_is_read_in_linear_time(string text) =>
        await Task.Run(() => Read(text)).WaitAsync(TimeSpan.FromSeconds(5));

    [Fact]
    public void Whatever_is_accepted_is_what_motdotla_reads() =>
        Prop.ForAll(Gen.OneOf(Files(AnyLine()), Texts(), Mixed()).ToArbitrary(), text =>
            !Read(text).Succeeded(out var file, out _) || Same(MapOf(file), MotdotlaDotEnv.Parse(text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Every_well_formed_file_is_accepted() =>
        Prop.ForAll(Files(WellFormedLine()).ToArbitrary(), text => Same(Accepted(text), MotdotlaDotEnv.Parse(text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void Whatever_the_bytes_there_is_an_outcome() =>
        Prop.ForAll<byte[]>(bytes => DotEnvReader.Read(bytes, _ => false, 10).Succeeded(out _, out var failure) || failure.Errors!.Count > 0)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void No_message_repeats_a_value() =>
        Prop.ForAll(Gen.OneOf(Files(AnyLine(Canary)), Files(AnyLine(Canary)).Select(text => text + "X\n")).ToArbitrary(), text =>
            Messages(Read(text)).All(message => !message.Contains(Canary, StringComparison.Ordinal)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static Gen<string> Texts() => Gen.Elements(Fragments).ArrayOf().Select(string.Concat);

    private static Gen<string> Mixed() =>
        Gen.OneOf(AnyLine(), WellFormedLine(), Texts()).ArrayOf().Select(lines => string.Join('\n', lines));

    private static Gen<string> Files(Gen<string> line) =>
        from bom in Gen.Elements("", "\ufeff")
        from lineEnd in Gen.Elements("\n", "\r\n", "\r")
        from lines in line.ArrayOf()
        select bom + string.Join(lineEnd, lines);

    private static Gen<string> AnyLine(string hidden = "") =>
        from start in Gen.Elements("", "", " ", "export ", "\texport\t")
        from number in Gen.Choose(1, 9)
        from key in Gen.Elements("KEY", "key", "A", "B_2", "2B", "A-B", "export")
        from sign in Gen.Elements("=", "=", " = ", ": ", ":", " ")
        from value in Gen.Elements(HardValues)
        from quote in Gen.Elements("", "'", "\"", "`")
        from end in Gen.Elements("", "", " ", " # it's", "# \"c\"", "x", "\\")
        select $"{start}{key}{number}{sign}{quote}{hidden}{value}{quote}{end}";

    private static Gen<string> WellFormedLine() => Gen.OneOf(
        Gen.Elements("", "  ", "# it's a comment", "#A='", "\t# \"x"),
        from start in Gen.Elements("", " ", "export ", "\texport\t")
        from key in Gen.Elements("KEY", "A", "B_2", "export", "_")
        from sign in Gen.Elements("=", " = ", "\t= ", ": ")
        from value in Gen.Elements(HardValues.Where(value => QuotesFor(value).Any()))
        from quote in Gen.Elements(QuotesFor(value))
        from end in Gen.Elements("", " ", " # it's", "\t#\"c\"")
        select $"{start}{key}{sign}{quote}{value}{quote}{end}");

    private static IEnumerable<string> QuotesFor(string value) => new[] { "", "'", "\"", "`" }.Where(quote => CanCarry(quote, value));

    private static bool CanCarry(string quote, string value) => quote.Length == 0
        ? !value.AsSpan().ContainsAny("#\r\n\u2028") && !value.StartsWith('\'') && !value.StartsWith('"') && !value.StartsWith('`')
        : !value.Contains(quote, StringComparison.Ordinal) && !value.EndsWith('\\');

    private static Outcome<ImportFile> Read(string text, int maxEntries = 1_000) => Read(Encoding.UTF8.GetBytes(text), maxEntries);

    private static Outcome<ImportFile> Read(byte[] bytes, int maxEntries = 1_000) =>
        DotEnvReader.Read(bytes, name => name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase), maxEntries);

    private static ImportFile File(string text, int maxEntries = 1_000) =>
        Read(text, maxEntries).Succeeded(out var file, out var failure)
            ? file
            : throw new ShouldAssertException("refused: " + string.Join(" | ", failure.Errors!.SelectMany(e => e.Value.Select(m => $"{e.Key}: {m}"))));

    private static Dictionary<string, string> Accepted(string text, int maxEntries = 1_000) => MapOf(File(text, maxEntries));

    private static FieldErrors Refused(string text, int maxEntries = 1_000) => Refused(Encoding.UTF8.GetBytes(text), maxEntries);

    private static FieldErrors Refused(byte[] bytes, int maxEntries = 1_000)
    {
        Read(bytes, maxEntries).Succeeded(out _, out var failure).ShouldBeFalse();
        failure.Kind.ShouldBe(FailureKind.Invalid);
        return failure.Errors!;
    }

    private static IEnumerable<string> Messages(Outcome<ImportFile> outcome) =>
        outcome.Succeeded(out var file, out var failure)
            ? file.Warnings.Select(w => w.ToString()).Concat(file.Entries.Select(e => e.ToString()))
            : failure.Errors!.SelectMany(e => e.Value.Append(e.Key)).Append(failure.Message);

    private static Dictionary<string, string> MapOf(ImportFile file) => file.Entries.ToDictionary(e => e.Name, e => e.Value.Text, StringComparer.Ordinal);

    private static bool Same(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Count == other.Count && one.All(e => other.TryGetValue(e.Key, out var value) && value == e.Value);

    private static Dictionary<string, string> Map(params (string Key, string Value)[] pairs) =>
        pairs.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    private static string Repeated(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}

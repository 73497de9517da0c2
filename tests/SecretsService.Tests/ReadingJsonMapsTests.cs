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

/// <summary>A JSON object of keys and values is read as it stands, or refused with every key at fault.</summary>
public sealed class ReadingJsonMapsTests
{
    private const string Canary = "c4n4ry";

    public static TheoryData<string, string, string> FaultyMembers() => new()
    {
        { "\"A\": 8080", "A", "Must be a string, not a number: write it in quotes, as in \"8080\"." },
        { "\"A\": true", "A", "Must be a string, not true or false:" },
        { "\"A\": null", "A", "Must be a string, not null:" },
        { "\"A\": [\"c4n4ry\"]", "A", "Must be a string, not an array:" },
        { "\"A\": \"c4n4ry\\u0000\"", "A", "May not hold a NUL character" },
        { "\"A\": \"c4n4ry\\ud800\"", "A", "Must be Unicode text:" },
        { "\"A\": {\"b\": \"c4n4ry\\udc00\"}", "A", "Must be Unicode text:" },
        { "\"A-B\": \"c4n4ry\"", "entry 2", "The key is no name. " + SecretName.Rule },
        { "\"\": \"c4n4ry\"", "entry 2", "The key is no name. " + SecretName.Rule },
        { "\"AWS_X\": \"c4n4ry\"", "AWS_X", "This name is reserved" },
        { "\"key\": \"c4n4ry\"", "key", "This key and KEY differ in letter case only." },
    };

    public static TheoryData<string> TextsThatAreNoMap() =>
    [
        "", "   ", "[]", "\"c4n4ry\"", "null", "1", "{", "{\"A\": \"c4n4ry\"", "{\"A\": c4n4ry}", "{\"A\": \"c4n4ry\",}", "{\"A\": \"1\"} {}", "{'A': 'c4n4ry'}",
        "{\"A\": \"c4n4ry\", \"A\": \"c4n4ry\"}", "{\"A\": \"c4n4ry\", \"\\u0041\": \"c4n4ry\"}", "{\"A\": {\"b\": \"c4n4ry\", \"b\": \"c4n4ry\"}}",
        "{\"A\": \"c4n4ry\", \"\\ud800\": \"c4n4ry\"}", "{\"A\": {\"c4n4ry\\ud800\": \"c4n4ry\"}}", "{\"A\": \"c4n4ry\nc4n4ry\"}", "// c4n4ry\n{}", "A=c4n4ry",
        string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), new('[', 1 << 20), "\ufeff\ufeff{}",
    ];

    [Fact]
    public void Strings_are_read_as_they_stand_in_the_files_order() =>
        File("""{"B": "two words", "A": "", "_c": "\u00e9\n\ud83d\ude00 $HOME \\n"}""").Entries.Select(e => (e.Name, e.Value.Text, e.Value.IsObject, e.Line))
            .ShouldBe([("B", "two words", false, null), ("A", "", false, null), ("_c", "é\n😀 $HOME \\n", false, null)]);

    [Fact]
    public void An_object_is_kept_as_compact_JSON() =>
        File("""{"DB": { "user": "\u00e9<", "port" : 5432.0, "tags": [ true, null ] } }""").Entries.ShouldHaveSingleItem().Value
            .ShouldBe(new ImportValue("""{"user":"é<","port":5432.0,"tags":[true,null]}""", IsObject: true));

    [Fact]
    public void An_empty_map_has_no_entries()
    {
        File("{}").Entries.ShouldBeEmpty();
        File("\ufeff{}").Entries.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(FaultyMembers))]
    public void A_faulty_member_is_refused_by_its_key(string member, string field, string message)
    {
        var faults = Refused($$"""{"KEY": "1", {{member}}}""");

        faults.ShouldHaveSingleItem().Key.ShouldBe(field);
        faults[field].ShouldHaveSingleItem().ShouldStartWith(message);
        faults[field].ShouldNotContain(text => text.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_reported_at_once() =>
        Refused("""{"A": 1, "B": "ok", "C D": null, "AWS_A": "x", "b": "x"}""").Select(e => (e.Key, e.Value.Count))
            .ShouldBe([("A", 1), ("entry 3", 2), ("AWS_A", 1), ("b", 1)]);

    [Theory]
    [MemberData(nameof(TextsThatAreNoMap))]
    public void What_is_no_map_is_malformed(string text)
    {
        Read(Encoding.UTF8.GetBytes(text)).Succeeded(out _, out var failure).ShouldBeFalse();

        failure.Kind.ShouldBe(FailureKind.Malformed);
        failure.Message.ShouldNotContain(Canary);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_malformed_with_their_place()
    {
        Read([.. "{\"A\":\""u8, 0xC3, .. "\"}"u8]).Succeeded(out _, out var failure).ShouldBeFalse();
        failure.Message.ShouldBe("The file is not valid UTF-8: see its byte 7. Save it as UTF-8.");
    }

    [Fact]
    public void A_value_may_have_as_many_bytes_as_the_limit()
    {
        var largest = new string('x', SecretLimits.ValueBytes);

        File($$"""{"A": "{{largest}}"}""").Entries.ShouldHaveSingleItem().Value.Text.ShouldBe(largest);
        Refused($$"""{"A": "{{largest}}x"}""")["A"].ShouldBe(["May hold 65536 bytes of UTF-8 at most."]);
        Refused("{\"A\": {\"b\": \"" + largest + "\"}}")["A"].ShouldBe(["May hold 65536 bytes of UTF-8 at most."]);
    }

    [Fact]
    public void A_map_may_hold_as_many_keys_as_the_limit()
    {
        File("""{"A": "1", "B": "2"}""", maxEntries: 2).Entries.Count.ShouldBe(2);
        Refused("""{"A": "1", "B": "2", "C": "3"}""", maxEntries: 2)["C"].ShouldHaveSingleItem().ShouldStartWith("A file may hold 2 keys at most.");
    }

    [Fact]
    public void An_entry_does_not_show_its_value()
    {
        var entry = File($$"""{"KEY": "{{Canary}}"}""").Entries.ShouldHaveSingleItem();

        entry.ToString().ShouldBe("KEY");
        entry.Value.ToString().ShouldBe("(value)");
    }

    [Fact]
    public async Task A_large_map_is_read_in_linear_time()
    {
        var text = "{" + string.Join(',', Enumerable.Range(0, 80_000).Select(i => $"\"K{i}\":1")) + "}";

        await Task.Run(() => Read(Encoding.UTF8.GetBytes(text)))
            .WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Whatever_the_bytes_there_is_an_outcome() =>
        Prop.ForAll<byte[], NonNull<string>>((bytes, text) => HasOutcome(bytes) && HasOutcome(Encoding.UTF8.GetBytes($"{{\"A\": \"{text.Get}\"}}")))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void Fragments_of_JSON_in_any_order_have_an_outcome() =>
        Prop.ForAll(Gen.Elements("{", "}", "[", "]", "\"", "\"A\"", ":", ",", "1", "null", "\\", "\\ud800", "\\u0000", "é", " ", "{\"A\":", "\"B\":\"x\"").ArrayOf().ToArbitrary(), fragments =>
            HasOutcome(Encoding.UTF8.GetBytes(string.Concat(fragments)))).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static bool HasOutcome(byte[] bytes) => Read(bytes).Succeeded(out _, out var failure) || failure.Message.Length > 0;

    private static Outcome<ImportFile> Read(byte[] bytes, int maxEntries = 1_000) =>
        JsonMapReader.Read(bytes, name => name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase), maxEntries);

    private static ImportFile File(string text, int maxEntries = 1_000) =>
        Read(Encoding.UTF8.GetBytes(text), maxEntries).Succeeded(out var file, out var failure) ? file : throw new ShouldAssertException(failure.Message);

    private static FieldErrors Refused(string text, int maxEntries = 1_000)
    {
        Read(Encoding.UTF8.GetBytes(text), maxEntries).Succeeded(out _, out var failure).ShouldBeFalse();
        failure.Kind.ShouldBe(FailureKind.Invalid);
        return failure.Errors!;
    }
}

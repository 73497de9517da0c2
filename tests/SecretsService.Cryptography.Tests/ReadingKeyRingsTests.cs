using System.Text;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public class ReadingKeyRingsTests
{
    // Keys that no message may repeat a part of.
    private const string Key1 = "Q2FuYXJ5LW9uZS1uZXZlci1pbi1hLW1lc3NhZ2UtMDE=";
    private const string Key2 = "Q2FuYXJ5LXR3by1uZXZlci1pbi1hLW1lc3NhZ2UtMDI=";
    private const string KeyAsHex = "43616e6172792d6f6e652d6e657665722d696e2d612d6d6573736167652d3031";
    private const string Zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    public static TheoryData<string, string> Hostile => new()
    {
        { "", "not valid JSON" },
        { "   \n", "not valid JSON" },
        { "KEY1", "not valid JSON" },
        { "{", "not valid JSON" },
        { """{"active":"a","keys":{"a":"KEY1"}""", "not valid JSON" },
        { """{"active":"a","keys":{"a":"KEY1"}} x""", "not valid JSON" },
        { """{"active":"a","keys":{"a":"KEY1"}}{}""", "not valid JSON" },
        { """{"active":"a","keys":{"a":"KEY1",}}""", "not valid JSON" },
        { """{"active":"a","keys":{"a":KEY1}}""", "not valid JSON" },
        { """{"active":"a","keys":{"a":nKEY1}}""", "not valid JSON" },
        { """/* comment */{"active":"a","keys":{"a":"KEY1"}}""", "not valid JSON" },
        { """{"active":"a","keys":{"a":"KEY1"}}""" + "\0", "not valid JSON" },
        { "null", "not a JSON object" },
        { "\"KEY1\"", "not a JSON object" },
        { """[{"active":"a","keys":{"a":"KEY1"}}]""", "not a JSON object" },
        { "{}", "which key is active" },
        { """{"keys":{"a":"KEY1"}}""", "which key is active" },
        { """{"active":"a"}""", "has no key" },
        { """{"active":"a","keys":{}}""", "has no key" },
        { """{"active":"b","keys":{"a":"KEY1"}}""", "is not among its keys" },
        { """{"active":"A","keys":{"a":"KEY1"}}""", "is not among its keys" },
        { """{"active":"KEY1","keys":{"a":"KEY1"}}""", "\"active\" of the key ring is not an id" },
        { """{"active":"HEX1","keys":{"a":"KEY1"}}""", "is not among its keys" },
        { """{"active":null,"keys":{"a":"KEY1"}}""", "\"active\" of the key ring is not an id" },
        { """{"active":1,"keys":{"a":"KEY1"}}""", "\"active\" of the key ring is not an id" },
        { """{"active":{"a":"a"},"keys":{"a":"KEY1"}}""", "\"active\" of the key ring is not an id" },
        { """{"active":"a","active":"a","keys":{"a":"KEY1"}}""", "two members \"active\"" },
        { """{"active":"a","keys":{"a":"KEY1"},"keys":{"b":"KEY2"}}""", "two members \"keys\"" },
        { """{"active":"a","keys":{},"keys":{"a":"KEY1"}}""", "two members \"keys\"" },
        { """{"active":"a","keys":{"a":"KEY1"},"KEY2":1}""", "a member other than" },
        { """{"Active":"a","keys":{"a":"KEY1"}}""", "a member other than" },
        { """{"a":"KEY1"}""", "a member other than" },
        { """{"active":"a","keys":["KEY1"]}""", "\"keys\" of the key ring are not a JSON object" },
        { """{"active":"a","keys":"KEY1"}""", "\"keys\" of the key ring are not a JSON object" },
        { """{"active":"a","keys":null}""", "\"keys\" of the key ring are not a JSON object" },
        { """{"active":"a","keys":{"a":"KEY1","a":"KEY2"}}""", "Key number 2 of the key ring has the id of an earlier one" },
        { """{"active":"a","keys":{"a":"KEY1","b":"KEY1"}}""", "Key number 2 of the key ring is the same as an earlier one" },
        { """{"active":"a","keys":{"":"KEY1"}}""", "Key number 1 of the key ring has something else for an id" },
        { """{"active":"a","keys":{"-a":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{".":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{"a b":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{"a/b":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{"é":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{"\u0061":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":"KEY1"}}""", "something else for an id" },
        { """{"active":"a","keys":{"KEY1":"a"}}""", "something else for an id" },
        { """{"active":"a","keys":{"HEX1":"a"}}""", "Key number 1 of the key ring is not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"HEX1"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":""}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":null}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":["AAAA"]}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"KEY1_CUT"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"KEY1_SHORT"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"AAAAKEY1"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"KEY1KEY2"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"KEY1!"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"\ud800KEY1"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"LONG"}}""", "not base64 of exactly 32 bytes" },
        { """{"active":"a","keys":{"a":"ZEROS"}}""", "is all zeros" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_is_no_key_ring_is_refused_in_a_sentence_without_key_material(string file, string because)
    {
        var exception = Should.Throw<KeyRingFormatException>(() => Parse(file));

        exception.Message.ShouldContain(because);
        exception.Message.ShouldMatch("^(The|Key number [0-9]+ of the) [^\n]*[.]$");
        exception.InnerException.ShouldBeNull();
        foreach (var canary in new[] { Key1, Key2, KeyAsHex })
        {
            Enumerable.Range(0, canary.Length - 5).ShouldAllBe(i => !exception.Message.Contains(canary.Substring(i, 5), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused()
    {
        byte[] file = [.. Encoding.UTF8.GetBytes("""{"active":"a","keys":{"a":" """), 0xC3, 0x28, .. "\"}}"u8];

        Should.Throw<KeyRingFormatException>(() => KeyRing.Parse(file));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        var file = Encoding.UTF8.GetBytes(Fill("""{"active":"b","keys":{"a":"KEY1","b":"KEY2"}}"""));

        for (var length = 0; length < file.Length; length++)
        {
            Should.Throw<KeyRingFormatException>(() => KeyRing.Parse(file.AsSpan(0, length)), $"the first {length} bytes");
        }
    }

    [Theory]
    [InlineData("""{"active":"b","keys":{"a":"KEY1","b":"KEY2"}}""")]
    [InlineData("""{"keys":{"a":"KEY1","b":"KEY2"},"active":"b"}""")]
    [InlineData("\n\t{ \"active\" : \"b\",\r\n \"keys\" : { \"a\" : \"KEY1\", \"b\" : \"KEY2\" } }\r\n\n")]
    [InlineData("\ufeff{\"active\":\"b\",\"keys\":{\"a\":\"KEY1\",\"b\":\"KEY2\"}}")]
    [InlineData("""{"active":"b","keys":{"a":"\u00512FuYXJ5LW9uZS1uZXZlci1pbi1hLW1lc3NhZ2UtMDE\u003d","b":"KEY2"}}""")]
    public void A_key_ring_that_someone_wrote_is_read(string file)
    {
        using var ring = Parse(file);

        ring.ActiveId.ShouldBe("b");
        ring.Ids.ShouldBe(["a", "b"]);
        Encoding.UTF8.GetString(ring.Export()).ShouldBe(Fill("""{"active":"b","keys":{"a":"KEY1","b":"KEY2"}}""") + "\n");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("kek-2026.01_A")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void An_id_may_have_1_to_64_characters(string id)
    {
        using var ring = Parse("""{"active":"ID","keys":{"ID":"KEY1"}}""".Replace("ID", id, StringComparison.Ordinal));

        ring.ActiveId.ShouldBe(id);
        ring.Contains(id).ShouldBeTrue();
        ring.Contains(id + "x").ShouldBeFalse();
    }

    [Fact]
    public void A_generated_ring_is_exported_and_read_back()
    {
        using var ring = KeyRing.Generate();
        using var key = DataEncryptionKey.Generate();
        using var copy = KeyRing.Parse(ring.Export());

        ring.ActiveId.ShouldMatch("^kek-[0-9a-f]{16}$");
        copy.ActiveId.ShouldBe(ring.ActiveId);
        using var unwrapped = copy.UnwrapDataKey(ring.Wrap(key, Known.Key), Known.Key);
        unwrapped.Open(key.Seal("value"u8, Known.Value), Known.Value).ShouldBe("value"u8.ToArray());
    }

    [Fact]
    public void A_large_ring_is_exported_and_read_back()
    {
        var ids = Enumerable.Range(0, 50).Select(i => $"kek-{i}".PadRight(64, 'x')).ToArray();
        using var ring = Known.Ring(ids[49], [.. ids.Select((id, i) => (id, Known.Bytes(32, first: i + 1)))]);

        using var copy = KeyRing.Parse(ring.Export());

        copy.Ids.ShouldBe(ids);
        copy.Export().ShouldBe(ring.Export());
    }

    [Fact]
    public void Two_generated_rings_have_different_ids_and_keys()
    {
        using var one = KeyRing.Generate();
        using var other = KeyRing.Generate();

        one.ActiveId.ShouldNotBe(other.ActiveId, StringComparer.Ordinal);
        Encoding.UTF8.GetString(one.Export())[^47..].ShouldNotBe(Encoding.UTF8.GetString(other.Export())[^47..], StringComparer.Ordinal);
    }

    private static KeyRing Parse(string file) => KeyRing.Parse(Encoding.UTF8.GetBytes(Fill(file)));

    // The longer placeholders come before those that they begin with.
    private static string Fill(string file) => file
        .Replace("KEY1_CUT", Key1[..^1], StringComparison.Ordinal)
        .Replace("KEY1_SHORT", Key1[4..], StringComparison.Ordinal)
        .Replace("KEY1", Key1, StringComparison.Ordinal)
        .Replace("KEY2", Key2, StringComparison.Ordinal)
        .Replace("HEX1", KeyAsHex, StringComparison.Ordinal)
        .Replace("ZEROS", Zeros, StringComparison.Ordinal)
        .Replace("LONG", new string('Q', 100_000), StringComparison.Ordinal);
}

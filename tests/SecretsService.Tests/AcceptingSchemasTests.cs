using SecretsService.SecretTypes;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SchemaTexts;

namespace SecretsService.Tests;

/// <summary>Which schemas a secret type may have, and that each keyword of theirs is really enforced.</summary>
public sealed class AcceptingSchemasTests
{
    /// <summary>For each keyword: a schema with it, a value that satisfies it, one that does not, and the refusal.</summary>
    public static TheoryData<string, string, string, string> Keywords() => new()
    {
        { """{"type":"string"}""", "\"a\"", "1", "Must be a string." },
        { """{"type":"number"}""", "1.5", "\"1\"", "Must be a number." },
        { """{"type":"integer"}""", "1.0", "1.5", "Must be a whole number." },
        { """{"type":"integer"}""", "79228162514264337593543950000", "\"1\"", "Must be a whole number." },
        { """{"type":"boolean"}""", "true", "\"true\"", "Must be true or false." },
        { """{"type":"null"}""", "null", "0", "Must be null." },
        { """{"type":"array"}""", "[]", "{}", "Must be an array." },
        { """{"type":"object"}""", "{}", "[]", "Must be an object." },
        { """{"type":"string"}""", "\"\"", "null", "Must be a string." },
        { """{"type":["string","null"]}""", "null", "1", "Must be a string or null." },
        { """{"type":["string","null"],"minLength":2}""", "\"ab\"", "\"a\"", "Must have at least 2 characters." },
        { """{"type":["object","string"],"required":["a"]}""", "\"x\"", "{}", "Required." },
        { """{"enum":["a","b"]}""", "\"b\"", "\"c\"", "Must be one of: a, b." },
        { """{"enum":["1"]}""", "\"1\"", "1", "Must be a string." },
        { """{"enum":[1, 2.50]}""", "2.5", "3", "Must be one of: 1, 2.5." },
        { """{"type":"integer","enum":[1, 2]}""", "2", "3", "Must be one of: 1, 2." },
        { """{"enum":[true]}""", "true", "false", "Must be one of: True." },
        { """{"type":["string","null"],"enum":["a"]}""", "\"a\"", "null", "Must be a string." },
        { """{"const":"a"}""", "\"a\"", "\"b\"", "Must be one of: a." },
        { """{"const":1.0}""", "1", "2", "Must be one of: 1." },
        { """{"type":"string","minLength":2}""", "\"ab\"", "\"a\"", "Must have at least 2 characters." },
        { """{"type":"string","maxLength":2}""", "\"ab\"", "\"abc\"", "Must have at most 2 characters." },
        { """{"type":"string","maxLength":1}""", "\"\\ud83d\\ude00\"", "\"ab\"", "Must have at most 1 character." },
        { """{"type":"string","maxLength":0}""", "\"\"", "\"a\"", "Must have at most 0 characters." },
        { """{"type":"string","pattern":"^[a-z]+$"}""", "\"ab\"", "\"aB\"", "Must match ^[a-z]+$." },
        { """{"type":"string","pattern":"b"}""", "\"abc\"", "\"ac\"", "Must match b." },
        { """{"type":"string","pattern":"^[a-z]+$"}""", "\"ab\"", "\"ab\\n\"", "Must match ^[a-z]+$." },
        { """{"type":"string","pattern":"^\\d$"}""", "\"7\"", "\"\\u0667\"", "Must match ^\\d$." },
        { """{"type":"string","pattern":"^[+-\\d]+$"}""", "\"-1\"", "\"/\"", "Must match ^[+-\\d]+$." },
        { """{"type":"string","pattern":"^[[a]$"}""", "\"[\"", "\"b\"", "Must match ^[[a]$." },
        { """{"type":"string","pattern":"^.$"}""", "\"a\"", "\"\\r\"", "Must match ^.$." },
        { """{"type":"string","pattern":"^(ab|c)\\.\\w{2}$"}""", "\"ab.x_\"", "\"ab.x\\u00e9\"", "Must match ^(ab|c)\\.\\w{2}$." },
        { """{"type":"string","format":"date"}""", "\"2030-12-31\"", "\"2030-02-30\"", "Must be a date like 2030-12-31." },
        { """{"type":"string","format":"date-time"}""", "\"2030-12-31T23:59:59.123+01:00\"", "\"2030-12-31\"", "Must be a time like 2030-12-31T23:59:59Z." },
        { """{"type":"string","format":"email"}""", "\"a.b+c@example.com\"", "\"a@b@\"", "Must be an e-mail address." },
        { """{"type":"string","format":"hostname"}""", "\"db.example.com\"", "\"db_.example\"", "Must be a host name." },
        { """{"type":"string","format":"ipv4"}""", "\"10.0.0.1\"", "\"10.0.0.256\"", "Must be an IPv4 address." },
        { """{"type":"string","format":"ipv6"}""", "\"fe80::1\"", "\"10.0.0.1\"", "Must be an IPv6 address." },
        { """{"type":"string","format":"uri"}""", "\"https://example.com/a?b#c\"", "\"/etc/passwd\"", "Must be an absolute URI." },
        { """{"type":"string","format":"uuid"}""", "\"0198c0de-0000-7000-8000-000000000001\"", "\" 0198c0de-0000-7000-8000-000000000001\"", "Must be a UUID." },
        { """{"type":"number","minimum":1}""", "1", "0.9", "Must be at least 1." },
        { """{"type":"number","maximum":1}""", "1", "1.1", "Must be at most 1." },
        { """{"type":"integer","maximum":65535}""", "65535", "65536", "Must be at most 65535." },
        { """{"type":"number","exclusiveMinimum":1}""", "1.1", "1", "Must be more than 1." },
        { """{"type":"number","exclusiveMaximum":1}""", "0.9", "1", "Must be less than 1." },
        { """{"type":"number","multipleOf":0.1}""", "0.3", "0.35", "Must be a multiple of 0.1." },
        { """{"type":"integer","multipleOf":5}""", "10", "11", "Must be a multiple of 5." },
        { """{"type":"array","items":{"type":"string"}}""", "[\"a\"]", "[1]", "Must be a string." },
        { """{"type":"array","minItems":1}""", "[1]", "[]", "Must have at least 1 elements." },
        { """{"type":"array","maxItems":1}""", "[1]", "[1,2]", "Must have at most 1 elements." },
        { """{"type":"array","uniqueItems":true,"items":{"type":"number"}}""", "[1,2]", "[1,1.0]", "Must not have the same element twice." },
        {
            """{"type":"array","uniqueItems":true,"items":{"type":"object"}}""",
            """[{"a":1},{"a":2}]""",
            """[{"a":1,"b":2},{"b":2,"a":1}]""",
            "Must not have the same element twice."
        },
        { """{"type":"object","properties":{"a":{"type":"null"}}}""", """{"a":null}""", """{"a":1}""", "Must be null." },
        { """{"type":"object","required":["a"]}""", """{"a":null}""", """{"A":1}""", "Required." },
        { """{"type":"object","additionalProperties":false}""", "{}", """{"a":1}""", "Unknown field. The type has: none by name." },
        { """{"type":"object","additionalProperties":{"type":"string"}}""", """{"a":"b"}""", """{"a":1}""", "Must be a string." },
        { """{"type":"object","minProperties":1}""", """{"a":1}""", "{}", "Must have at least 1 fields." },
        { """{"type":"object","maxProperties":1}""", """{"a":1}""", """{"a":1,"b":1}""", "Must have at most 1 fields." },
        { """{"allOf":[{"type":"string"},{"type":"string","minLength":2}]}""", "\"ab\"", "\"a\"", "Must have at least 2 characters." },
        { """{"anyOf":[{"type":"string"},{"type":"number"}]}""", "1", "true", "at least one of the 2 alternatives of anyOf" },
        { """{"oneOf":[{"type":"number","minimum":1},{"type":"number","maximum":3}]}""", "0", "2", "satisfies 2" },
        { """{"oneOf":[{"type":"null"},{"type":["string","null"]}]}""", "\"a\"", "null", "satisfies 2" },
        { """{"type":"string","not":{"const":"root"}}""", "\"a\"", "\"root\"", "Must not be what \"not\" excludes." },
        { """{"type":"null","not":{"type":"null"}}""", "", "null", "Must not be what \"not\" excludes." },
        { """{"not":{"type":"object","required":["a"]}}""", "\"a\"", """{"a":1}""", "Must not be what \"not\" excludes." },
    };

    [Theory]
    [MemberData(nameof(Keywords))]
    public void Every_keyword_is_enforced(string schema, string satisfying, string violating, string refusal)
    {
        var accepted = Accepted(WithField(schema));
        if (satisfying.Length > 0)
        {
            accepted.Check($$"""{"field":{{satisfying}}}""").ShouldBeEmpty();
        }

        accepted.Check($$"""{"field":{{violating}}}""").ShouldContain(error => error.Contains(refusal, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_keyword_and_every_format_has_a_case_above()
    {
        var cases = string.Concat(Keywords().SelectMany(row => row).OfType<string>());
        SchemaKeywords.OfAnyType.Keys.Concat(ObjectKeywords.All.Keys).Concat(ArrayKeywords.All.Keys).Concat(StringKeywords.All.Keys)
            .Concat(NumberKeywords.All.Keys).Concat(SchemaTypes.Names).Concat(StringFormats.Names)
            .Where(word => word != "$schema")
            .ShouldAllBe(word => cases.Contains($"\"{word}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("$defs")]
    [InlineData("definitions")]
    public void A_reference_to_a_definition_is_enforced(string keyword)
    {
        var schema = Accepted(
            $$$"""{"type":"object","properties":{"a":{"$ref":"#/{{{keyword}}}/port"}},"{{{keyword}}}":{"port":{"type":"integer","maximum":9} } }""");
        schema.Check("""{"a":9}""").ShouldBeEmpty();
        schema.Check("""{"a":10}""").ShouldBe(["value.a: Must be at most 9."]);
    }

    [Fact]
    public void Keywords_in_a_subschema_for_the_same_value_need_not_repeat_its_type()
    {
        var schema = Accepted("""{"type":"object","anyOf":[{"required":["token"]},{"required":["user"]}]}""");
        schema.Check("""{"user":1}""").ShouldBeEmpty();
        schema.Check("{}").ShouldBe(
            ["value: Must satisfy at least one of the 2 alternatives of anyOf: (1) value.token: Required. (2) value.user: Required."]);
    }

    [Fact]
    public void Annotations_are_kept_and_say_nothing_about_the_value()
    {
        var schema = Accepted(
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "title": "T", "description": "D", "$comment": "C",
             "default": {"$ref": "http://localhost/"}, "examples": [1], "example": 1, "readOnly": true, "writeOnly": true, "deprecated": true}
            """);
        schema.Json.ShouldStartWith("""{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","title":"T",""");
        schema.Check("""{"a":1}""").ShouldBeEmpty();
    }

    [Fact]
    public void A_stored_schema_is_accepted_as_it_was()
    {
        var json = Accepted(WithField("""{ "type": "string", "pattern": "^\u00e9$" }""")).Json;
        TypeSchema.OfStored(json).Json.ShouldBe(json);
    }
}

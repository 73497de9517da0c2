using FsCheck;
using FsCheck.Fluent;
using SecretsService.Outcomes;
using SecretsService.SecretTypes;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SchemaTexts;

namespace SecretsService.Tests;

/// <summary>How a typed secret's value is held against its schema, and what a refusal says.</summary>
public sealed class CheckingTypedValuesTests
{
    private const string Canary = "sk-live-canary";

    private static readonly TypeSchema Servers = Accepted(
        """
        {
          "type": "object",
          "properties": {
            "name": { "type": "string", "pattern": "^[a-z]+$" },
            "servers": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "host": { "type": "string", "minLength": 1 },
                  "port": { "type": "integer", "minimum": 1, "maximum": 65535 }
                },
                "required": ["host"],
                "additionalProperties": false
              }
            }
          },
          "required": ["name", "servers"],
          "additionalProperties": false
        }
        """);

    [Fact]
    public void Every_field_at_fault_is_listed_by_its_path() =>
        Servers.Check("""{"name":"A1","servers":[{"host":"a","port":70000},{"port":"x","user":1},[]],"more":1}""").ShouldBe(
            [
                "value.name: Must match ^[a-z]+$.",
                "value.servers[0].port: Must be at most 65535.",
                "value.servers[1].host: Required.",
                "value.servers[1].port: Must be a whole number.",
                "value.servers[1].user: Unknown field. The type has: host, port.",
                "value.servers[2]: Must be an object.",
                "value.more: Unknown field. The type has: name, servers.",
            ],
            ignoreOrder: true);

    [Fact]
    public void A_missing_field_is_required() => Servers.Check("{}").ShouldBe(["value.name: Required.", "value.servers: Required."]);

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"a\"")]
    [InlineData("1e999999999")]
    public void Anything_but_an_object_is_refused(string value) => Servers.Check(value).ShouldBe(["value: Must be a JSON object."]);

    [Theory]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a[0]")]
    [InlineData("#/a")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("\u00e9")]
    public void A_name_that_is_not_plain_is_not_repeated(string name)
    {
        var schema = Accepted("""{"type":"object","properties":{"a":{"type":"object"},"b":{"type":"string"}},"additionalProperties":{"type":"array","items":{"type":"string"}}}""");
        schema.Check($$"""{"{{name}}":1}""").ShouldBe(["value.(another): Must be an array."]);
        schema.Check($$"""{"{{name}}":["a",1]}""").ShouldBe(["value.(another)[1]: Must be a string."]);
    }

    [Fact]
    public void A_field_that_is_not_plain_can_be_required_and_found()
    {
        var schema = Accepted("""{"type":"object","properties":{"a.b":{"type":"string"}},"required":["a.b"],"additionalProperties":false}""");
        schema.Check("""{"a.b":"x"}""").ShouldBeEmpty();
        schema.Check("""{"a":{"b":"x"}}""").ShouldBe(["value.(another): Required.", "value.a: Unknown field. The type has: none by name."], ignoreOrder: true);
    }

    [Fact]
    public void Where_one_alternative_is_of_the_type_its_own_faults_are_listed() =>
        Accepted(WithField("""{"oneOf":[{"type":"string"},{"type":"object","required":["a"],"properties":{"b":{"type":"null"}}}]}"""))
            .Check("""{"field":{"b":1}}""").ShouldBe(["value.field.b: Must be null.", "value.field.a: Required."], ignoreOrder: true);

    [Theory]
    [InlineData("1e999999999")]
    [InlineData("-1e-999999999")]
    [InlineData("1e29")]
    [InlineData("1e-29")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("1.00000000000000000000000000001")]
    public void A_number_that_would_have_to_be_rounded_is_refused(string number) =>
        Accepted(WithField("""{"type":"number"}""")).Check($$"""{"field":{{number}}}""").ShouldBe([$"value.field: {ExactNumber.Rule}"]);

    [Theory]
    [InlineData("0e999")]
    [InlineData("-0.0")]
    [InlineData("1e28")]
    [InlineData("1e-28")]
    [InlineData("100000000000000000000000000.10")]
    public void A_number_that_can_be_held_is_accepted(string number) =>
        Accepted(WithField("""{"type":"number"}""")).Check($$"""{"field":{{number}}}""").ShouldBeEmpty();

    [Fact]
    public void A_text_that_looks_like_a_time_stays_the_text_that_it_is() =>
        Accepted(WithField("""{"enum":["2030-01-01T00:00:00+02:00"]}""")).Check("""{"field":"2030-01-01T00:00:00+02:00"}""").ShouldBeEmpty();

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}""")]
    public void Json_that_is_unsafe_to_walk_is_refused_as_a_whole(string value) =>
        Accepted("""{"type":"object"}""").Check(value).ShouldHaveSingleItem().ShouldStartWith("value: ");

    [Fact]
    public void A_value_may_have_so_many_members_and_no_more()
    {
        var schema = Accepted("""{"type":"object"}""");
        schema.Check($$"""{"a":[{{Ones(TypeLimits.ValueMembers - 1)}}]}""").ShouldBeEmpty();
        schema.Check($$"""{"a":[{{Ones(TypeLimits.ValueMembers)}}]}""").ShouldHaveSingleItem().ShouldContain("at most 1024 fields and elements");
    }

    [Fact]
    public void Of_a_great_many_faults_the_first_are_listed()
    {
        var errors = Accepted(WithField("""{"type":"array","items":{"type":"string"}}""")).Check($$"""{"field":[{{Ones(1_000)}}]}""");
        errors.Count.ShouldBe(TypeLimits.Faults + 1);
        errors[^1].ShouldBe($"value: Only the first {TypeLimits.Faults} faults are listed.");
    }

    [Theory]
    [InlineData("""{"type":"array","items":{"allOf":[X]}}""", """{"minLength":1}""", "\"a\"")]
    [InlineData("""{"type":"array","items":{"anyOf":[X]}}""", """{"type":"number"}""", "\"a\"")]
    [InlineData("""{"type":"array","items":{"oneOf":[X]}}""", """{"maxLength":0}""", "\"a\"")]
    [InlineData("""{"type":"array","items":{"not":{"allOf":[X]}}}""", """{"not":{"type":"null"}}""", "\"a\"")]
    [InlineData("""{"allOf":[X]}""", """{"type":"array","uniqueItems":true,"items":{"type":"string"}}""", "\"a\"")]
    [InlineData("""{"type":"array","items":{"allOf":[X]}}""", """{"type":["object","string","number","null"],"required":["x"]}""", "{}")]
    public async Task A_value_too_dear_to_check_is_refused_and_the_dearest_other_one_ends_in_time(string around, string inner, string item)
    {
        var schema = Dearest(around, inner);
        var members = TypeLimits.ValueMembers - 1;
        while (await InTime(() => schema.Check($$"""{"field":[{{string.Join(',', Enumerable.Repeat(item, members))}}]}""")) is [var error]
            && error.StartsWith("value: Holds more fields", StringComparison.Ordinal))
        {
            members -= Math.Max(members / 10, 1);
        }

        members.ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData("date", '1')]
    [InlineData("date-time", '1')]
    [InlineData("email", 'a')]
    [InlineData("email", '@')]
    [InlineData("hostname", '.')]
    [InlineData("hostname", 'a')]
    [InlineData("ipv4", '1')]
    [InlineData("ipv6", ':')]
    [InlineData("uri", 'a')]
    [InlineData("uri", '%')]
    [InlineData("uuid", '-')]
    public async Task A_format_takes_no_time_for_a_long_text(string format, char filler)
    {
        var schema = Accepted(WithField($$"""{"type":"string","format":"{{format}}"}"""));
        foreach (var prefix in new[] { "", "http://", "2030-12-31T23:59:59.", "a@" })
        {
            _ = await InTime(() => schema.Check($$"""{"field":"{{prefix}}{{new string(filler, 65_000)}}"}"""));
        }
    }

    [Fact]
    public async Task A_check_that_would_take_too_long_is_refused_rather_than_passed()
    {
        var patterns = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"pattern":"(a|b)*a(a|b){2{{i:00}}}c"}"""));
        var schema = Accepted(WithField($$"""{"type":"string","not":{"anyOf":[{{patterns}}]} }"""));
        var text = string.Concat(Enumerable.Range(0, 65_000).Select(i => "ab"[(int)(i * 2_654_435_761L >> 13 & 1)]));
        (await InTime(() => schema.Check($$"""{"field":"{{text}}"}"""))).ShouldHaveSingleItem().ShouldStartWith("value: Takes too long to check");
    }

    [Theory]
    [InlineData("""{"name":"CANARY","servers":"CANARY"}""")]
    [InlineData("""{"name":{"CANARY!":"CANARY"},"servers":["CANARY",{"host":["CANARY"],"port":"CANARY","CANARY!":1}]}""")]
    [InlineData("""{"CANARY!":"CANARY","name":"\ud800CANARY","servers":[]}""")]
    public void No_message_has_any_part_of_the_value(string value)
    {
        var errors = Servers.Check(value.Replace("CANARY", Canary, StringComparison.Ordinal));
        errors.ShouldNotBeEmpty();
        errors.ShouldAllBe(error => !error.Contains("canary", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Random_Json_is_checked_against_random_schemas_without_an_exception_or_a_leak() =>
        await InTime(() =>
        {
            Prop.ForAll(RandomJson.Schemas(), RandomJson.Values(), (schema, value) =>
            {
                var accepted = TypeSchema.Parse(Json(schema)).Succeeded(out var parsed, out _) ? parsed : Servers;
                var errors = new FieldErrors();
                accepted.Check(Json(value.Replace("\"a\"", $"\"{Canary} \"", StringComparison.Ordinal)), errors);
                return errors.All(field => !field.Key.Contains(Canary, StringComparison.Ordinal)
                    && field.Value.All(error => !error.Contains(Canary, StringComparison.Ordinal)));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
            return true;
        });

    // As many copies of a schema as are accepted.
    private static TypeSchema Dearest(string around, string inner)
    {
        around = around.Replace("\"items\":{", "\"items\":{\"type\":[\"string\",\"object\"],", StringComparison.Ordinal);
        for (var count = TypeLimits.SchemaParts; count > 0; count -= 12)
        {
            var schema = WithField(around.Replace("X", string.Join(',', Enumerable.Repeat(inner, count)), StringComparison.Ordinal));
            if (TypeSchema.Parse(Json(schema)).Succeeded(out var accepted, out var failure))
            {
                return accepted;
            }

            failure.Errors!["schema"].ShouldAllBe(fault => fault.StartsWith("Must have at most", StringComparison.Ordinal) || fault.StartsWith("Must take at most", StringComparison.Ordinal));
        }

        throw new InvalidOperationException("no copy is accepted");
    }

    private static string Ones(int count) => string.Join(',', Enumerable.Repeat(1, count));
}

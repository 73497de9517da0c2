using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using SecretsService.SecretTypes;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SchemaTexts;

namespace SecretsService.Tests;

/// <summary>What a schema may not be: anything that is not enforced, fetches, loops, or costs too much.</summary>
public sealed class RefusingHostileSchemasTests
{
    [Theory]
    [InlineData("\"if\":{}")]
    [InlineData("\"then\":{}")]
    [InlineData("\"else\":{}")]
    [InlineData("\"contains\":{}")]
    [InlineData("\"minContains\":1")]
    [InlineData("\"dependencies\":{}")]
    [InlineData("\"dependentRequired\":{}")]
    [InlineData("\"dependentSchemas\":{}")]
    [InlineData("\"patternProperties\":{}")]
    [InlineData("\"propertyNames\":{}")]
    [InlineData("\"unevaluatedProperties\":false")]
    [InlineData("\"unevaluatedItems\":false")]
    [InlineData("\"prefixItems\":[]")]
    [InlineData("\"additionalItems\":false")]
    [InlineData("\"contentEncoding\":\"base64\"")]
    [InlineData("\"$id\":\"http://example.com/\"")]
    [InlineData("\"id\":\"http://example.com/\"")]
    [InlineData("\"$anchor\":\"a\"")]
    [InlineData("\"$dynamicRef\":\"#a\"")]
    [InlineData("\"discriminator\":\"a\"")]
    [InlineData("\"x-nullable\":true")]
    [InlineData("\"Required\":[]")]
    public void A_keyword_that_is_not_enforced_is_refused_with_those_that_are(string member)
    {
        var name = member.Split('"')[1];
        Faults(WithField($$"""{"type":"object",{{member}}}"""))
            .ShouldHaveSingleItem().ShouldStartWith($"/properties/field/{name}: Is not enforced here. Leave it out. These are enforced: type, $ref,");
    }

    [Theory]
    [InlineData("""{"type":"array","maxItems":0}""", "/properties/field/maxItems: Must be a whole number from 1")]
    [InlineData("""{"type":"object","maxProperties":0}""", "/properties/field/maxProperties: Must be a whole number from 1")]
    [InlineData("""{"type":"array","minItems":-1}""", "/properties/field/minItems: Must be a whole number")]
    [InlineData("""{"type":"string","minLength":1e9}""", "/properties/field/minLength: Must be a whole number")]
    [InlineData("""{"type":"string","minLength":99999999999}""", "/properties/field/minLength: Must be a whole number")]
    [InlineData("""{"type":"number","exclusiveMinimum":true,"minimum":1}""", "/properties/field/exclusiveMinimum: Must be a number")]
    [InlineData("""{"type":"number","minimum":1e999999999}""", "/properties/field/minimum: Must be a number")]
    [InlineData("""{"type":"number","multipleOf":0}""", "/properties/field/multipleOf: Must be more than 0")]
    [InlineData("""{"type":"integer","multipleOf":0.5}""", "/properties/field/multipleOf: Must be a whole number")]
    [InlineData("""{"type":"array","items":[{"type":"string"}]}""", "/properties/field/items: Must be a schema")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "/properties/field/uniqueItems: Is enforced only beside items")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"type":["string","number"]}}""", "/properties/field/uniqueItems: Is enforced only")]
    [InlineData("""{"enum":["1",1]}""", "/properties/field/enum: Must hold strings")]
    [InlineData("""{"enum":[null]}""", "/properties/field/enum: Must hold strings")]
    [InlineData("""{"enum":[]}""", "/properties/field/enum: Must hold strings")]
    [InlineData("""{"const":{}}""", "/properties/field/const: Must hold strings")]
    [InlineData("""{"type":"number","enum":["1"]}""", "/properties/field/enum: Must hold strings")]
    [InlineData("""{"enum":["a"],"const":"a"}""", "/properties/field: Must not have both")]
    [InlineData("""{"minLength":1}""", "/properties/field/minLength: Is enforced only beside its type")]
    [InlineData("""{"type":"number","required":["a"]}""", "/properties/field/required: Is enforced only beside its type")]
    [InlineData("""{"type":"text"}""", "/properties/field/type: Must be one of")]
    [InlineData("""{"type":[]}""", "/properties/field/type: Must be one of")]
    [InlineData("""{"type":["string","string"]}""", "/properties/field/type: Must be one of")]
    [InlineData("""{"type":"string","format":"password"}""", "/properties/field/format: Must be one of date,")]
    [InlineData("""{"type":"object","required":"a"}""", "/properties/field/required: Must be an array")]
    [InlineData("""{"type":"object","properties":[]}""", "/properties/field/properties: Must be an object")]
    [InlineData("""{"anyOf":[]}""", "/properties/field/anyOf: Must be an array of schemas")]
    [InlineData("""{"not":true}""", "/properties/field/not: Must be a schema")]
    [InlineData("true", "/properties/field: Must be a schema")]
    [InlineData("""{"$schema":"http://localhost/schema"}""", "/properties/field/$schema: Must be one of")]
    [InlineData("""{"$defs":{}}""", "/properties/field/$defs: Must stand at the root")]
    public void A_form_that_is_not_enforced_is_refused(string schema, string fault) =>
        Faults(WithField(schema)).ShouldContain(f => f.StartsWith(fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("^(?=a)")]
    [InlineData("(?<!a)b")]
    [InlineData("(?<name>a)")]
    [InlineData("(?i)a")]
    [InlineData("(?>a)")]
    [InlineData("(a)\\\\1")]
    [InlineData("\\\\p{L}")]
    [InlineData("\\\\Aa\\\\Z")]
    [InlineData("[a-z")]
    [InlineData("[]")]
    [InlineData("[^\\\\D]")]
    [InlineData("(a")]
    [InlineData("a\\\\")]
    [InlineData("(a{1000}){1000}")]
    [InlineData("((a{0,30}){0,30}){0,10}$")]
    public void A_pattern_that_needs_backtracking_or_reads_differently_in_Net_is_refused(string pattern) =>
        Faults(WithField($$"""{"type":"string","pattern":"{{pattern}}"}""")).ShouldBe([$"/properties/field/pattern: {SchemaPattern.Rule}"]);

    [Fact]
    public void Every_fault_is_listed_at_once() =>
        Faults("""{"type":"array","if":{},"definitions":{"unused":{"format":"x","type":"string"}}}""").Select(f => f.Split(':')[0])
            .ShouldBe(["/type", "/if", "/definitions/unused/format"]);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":["object"]}""")]
    [InlineData("""{"type":"string"}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"object"}}}""")]
    public void The_root_must_say_that_it_is_an_object(string schema) => Faults(schema).ShouldContain(f => f.StartsWith("/type: ", StringComparison.Ordinal));

    [Theory]
    [InlineData("[]")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("1e999999999")]
    [InlineData("""{"type":"object","type":"object"}""")]
    [InlineData("""{"type":"object","title":"\ud800"}""")]
    [InlineData("""{"type":"object","\udfff":1}""")]
    public void What_is_no_schema_is_refused(string schema) => Faults(schema).ShouldHaveSingleItem();

    [Fact]
    public void Nothing_is_fetched()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/schema.json";

        Faults(WithField($$"""{"$ref":"{{address}}"}""")).ShouldHaveSingleItem().ShouldStartWith("/properties/field/$ref: Must be #/$defs/NAME");
        Faults($$"""{"type":"object","$schema":"{{address}}"}""").ShouldHaveSingleItem();
        Faults($$"""{"type":"object","$id":"{{address}}"}""").ShouldHaveSingleItem();
        Accepted($$$"""{"type":"object","default":{"$ref":"{{{address}}}"},"properties":{"$ref":{"const":"{{{address}}}"} } }""")
            .Check($$$"""{"$ref":"{{{address}}}","$schema":"{{{address}}}","a":{"$ref":"{{{address}}}"}}""").ShouldBeEmpty();

        listener.Pending().ShouldBeFalse();
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("other.json#/a")]
    [InlineData("#")]
    [InlineData("#/properties/field")]
    [InlineData("#/$defs/missing")]
    [InlineData("#/$defs/")]
    [InlineData("")]
    public void A_reference_to_anything_but_a_definition_is_refused(string reference) =>
        Faults($$$"""{"type":"object","properties":{"field":{"$ref":"{{{reference}}}"}},"$defs":{}}""")
            .ShouldHaveSingleItem().ShouldStartWith("/properties/field/$ref: Must be #/$defs/NAME");

    [Fact]
    public void A_reference_with_neighbours_is_refused() =>
        Faults("""{"type":"object","properties":{"a":{"$ref":"#/$defs/a","minLength":1}},"$defs":{"a":{"type":"string"}}}""")
            .ShouldBe(["/properties/a/$ref: Must stand alone. Put it into allOf, next to the other keywords."]);

    [Theory]
    [InlineData("""{"a":{"$ref":"#/$defs/a"}}""")]
    [InlineData("""{"a":{"$ref":"#/$defs/b"},"b":{"type":"array","items":{"$ref":"#/$defs/a"}}}""")]
    public void A_schema_that_leads_back_to_itself_is_refused(string definitions) =>
        Faults($$$"""{"type":"object","properties":{"x":{"$ref":"#/$defs/a"}},"$defs":{{{definitions}}} }""")
            .ShouldHaveSingleItem().ShouldContain("Must not lead back to itself");

    [Fact]
    public async Task A_schema_that_doubles_with_every_reference_is_refused()
    {
        var definitions = Enumerable.Range(0, 14).Select(i => $$$"""
            "d{{{i}}}":{"allOf":[{"$ref":"#/$defs/d{{{i + 1}}}"},{"$ref":"#/$defs/d{{{i + 1}}}"}]}
            """);
        var schema = $$$"""{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{ {{{string.Join(",", definitions)}}},"d14":{"type":"string"} } }""";

        (await InTime(() => Faults(schema))).ShouldHaveSingleItem().ShouldContain("once each $ref is replaced");
    }

    [Fact]
    public async Task A_schema_that_nests_too_deep_is_refused()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"not\":", 5_000)) + "{}" + new string('}', 5_000);
        (await InTime(() => Faults(WithField(nested)))).ShouldBe([$"Must not nest more than {TypeLimits.SchemaDepth} levels deep."]);
    }

    [Fact]
    public void References_do_not_get_around_the_depth()
    {
        var definitions = Enumerable.Range(0, 40).Select(i => $$"""
            "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"}
            """);
        Faults($$$"""{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{ {{{string.Join(",", definitions)}}},"d40":{} } }""")
            .ShouldHaveSingleItem().ShouldContain("subschemas inside one another");
    }

    [Fact]
    public void An_enum_may_fill_the_parts_of_a_schema_and_no_more()
    {
        _ = Accepted(WithField($$"""{"enum":[{{Numbers(TypeLimits.SchemaParts - 2)}}]}"""));
        Faults(WithField($$"""{"enum":[{{Numbers(TypeLimits.SchemaParts - 1)}}]}""")).ShouldHaveSingleItem().ShouldContain("members of enum");
    }

    [Fact]
    public void A_schema_may_fill_its_bytes_and_no_more()
    {
        var rest = TypeLimits.SchemaBytes - """{"type":"object","title":""}""".Length;
        _ = Accepted($$"""{"type":"object", "title":"{{new string('a', rest)}}"}""");
        Faults($$"""{"type":"object", "title":"{{new string('a', rest + 1)}}"}""").ShouldHaveSingleItem().ShouldContain("bytes as compact JSON");
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("^(a|aa)+$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(x+x+)+y")]
    [InlineData("(a|b)*a(a|b){200}c")]
    [InlineData("^(.*?,){11}P")]
    public async Task A_pattern_made_to_be_slow_ends_in_time(string pattern)
    {
        var schema = Accepted(WithField($$"""{"type":"string","pattern":"{{pattern}}"}"""));
        foreach (var text in new[] { new string('a', 60_000), new string('x', 60_000), new string(',', 60_000), string.Concat(Enumerable.Repeat("ab", 30_000)) })
        {
            _ = await InTime(() => schema.Check($$"""{"field":"{{text}}!"}"""));
        }
    }

    [Fact]
    public async Task Random_Json_is_refused_or_accepted_without_an_exception() =>
        await InTime(() =>
        {
            Prop.ForAll(RandomJson.Schemas(), schema =>
            {
                _ = TypeSchema.Parse(Json(schema)).Succeeded(out _, out var failure);
                return failure is null || failure.Errors!["schema"].Count > 0;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
            return true;
        });

    private static string Numbers(int count) => string.Join(',', Enumerable.Range(0, count));
}

using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace SecretsService.Tests;

/// <summary>Random JSON made of words that mean something to a schema, so that it gets further than noise would.</summary>
internal static class RandomJson
{
    private static readonly string[] Names =
    [
        "type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
        "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "multipleOf", "enum", "const", "allOf", "anyOf",
        "oneOf", "not", "$ref", "$defs", "definitions", "$schema", "if", "a", "b", "a.b", "", "~", "[0]", "\u00e9", "title",
    ];

    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-0", "1", "2.50", "1e28", "1e29", "1e-28", "1e999999999", "-1e-999999999", "12345678901234567890123456789012345",
        "\"\"", "\"a\"", "\"object\"", "\"string\"", "\"number\"", "\"integer\"", "\"null\"", "\"array\"", "\"#/$defs/a\"", "\"#\"", "\"date\"",
        "\"(a+)+$\"", "\"[\"", "\"2030-01-01T00:00:00Z\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "[\"a\",\"b\"]", "[\"string\",\"null\"]",
    ];

    /// <summary>Any JSON; most of it starts as an object.</summary>
    public static Arbitrary<string> Values() => Gen.Frequency((9, Object(4)), (1, Any(3))).ToArbitrary();

    /// <summary>JSON whose root passes for a schema more often than not.</summary>
    public static Arbitrary<string> Schemas() =>
        Gen.Frequency((6, Object(4).Select(AsRoot)), (1, Any(4))).ToArbitrary();

    private static string AsRoot(string json) => json == "{}" ? """{"type":"object"}""" : """{"type":"object",""" + json[1..];

    private static Gen<string> Any(int depth) => depth == 0
        ? Gen.Elements(Scalars)
        : Gen.Frequency((3, Gen.Elements(Scalars)), (4, Object(depth - 1)), (2, Array(depth - 1)));

    private static Gen<string> Object(int depth) =>
        Gen.Elements(Names).SelectMany(name => Any(depth).Select(value => $"{JsonSerializer.Serialize(name)}:{value}"))
            .ListOf().Select(members => $"{{{string.Join(',', members.DistinctBy(m => m.Split(':')[0]).Take(6))}}}");

    private static Gen<string> Array(int depth) => Any(depth).ListOf().Select(items => $"[{string.Join(',', items.Take(5))}]");
}

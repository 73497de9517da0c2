using FsCheck;
using FsCheck.Fluent;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.SecretTypes;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SchemaTexts;

namespace SecretsService.Tests;

/// <summary>The variables that carry the fields of a typed secret.</summary>
public sealed class NamingFieldVariablesTests
{
    [Theory]
    [InlineData("clientId", "CLIENT_ID")]
    [InlineData("client-id", "CLIENT_ID")]
    [InlineData("client id", "CLIENT_ID")]
    [InlineData("ClientID", "CLIENT_ID")]
    [InlineData("APIKey", "API_KEY")]
    [InlineData("already_snake", "ALREADY_SNAKE")]
    [InlineData("ALREADY_UPPER", "ALREADY_UPPER")]
    [InlineData("port2", "PORT2")]
    [InlineData("oauth2Client", "OAUTH2_CLIENT")]
    [InlineData("_a--B_", "A_B")]
    [InlineData("2nd", "2ND")]
    [InlineData("stra\u00dfe", "STRA_E")]
    public void A_field_gives_its_name_in_upper_snake_case(string field, string name) =>
        FieldVariables.NameOf("DB", field).ShouldBe($"DB_{name}");

    [Fact]
    public void A_string_gives_itself_and_anything_else_its_Json() =>
        FieldVariables.Of("DB", Json("""{"text":"a\n\"\u00e9","number":1.50,"yes":true,"no":false,"list":[1, "\u00e9"],"object":{"a": null},"none":null}"""))
            .Select(v => (v.Name, v.Field, v.Text))
            .ShouldBe(
            [
                ("DB_TEXT", "text", "a\n\"\u00e9"),
                ("DB_NUMBER", "number", "1.50"),
                ("DB_YES", "yes", "true"),
                ("DB_NO", "no", "false"),
                ("DB_LIST", "list", "[1,\"\u00e9\"]"),
                ("DB_OBJECT", "object", "{\"a\":null}"),
            ]);

    [Fact]
    public void The_names_alone_are_those_of_the_variables() =>
        FieldVariables.NamesOf("DB", Json("""{"host":"a","port":null,"user":"b"}""")).ShouldBe(["DB_HOST", "DB_USER"]);

    [Fact]
    public void Sound_fields_have_no_fault() => Check("DB", """{"host":"a","port":1,"none":null}""").ShouldBeEmpty();

    [Fact]
    public void A_reserved_variable_is_refused() =>
        Check("KUBERNETES", """{"host":"a"}""").ShouldBe(
            ["value.host: The field gives the variable KUBERNETES_HOST, which is reserved: the platform sets it itself. Rename the secret or the field."]);

    [Fact]
    public void A_variable_that_takes_hold_of_the_process_is_refused() =>
        Check("NODE", """{"options":"a","other":1}""").ShouldBe(
            ["value.options: The field gives the variable NODE_OPTIONS, which changes what the process itself loads or runs. Rename the secret or the field."]);

    [Fact]
    public void Two_fields_that_share_a_variable_are_refused_in_whatever_letter_case() =>
        Check("Db", """{"clientId":1,"client-id":2,"other":3}""").ShouldBe(
        [
            "value.clientId: The field gives the variable Db_CLIENT_ID, and so does another field. Rename one of them.",
            "value.client-id: The field gives the variable Db_CLIENT_ID, and so does another field. Rename one of them.",
        ]);

    [Fact]
    public void A_field_that_is_absent_shares_nothing() => Check("DB", """{"clientId":1,"client-id":null}""").ShouldBeEmpty();

    [Theory]
    [InlineData("-")]
    [InlineData("\u00e9")]
    [InlineData("")]
    public void A_field_with_nothing_to_name_a_variable_by_is_refused(string field) =>
        Check("DB", $$"""{"{{field}}":1}""").ShouldHaveSingleItem().ShouldContain("has no letter or digit");

    [Fact]
    public void A_name_may_be_as_long_as_a_key_and_no_longer()
    {
        Check(new string('A', SecretLimits.KeyLength - 2), """{"a":1}""").ShouldBeEmpty();
        Check(new string('A', SecretLimits.KeyLength - 1), """{"a":1}""").ShouldHaveSingleItem().ShouldContain("over 256 characters");
    }

    [Fact]
    public void A_secret_whose_name_no_variable_can_have_is_refused() =>
        Check("1-A", """{"a":1}""").ShouldHaveSingleItem().ShouldContain("no variable can have");

    [Fact]
    public void A_text_that_no_variable_can_carry_is_refused() =>
        Check("DB", """{"a":"x\u0000","b":["x\u0000"]}""").ShouldBe(["value.a: Must not hold the character NUL, which no variable can carry."]);

    [Fact]
    public void A_text_may_be_as_large_as_a_value_and_no_larger()
    {
        Check("DB", $$"""{"a":"{{new string('\u00e9', SecretLimits.ValueBytes / 2)}}"}""").ShouldBeEmpty();
        Check("DB", $$"""{"a":"a{{new string('\u00e9', SecretLimits.ValueBytes / 2)}}"}""").ShouldHaveSingleItem().ShouldContain("at most 65536 bytes");
    }

    [Fact]
    public void A_name_that_is_not_plain_is_not_repeated() =>
        Check("KUBERNETES", """{"a canary":1}""").ShouldHaveSingleItem().ShouldStartWith("value.(another): The field gives a variable, which is reserved");

    [Fact]
    public void A_variable_does_not_show_its_value() =>
        FieldVariables.Of("DB", Json("""{"a":"canary"}""")).ShouldHaveSingleItem().ToString().ShouldNotContain("canary");

    [Fact]
    public void Whatever_the_fields_variables_without_a_fault_have_names_of_their_own() =>
        Prop.ForAll(RandomJson.Values(), text =>
        {
            var value = Json(text);
            if (Accepted("""{"type":"object"}""").Check(text).Count > 0 || Check("DB", text).Count > 0)
            {
                return true;
            }

            var names = FieldVariables.NamesOf("DB", value);
            return names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Count
                && names.All(name => name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'));
        }).QuickCheckThrowOnFailure();

    private static IReadOnlyList<string> Check(string secretName, string value)
    {
        var errors = new FieldErrors();
        FieldVariables.Check(secretName, Json(value), name => name.StartsWith("KUBERNETES_", StringComparison.Ordinal), name => name is "NODE_OPTIONS", errors);
        return [.. errors.SelectMany(field => field.Value.Select(error => $"{field.Key}: {error}"))];
    }
}

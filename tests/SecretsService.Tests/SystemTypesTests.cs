using SecretsService.SecretTypes;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SchemaTexts;

namespace SecretsService.Tests;

/// <summary>The types that come with the service.</summary>
public sealed class SystemTypesTests
{
    public static TheoryData<string, string, string, string[]> Values() => new()
    {
        { "api-key", "STRIPE", """{"api_key":"k"}""", ["STRIPE_API_KEY"] },
        { "basic-auth", "REGISTRY", """{"username":"u","password":""}""", ["REGISTRY_USERNAME", "REGISTRY_PASSWORD"] },
        { "database-url", "DATABASE", """{"url":"postgres://u:p@a:5432,b:5432/db?sslmode=require"}""", ["DATABASE_URL"] },
        { "oauth-client", "GITHUB", """{"client_id":"i","client_secret":"s"}""", ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"] },
        {
            "oauth-client", "GITHUB", """{"client_id":"i","client_secret":"s","token_url":"https://a.example/token","scopes":"a b"}""",
            ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "GITHUB_TOKEN_URL", "GITHUB_SCOPES"]
        },
        { "smtp", "MAIL", """{"host":"mail.example.com","port":587}""", ["MAIL_HOST", "MAIL_PORT"] },
        {
            "smtp", "MAIL", """{"host":"::1","port":25,"username":"u","password":"p","from":"A <a@b.c>","encryption":"starttls"}""",
            ["MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_FROM", "MAIL_ENCRYPTION"]
        },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_sound_value_is_accepted_and_gives_its_variables(string key, string secretName, string value, string[] variables)
    {
        SystemTypes.Find(key).ShouldNotBeNull().Schema.Check(value).ShouldBeEmpty();
        FieldVariables.NamesOf(secretName, Json(value)).ShouldBe(variables);
    }

    [Theory]
    [InlineData("api-key", "{}", "value.api_key: Required.")]
    [InlineData("api-key", """{"api_key":""}""", "value.api_key: Must have at least 1 character.")]
    [InlineData("api-key", """{"api_key":"k","more":1}""", "value.more: Unknown field. The type has: api_key.")]
    [InlineData("basic-auth", """{"username":"a:b","password":"p"}""", "value.username: Must match ^[^:]*$.")]
    [InlineData("database-url", """{"url":"no url"}""", "value.url: Must match ^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+$.")]
    [InlineData("oauth-client", """{"client_id":"a"}""", "value.client_secret: Required.")]
    [InlineData("oauth-client", """{"client_id":"a","client_secret":"b","token_url":"/token"}""", "value.token_url: Must be an absolute URI.")]
    [InlineData("smtp", """{"host":"a","port":0}""", "value.port: Must be at least 1.")]
    [InlineData("smtp", """{"host":"a","port":65536}""", "value.port: Must be at most 65535.")]
    [InlineData("smtp", """{"host":"a","port":"25"}""", "value.port: Must be a whole number.")]
    [InlineData("smtp", """{"host":"a","port":25,"encryption":"ssl"}""", "value.encryption: Must be one of: none, starttls, tls.")]
    public void A_faulty_value_is_refused(string key, string value, string refusal) =>
        SystemTypes.Find(key).ShouldNotBeNull().Schema.Check(value).ShouldBe([refusal]);

    [Fact]
    public void There_are_five_in_the_order_of_their_keys_injected_field_by_field()
    {
        SystemTypes.All.Select(type => type.Key).ShouldBe(["api-key", "basic-auth", "database-url", "oauth-client", "smtp"]);
        SystemTypes.All.ShouldAllBe(type => type.IsSystem && type.Injection == TypeInjection.Fields && SecretTypeDefinition.IsKey(type.Key));
    }

    [Fact]
    public void An_unknown_key_is_no_type_of_the_service() => SystemTypes.Find("API-KEY").ShouldBeNull();

    [Theory]
    [InlineData("a", true)]
    [InlineData("0-_z", true)]
    [InlineData("", false)]
    [InlineData("A", false)]
    [InlineData("a.b", false)]
    [InlineData("a\n", false)]
    public void A_key_is_made_of_small_letters_digits_hyphens_and_underscores(string text, bool isKey) =>
        SecretTypeDefinition.IsKey(text).ShouldBe(isKey);

    [Fact]
    public void A_key_may_have_64_characters_and_no_more()
    {
        SecretTypeDefinition.IsKey(new string('a', 64)).ShouldBeTrue();
        SecretTypeDefinition.IsKey(new string('a', 65)).ShouldBeFalse();
    }

    [Fact]
    public void A_copy_with_another_schema_checks_by_that_schema()
    {
        var type = SystemTypes.All[0];
        type.Schema.ShouldBeSameAs(type.Schema);
        (type with { SchemaJson = Accepted("""{"type":"object"}""").Json }).Schema.Check("{}").ShouldBeEmpty();
    }
}

using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A typed secret's value is an object that satisfies the type at every write, and its fields give variables that nothing else gives.</summary>
public sealed class WritingTypedSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Mail = """{"host":"mail.example.com","port":587,"username":"u","password":"p","encryption":"starttls"}""";

    [Fact]
    public async Task A_server_for_mail_reaches_a_deployment_field_by_field()
    {
        var account = await AccountAsync();

        var created = (await account.WriteTypedAsync("MAIL", "smtp", Mail)).ShouldBe(201);

        created.Data.Text("secret_type").ShouldBe("smtp");
        (await account.MapOfAsync(Production)).ShouldBe(
            new Dictionary<string, string>
            {
                ["MAIL_ENCRYPTION"] = "starttls",
                ["MAIL_HOST"] = "mail.example.com",
                ["MAIL_PASSWORD"] = "p",
                ["MAIL_PORT"] = "587",
                ["MAIL_USERNAME"] = "u",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_server_for_mail_is_explained_with_its_variables_and_each_variable_through_it()
    {
        var account = await AccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", Mail)).ShouldBe(201).Id;

        (await account.ExplainAsync(Production, "MAIL")).Texts("variables")
            .ShouldBe(["MAIL_ENCRYPTION", "MAIL_HOST", "MAIL_PASSWORD", "MAIL_PORT", "MAIL_USERNAME"], ignoreOrder: true);
        (await account.ExplainAsync(Production, "MAIL_PORT")).GetProperty("winner").Text("secret_id").ShouldBe(id);
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("\"{\\\"host\\\":\\\"a\\\",\\\"port\\\":1}\"")]
    public async Task A_typed_secret_takes_no_text(string value)
    {
        var account = await server.NewAccountAsync();

        (await account.WriteTypedAsync("MAIL", "smtp", value))
            .ShouldBeError(422, "validation_failed").ShouldBlame("value", "Must be a JSON object: the secret has the type smtp.");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Neither_text_nor_object_is_no_value(string value)
    {
        var account = await server.NewAccountAsync();

        (await account.WriteTypedAsync("MAIL", "smtp", value)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["value"]);
    }

    [Fact]
    public async Task An_untyped_secret_takes_no_object()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", """{"key": "KEY", "value": {"a": "b"}}"""))
            .ShouldBeError(422, "validation_failed").ShouldBlame("value", "only a secret with a secret_type has an object");
    }

    [Fact]
    public async Task Every_faulty_field_of_a_value_is_named()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.WriteTypedAsync("MAIL", "smtp", """{"host": "", "port": "c4n4ry", "encryption": "c4n4ry", "more": "c4n4ry"}""");

        answer.ShouldBeError(422, "validation_failed").Errors.Keys
            .ShouldBe(["value.host", "value.port", "value.encryption", "value.more"], ignoreOrder: true, answer.Text);
        answer.Text.ShouldNotContain("c4n4ry");
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("smt")]
    public async Task A_type_that_is_not_there_is_refused(string type)
    {
        var account = await server.NewAccountAsync();

        (await account.WriteTypedAsync("MAIL", type, Mail)).ShouldBeError(422, "validation_failed").ShouldBlame("secret_type", "GET /secret-types lists");
    }

    [Fact]
    public async Task The_type_of_a_secret_cannot_be_changed()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", Mail)).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", new { secret_type = "api-key" })).ShouldBlame("secret_type", "Unknown field");
    }

    [Fact]
    public async Task A_change_is_checked_by_the_type()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", Mail)).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"host": "a", "port": 70000}}""")).ShouldBlame("value.port", "at most 65535");
        (await account.Client.PutAsync($"/secrets/{id}", new { value = "text" })).ShouldBlame("value", "JSON object");
        (await account.Client.GetAsync($"/secrets/{id}")).Data.GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_change_gives_the_variables_of_the_new_value()
    {
        var account = await AccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", Mail)).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"host": "b", "port": 25}}""")).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["MAIL_HOST"] = "b", ["MAIL_PORT"] = "25" }, ignoreOrder: true);
        (await account.ExplainAsync(Production, "MAIL")).Texts("variables").ShouldBe(["MAIL_HOST", "MAIL_PORT"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("""{"host":"a","port":1}""")]
    [InlineData("""{ "host" : "a" ,  "port" : 1 }""")]
    [InlineData("""{"host":"\u0061","port":1}""")]
    public async Task An_equal_object_adds_no_version_however_it_is_written(string again)
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", $$"""{"value": {{again}} }""")).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(1);
    }

    // The order is a part of the text that is injected as JSON: somebody may have chosen it.
    [Fact]
    public async Task Another_order_of_the_members_is_another_value()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"port":1,"host":"a"}}""")).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_roll_back_is_checked_by_the_type_as_it_is_now()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        var id = (await account.WriteTypedAsync("KEY", "mine", "{}")).ShouldBe(201).Id;
        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"a": "x"}}""")).ShouldBe(200);
        (await account.Client.PutAsync("/secret-types/mine", """{"schema": {"type": "object", "required": ["a"]}}""")).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBlame("value.a", "Required");
    }

    [Fact]
    public async Task A_roll_back_gives_the_variables_of_the_old_value()
    {
        var account = await AccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1,"from":"x"}""")).ShouldBe(201).Id;
        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"host":"a","port":1}}""")).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBe(200);

        (await account.ExplainAsync(Production, "MAIL")).Texts("variables").ShouldBe(["MAIL_FROM", "MAIL_HOST", "MAIL_PORT"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_roll_back_to_a_field_that_another_secret_gives_by_now_is_refused()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1,"from":"x"}""")).ShouldBe(201).Id;
        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"host":"a","port":1}}""")).ShouldBe(200);
        await account.HasSecretAsync("MAIL_FROM", "y");

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBeError(422, "validation_failed").Text.ShouldContain("MAIL_FROM");
    }

    [Fact]
    public async Task A_new_key_gives_the_fields_new_variables()
    {
        var account = await AccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "SMTP" })).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["SMTP_HOST"] = "a", ["SMTP_PORT"] = "1" }, ignoreOrder: true);
        (await account.ExplainAsync(Production, "SMTP")).Texts("variables").ShouldBe(["SMTP_HOST", "SMTP_PORT"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_new_key_that_makes_a_field_reserved_is_refused()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("SMTP", "smtp", """{"host":"a","port":1}""")).ShouldBe(201).Id;

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "DB" }))
            .ShouldBeError(422, "validation_failed").ShouldBlame("value.host", "DB_HOST, which is reserved");
    }

    [Theory]
    [InlineData("DB")]
    [InlineData("db")]
    [InlineData("AWS")]
    public async Task A_field_that_gives_a_reserved_variable_is_refused(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.WriteTypedAsync(key, "smtp", """{"host":"a","port":1}""")).ShouldBlame("value.host", "reserved");
    }

    [Fact]
    public async Task A_typed_secret_may_not_give_a_variable_that_a_secret_of_the_scope_has()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("MAIL_HOST", "x");

        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}"""))
            .ShouldBeError(422, "validation_failed").ShouldBlame("key", "MAIL_HOST");
    }

    [Theory]
    [InlineData("MAIL_HOST")]
    [InlineData("mail_host")]
    public async Task A_secret_may_not_have_a_key_that_a_typed_one_of_the_scope_gives(string key)
    {
        var account = await server.NewAccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        (await account.Client.PostAsync("/global-secrets", new { key, value = "x" }))
            .ShouldBeError(422, "validation_failed").ShouldBlame("key", "which MAIL of the same scope gives already");
    }

    [Fact]
    public async Task Two_typed_secrets_of_a_scope_may_not_give_the_same_variable()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("one", "fields", "b_c");
        await account.HasTypeAsync("two", "fields", "c");
        (await account.WriteTypedAsync("A", "one", """{"b_c":"x"}""")).ShouldBe(201);

        (await account.WriteTypedAsync("A_B", "two", """{"c":"y"}""")).ShouldBeError(422, "validation_failed").ShouldBlame("key", "A_B_C, which A of the same scope");
    }

    [Fact]
    public async Task A_changed_value_may_not_give_a_variable_that_a_secret_of_the_scope_has()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201).Id;
        await account.HasSecretAsync("MAIL_FROM", "x");

        (await account.Client.PutAsync($"/secrets/{id}", """{"value": {"host":"a","port":1,"from":"y"}}""")).ShouldBe(422).Text.ShouldContain("MAIL_FROM");
    }

    [Fact]
    public async Task A_typed_secret_itself_leaves_its_own_key_as_a_variable_free_but_not_as_a_key()
    {
        var account = await server.NewAccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        (await account.Client.PostAsync("/global-secrets", new { key = "MAIL", value = "x" })).ShouldBeError(422, "name_taken");
    }

    [Fact]
    public async Task Across_scopes_the_narrower_one_gives_the_variable()
    {
        var account = await AccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"broad","port":1}""")).ShouldBe(201);
        await account.HasSecretAsync("shop", "production", "MAIL_HOST", "narrow");

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["MAIL_HOST"] = "narrow", ["MAIL_PORT"] = "1" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_variable_may_have_256_characters_and_not_one_more()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "fields", "abcde", "abcdef");
        var key = new string('K', 250);

        (await account.WriteTypedAsync(key, "mine", """{"abcde":"x"}""")).ShouldBe(201);
        (await account.WriteTypedAsync(key[1..] + "XY", "mine", """{"abcde":"x"}""")).ShouldBlame("value.abcde", "over 256 characters");
    }

    [Fact]
    public async Task A_value_may_take_65536_bytes_as_compact_JSON_and_not_one_more()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        var text = new string('x', 65_536 - """{"a":""}""".Length);

        (await account.WriteTypedAsync("AT", "mine", $$"""{ "a" : "{{text}}" }""")).ShouldBe(201);
        (await account.WriteTypedAsync("PAST", "mine", $$"""{"a":"{{text}}x"}""")).ShouldBlame("value", "65536");
    }

    [Fact]
    public async Task An_object_comes_back_as_compact_JSON_with_its_text_untouched()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasTypeAsync("mine", "json", "a");
        (await account.WriteTypedAsync("KEY", "mine", """{ "a" : "é € <&'> \" \\ \n $HOME" , "n" : 1.50 }""")).ShouldBe(201);

        (await account.MapOfAsync(Production))["KEY"].ShouldBe("""{"a":"é € <&'> \" \\ \n $HOME","n":1.50}""");
    }

    [Fact]
    public async Task A_typed_secret_is_revealed_as_its_compact_JSON()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.WriteTypedAsync("MAIL", "smtp", """{ "host": "a", "port": 1 }""")).ShouldBe(201).Id;

        (await account.Client.PostAsync($"/secrets/{id}/reveal", "{}")).ShouldBe(200).Data.Text("value").ShouldBe("""{"host":"a","port":1}""");
    }

    [Fact]
    public async Task A_tombstone_has_no_type()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key = "MAIL", withheld = true, secret_type = "smtp" })).ShouldBlame("secret_type", "tombstone");
    }

    [Fact]
    public async Task Secrets_are_listed_by_their_type()
    {
        var account = await server.NewAccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", Mail)).ShouldBe(201);
        await account.HasSecretAsync("PLAIN", "x");

        (await account.KeysAsync("/global-secrets?secret_type=smtp")).ShouldBe(["MAIL"]);
    }

    private async Task<Account> AccountAsync() => await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
}

using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A typed secret may give one variable for each field: those are decided by the rule that decides everything else.</summary>
public sealed class InjectingTypedSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Mail = """{"host":"mail","port":25,"tls":true,"note":null,"password":"é \"\u00e9\" \n"}""";

    [Fact]
    public async Task Each_field_gives_a_variable()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", Mail, "SMTP_HOST", "SMTP_PORT", "SMTP_TLS", "SMTP_PASSWORD");

        var map = await account.MapOfAsync(Production);

        map.Keys.ShouldBe(["SMTP_HOST", "SMTP_PASSWORD", "SMTP_PORT", "SMTP_TLS"]);
        map["SMTP_HOST"].ShouldBe("mail");
        map["SMTP_PORT"].ShouldBe("25");
        map["SMTP_TLS"].ShouldBe("true", StringCompareShould.IgnoreCase);
        map["SMTP_PASSWORD"].ShouldBe("é \"é\" \n");
    }

    [Fact]
    public async Task A_type_that_comes_with_the_service_gives_its_fields_too()
    {
        var account = await AccountAsync();
        await account.HasAsync("/global-secrets", new { key = "STRIPE", secret_type = "api-key", value = new { api_key = "sk_1" } });

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["STRIPE_API_KEY"] = "sk_1" });
        var key = await account.ExplainAsync(Production, "STRIPE_API_KEY");
        key.Text("reason").ShouldBe("It is the field api_key of STRIPE, whose value of the account decides.");
        key.GetProperty("scopes").EnumerateArray().Last().Text("has").ShouldBe("value");
    }

    [Fact]
    public async Task A_type_that_injects_the_object_gives_one_variable()
    {
        var account = await AccountAsync();
        (await account.Client.PostAsync("/secret-types", new { name = "Mail", key = "mail-json", schema = new { type = "object" } })).ShouldBe(201);
        await account.HasAsync("/global-secrets", new { key = "SMTP", secret_type = "mail-json", value = new { host = "mail.example", port = 25 } });

        (await account.MapOfAsync(Production))["SMTP"].ShouldBe("""{"host":"mail.example","port":25}""");
    }

    [Fact]
    public async Task A_narrower_typed_secret_replaces_a_broader_one_with_all_of_its_fields()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"a","port":1}""", "SMTP_HOST", "SMTP_PORT");
        await account.HasTypedAsync(server, Production + "/secrets", "SMTP", """{"host":"b"}""", "SMTP_HOST");

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["SMTP_HOST"] = "b" });
    }

    [Fact]
    public async Task A_field_and_a_secret_of_its_name_are_decided_by_precedence_with_a_warning()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"field","port":1}""", "SMTP_HOST", "SMTP_PORT");
        await account.HasSecretAsync("shop", "production", "SMTP_HOST", "own");

        (await account.MapOfAsync(Production))["SMTP_HOST"].ShouldBe("own");
        (await account.MetaOfAsync(Production)).Texts("warnings").ShouldBe(
            ["SMTP_HOST is given by SMTP_HOST and by SMTP (field host): the value of SMTP_HOST counts, because it applies more narrowly. Rename one of them."]);
    }

    [Fact]
    public async Task A_field_of_a_narrower_secret_overrides_a_secret_of_its_name()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, Production + "/secrets", "SMTP", """{"host":"field"}""", "SMTP_HOST");
        var own = await account.HasSecretAsync("SMTP_HOST", "own");

        (await account.MapOfAsync(Production))["SMTP_HOST"].ShouldBe("field");
        var key = await account.ExplainAsync(Production, "SMTP_HOST");
        key.Text("reason").ShouldStartWith("It is the field host of SMTP, whose value of site shop, environment production decides over one other");
        key.GetProperty("shadowed")[0].Text("secret_id").ShouldBe(own);
    }

    [Fact]
    public async Task Of_a_field_and_a_secret_at_one_scope_the_secret_counts()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("SMTP_HOST", "own");
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"field"}""", "SMTP_HOST");

        (await account.MapOfAsync(Production))["SMTP_HOST"].ShouldBe("own");
        (await account.ExplainAsync(Production, "SMTP_HOST")).GetProperty("winner").GetProperty("rung").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task An_expired_field_that_decides_leaves_its_variable_out()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("SMTP_HOST", "broad");
        var id = await account.HasTypedAsync(server, Production + "/secrets", "SMTP", """{"host":"field"}""", "SMTP_HOST");
        await server.ChangeAsync(account, id, "expires_at = now() - interval '1 hour'");

        (await account.MapOfAsync(Production)).ShouldBeEmpty();
        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBe(["SMTP_HOST"]);
        (await account.ExplainAsync(Production, "SMTP")).Text("state").ShouldBe("expired");
        (await account.ExplainAsync(Production, "SMTP_HOST")).Text("state").ShouldBe("expired");
    }

    [Fact]
    public async Task A_field_cannot_smuggle_a_reserved_name_in()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, "/global-secrets", "AWS", """{"region":"x"}""", "AWS_REGION");

        (await account.MapOfAsync(Production)).ShouldBeEmpty();
        (await account.MetaOfAsync(Production)).Texts("warnings").ShouldBe(["AWS_REGION is reserved and was left out."]);
        (await account.ExplainAsync(Production, "AWS")).Text("state").ShouldBe("reserved");
    }

    [Fact]
    public async Task What_is_injected_comes_from_the_value_and_not_from_the_names_beside_it()
    {
        var account = await AccountAsync();
        var id = await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"mail"}""", "SMTP_HOST");
        await server.ChangeAsync(account, id, "variables = '{PATH}'");

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["SMTP_HOST"]);
    }

    [Fact]
    public async Task A_value_that_does_not_fit_its_type_fails_the_whole_read_and_is_not_quoted()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", "c4n4ry-typed");

        (await account.Client.GetAsync(Production + "/injection")).ShouldBeError(500, "internal_error").Text.ShouldNotContain("c4n4ry");
        server.Log.Lines.ShouldAllBe(line => !line.Text.Contains("c4n4ry", StringComparison.Ordinal) && !line.Text.Contains("'c'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sources_of_fields_are_their_secret()
    {
        var account = await AccountAsync();
        var id = await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"mail","port":1}""", "SMTP_HOST", "SMTP_PORT");

        var sources = (await account.MetaOfAsync(Production, "?sources=true")).GetProperty("sources");

        sources.EnumerateObject().Select(s => s.Name).ShouldBe(["SMTP_HOST", "SMTP_PORT"]);
        sources.GetProperty("SMTP_PORT").Text("secret_id").ShouldBe(id);
    }

    [Fact]
    public async Task A_typed_secret_is_explained_with_the_variables_that_it_gives()
    {
        var account = await AccountAsync();
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"mail","port":1}""", "SMTP_HOST", "SMTP_PORT");
        await account.HasSecretAsync("shop", "production", "SMTP_PORT", "2");

        var key = await account.ExplainAsync(Production, "SMTP");

        key.Text("state").ShouldBe("injected");
        key.Texts("variables").ShouldBe(["SMTP_HOST"]);
        key.Text("reason").ShouldEndWith(" SMTP_PORT is decided by SMTP_PORT instead: rename one of the two.");
        key.GetProperty("winner").Text("secret_type").ShouldBe("mail");
    }

    private async Task<Account> AccountAsync()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasTypeAsync(server);
        return account;
    }
}

using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>What a typed secret's variables mean for the secrets around it: requirements, pins, imports, changes of its type.</summary>
public sealed class TypedSecretsAmongOthersTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_required_variable_that_a_field_gives_keeps_its_secret()
    {
        var account = await AccountAsync();
        var id = await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "MAIL_HOST"}]""")).ShouldBe(200);

        var refusal = await account.Client.DeleteAsync($"/secrets/{id}");

        refusal.ShouldBeError(409, "in_use").Errors["dependents"].ShouldBe("Site shop requires MAIL_HOST in environment production");
        (await account.Client.DeleteAsync($"/secrets/{id}?force=true")).ShouldBe(200);
    }

    [Fact]
    public async Task A_requirement_for_the_name_of_a_secret_is_met_by_its_fields()
    {
        var account = await AccountAsync();
        var id = await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "MAIL"}]""")).ShouldBe(200);

        foreach (var refusal in new[] { await account.Client.DeleteAsync($"/secrets/{id}"), await account.Client.PutAsync($"/secrets/{id}", new { key = "POST" }) })
        {
            refusal.ShouldBeError(409, "in_use").Errors["dependents"].ShouldBe("Site shop requires MAIL in environment production");
        }

        (await account.Client.GetAsync("/sites/shop/environments/production/preflight")).Data.GetProperty("ok").GetBoolean().ShouldBeTrue();
        (await account.Client.DeleteAsync($"/secrets/{id}?force=true")).ShouldBe(200);
        (await account.Client.GetAsync("/sites/shop/environments/production/preflight")).Data.GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_with_fields_meets_no_requirement_for_its_name_once_it_has_expired_or_where_another_decides()
    {
        var account = await AccountAsync();
        var broad = await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "MAIL"}]""")).ShouldBe(200);
        var narrow = await CreateAsync(account, "/sites/shop/secrets", "MAIL", new { host = "h" });

        // The broader one is hidden, and the narrower one has it behind it.
        (await account.Client.DeleteAsync($"/secrets/{broad}")).ShouldBe(200);
        await server.ChangeAsync(account, narrow, "expires_at = now() - interval '1 hour'");
        (await account.Client.DeleteAsync($"/secrets/{narrow}")).ShouldBe(200);
    }

    [Fact]
    public async Task A_required_variable_that_another_scope_still_gives_keeps_nothing()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("MAIL_HOST", "direct");
        var id = await CreateAsync(account, "/sites/shop/secrets", "MAIL", new { host = "h" });
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "MAIL_HOST"}]""")).ShouldBe(200);

        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
    }

    [Fact]
    public async Task A_field_may_not_override_a_pinned_variable()
    {
        var account = await AccountAsync();
        (await account.Client.PostAsync("/sites/shop/secrets", new { key = "MAIL_HOST", value = "v", pinned = true })).ShouldBe(201);

        (await account.Client.PostAsync(
                "/sites/shop/environments/production/secrets", new { key = "MAIL", secret_type = "mail", value = new { host = "h" } }))
            .ShouldBlame("key", "MAIL_HOST of site shop is pinned");
    }

    [Fact]
    public async Task A_pin_on_fields_holds_for_their_variables()
    {
        var account = await AccountAsync();
        (await account.Client.PostAsync("/global-secrets", new { key = "MAIL", secret_type = "mail", value = new { host = "h" }, pinned = true })).ShouldBe(201);

        (await account.Client.PostAsync("/sites/shop/secrets", new { key = "MAIL_HOST", value = "v" })).ShouldBlame("key", "MAIL of the account is pinned");
        (await account.Client.PostAsync("/sites/shop/secrets", new { key = "MAIL_PORT", value = "25" })).ShouldBe(201);
    }

    [Fact]
    public async Task Text_that_is_imported_into_a_typed_secret_is_stored_as_compact_JSON()
    {
        var account = await AccountAsync();
        var id = await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });

        (await ImportAsync(account, "MAIL='{ \"host\" :\n \"h\" }'")).ShouldBe(200).Data.GetProperty("unchanged")[0].GetString().ShouldBe("MAIL");
        (await ImportAsync(account, "MAIL='{ \"host\" : \"other\" }'")).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/reveal", "{}")).ShouldBe(200).Data.GetProperty("value").GetString().ShouldBe("""{"host":"other"}""");
    }

    [Theory]
    [InlineData("""MAIL='{"\ud800": "x"}'""")]
    [InlineData("""MAIL='{"host": "\ud800"}'""")]
    [InlineData("""MAIL='{"host": "h", "host": "h"}'""")]
    [InlineData("MAIL='[]'")]
    [InlineData("MAIL=text")]
    public async Task Text_that_is_no_object_is_refused_by_its_line(string file)
    {
        var account = await AccountAsync();
        await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });

        (await ImportAsync(account, file)).ShouldBlame("line 1", "Must be a JSON object");
    }

    [Fact]
    public async Task A_type_that_two_secrets_of_one_scope_have_can_be_changed()
    {
        var account = await AccountAsync();
        await CreateAsync(account, "/global-secrets", "ONE", new { host = "1" });
        await CreateAsync(account, "/global-secrets", "TWO", new { host = "2" });

        (await account.Client.PutAsync("/secret-types/mail", new { injection = "json" })).ShouldBe(200);

        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["ONE", "TWO"]);
    }

    [Fact]
    public async Task Explanations_outlive_a_change_of_the_type_of_a_deleted_secret()
    {
        var account = await AccountAsync();
        (await account.Client.PutAsync("/secret-types/mail", new { injection = "json" })).ShouldBe(200);
        var id = await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);

        (await account.Client.PutAsync("/secret-types/mail", new { injection = "fields" })).ShouldBe(200);

        (await account.Client.GetAsync("/sites/shop/environments/production/resolved/MAIL")).ShouldBe(200)
            .Data.GetProperty("state").GetString().ShouldBe("deleted");
        (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBe(200);
        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["MAIL_HOST"]);
    }

    [Fact]
    public async Task A_value_that_a_change_of_the_type_let_stay_may_be_renamed_and_restored()
    {
        var account = await AccountAsync();
        var id = await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });
        var schema = new { type = "object", properties = new { port = new { type = "number" } }, required = new[] { "port" } };
        (await account.Client.PutAsync("/secret-types/mail?force=true", new { schema })).ShouldBe(200);

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "POST" })).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBlame("value.port", "Required");
        (await account.Client.PostAsync($"/secrets/{id}/restore?force=true", "")).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{id}", new { value = new { host = "new" } })).ShouldBlame("value.port", "Required");
    }

    [Fact]
    public async Task An_object_is_stored_without_escaping_what_need_not_be()
    {
        var account = await AccountAsync();
        var id = await CreateAsync(account, "/global-secrets", "MAIL", """{"host":"\ud83d\ude00 \u00e9 \u0007 \" \\ \/"}""");

        (await account.Client.PostAsync($"/secrets/{id}/reveal", "{}")).ShouldBe(200).Data.GetProperty("value").GetString()
            .ShouldBe("""{"host":"😀 é \u0007 \" \\ /"}""");
    }

    [Fact]
    public async Task A_change_of_injection_that_makes_two_secrets_collide_names_them()
    {
        var account = await AccountAsync();
        (await account.Client.PutAsync("/secret-types/mail", new { injection = "json" })).ShouldBe(200);
        await CreateAsync(account, "/global-secrets", "MAIL", new { host = "h" });
        await account.HasSecretAsync("MAIL_HOST", "direct");

        (await account.Client.PutAsync("/secret-types/mail", new { injection = "fields" }))
            .ShouldBlame("injection", "MAIL of the account gives the variable MAIL_HOST, which MAIL_HOST of the same scope gives already");
    }

    [Fact]
    public async Task The_way_of_injection_is_a_name_and_no_number()
    {
        var account = await AccountAsync();

        (await account.Client.PutAsync("/secret-types/mail", new { injection = 1 })).ShouldBlame("injection", "one of json, fields");
    }

    [Fact]
    public async Task An_empty_dotenv_file_replaces_everything_with_force_only()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("A", "1");
        Task<ApiAnswer> ReplaceAsync(string force) => account.Client.SendAsync(
            HttpMethod.Post, "/global-secrets/import?mode=replace" + force, new StringContent("", System.Text.Encoding.UTF8, "text/plain"));

        (await ReplaceAsync("")).ShouldBlame("mode", "would delete every secret");
        (await ReplaceAsync("&force=true")).ShouldBe(200).Data.GetProperty("deleted")[0].GetString().ShouldBe("A");
    }

    [Fact]
    public async Task A_replacing_import_leaves_tombstones()
    {
        var account = await AccountAsync();
        await account.HasSecretAsync("DEBUG", "1");
        (await account.Client.PostAsync("/sites/shop/environments/production/secrets", new { key = "DEBUG", withheld = true })).ShouldBe(201);

        var plan = await account.Client.PostAsync("/sites/shop/environments/production/secrets/import?mode=replace", new { A = "1" });

        plan.ShouldBe(200).Data.GetProperty("deleted").GetArrayLength().ShouldBe(0);
        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["A"]);
    }

    [Fact]
    public async Task A_misspelt_filter_of_a_list_that_may_show_values_is_refused()
    {
        var account = await AccountAsync();

        (await account.Client.GetAsync("/global-secrets?expird=true")).ShouldBlame("expird", "Unknown query parameter");
        (await account.Client.GetAsync("/secrets?is_secret=false")).ShouldBlame("is_secret", "Unknown query parameter");
    }

    private static async Task<string> CreateAsync(Account account, string collection, string key, object value) =>
        (await account.Client.PostAsync(
            collection,
            value is string json ? $$"""{"key": "{{key}}", "secret_type": "mail", "value": {{json}} }""" : new { key, secret_type = "mail", value })).ShouldBe(201).Id;

    private static Task<ApiAnswer> ImportAsync(Account account, string file) =>
        account.Client.SendAsync(HttpMethod.Post, "/global-secrets/import", new StringContent(file, System.Text.Encoding.UTF8, "text/plain"));

    private async Task<Account> AccountAsync()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        (await account.Client.PostAsync(
            "/secret-types", new { name = "Mail", key = "mail", schema = new { type = "object" }, injection = "fields" })).ShouldBe(201);
        return account;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>The types that come with the service, and those that an account defines, changes and deletes.</summary>
public sealed class DefiningSecretTypesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Canary = "c4n4ry-5e1d";
    private const string AnyObject = """{"type": "object"}""";
    private const string Port = """{"type": "object", "properties": {"port": {"type": "integer"}}, "required": ["port"]}""";

    public static TheoryData<string> TypesOfTheService() => ["api-key", "basic-auth", "database-url", "oauth-client", "smtp"];

    [Fact]
    public async Task The_types_of_the_service_are_listed_for_a_new_account()
    {
        var account = await server.NewAccountAsync();

        var answer = (await account.Client.GetAsync("/secret-types")).ShouldBe(200);

        answer.Data.EnumerateArray().Select(t => t.Text("key")).ShouldBe(["api-key", "basic-auth", "database-url", "oauth-client", "smtp"]);
        answer.Data.EnumerateArray().ShouldAllBe(t => t.GetProperty("is_system").GetBoolean());
        answer.Message.ShouldBe("Secret types retrieved successfully");
    }

    [Fact]
    public async Task A_type_of_the_service_is_shown_with_its_schema()
    {
        var account = await server.NewAccountAsync();

        var type = (await account.Client.GetAsync("/secret-types/smtp")).ShouldBe(200).Data;

        type.Text("injection").ShouldBe("fields");
        type.GetProperty("schema").Texts("required").ShouldBe(["host", "port"]);
        type.GetProperty("created_at").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [MemberData(nameof(TypesOfTheService))]
    public async Task A_type_of_the_service_cannot_be_changed(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PutAsync($"/secret-types/{key}?force=true", new { description = "Mine" }))
            .ShouldBeError(409, "state_conflict").Message!.ShouldContain("Create one of your own");
    }

    [Theory]
    [MemberData(nameof(TypesOfTheService))]
    public async Task A_type_of_the_service_cannot_be_deleted(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.DeleteAsync($"/secret-types/{key}")).ShouldBeError(409, "state_conflict");
    }

    [Theory]
    [MemberData(nameof(TypesOfTheService))]
    public async Task The_key_of_a_type_of_the_service_is_taken(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.DefineAsync(key, AnyObject)).ShouldBeError(422, "name_taken").ShouldBlame("key", "Another secret type has this key");
    }

    [Fact]
    public async Task A_new_type_is_answered_as_it_was_defined_and_shown_so_from_then_on()
    {
        var account = await server.NewAccountAsync();

        var created = await account.Client.PostAsync(
            "/secret-types", $$"""{"name": "Payment", "key": "payment", "description": "All regions", "injection": "fields", "schema": {{Port}} }""");

        created.ShouldBe(201).Headers["Location"].ShouldBe("/api/v1/vector/secret-types/payment");
        created.Message.ShouldBe("Secret type created successfully");
        created.Data.Text("name").ShouldBe("Payment");
        created.Data.Text("description").ShouldBe("All regions");
        created.Data.Text("injection").ShouldBe("fields");
        created.Data.GetProperty("is_system").GetBoolean().ShouldBeFalse();
        JsonElement.DeepEquals(created.Data.GetProperty("schema"), SchemaTexts.Json(Port)).ShouldBeTrue(created.Text);
        (await account.Client.GetAsync("/secret-types/payment")).ShouldBe(200).Data.GetRawText().ShouldBe(created.Data.GetRawText());
    }

    [Fact]
    public async Task A_type_injects_the_object_unless_it_says_otherwise()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/secret-types", $$"""{"name": "A", "key": "a", "schema": {{AnyObject}} }"""))
            .ShouldBe(201).Data.Text("injection").ShouldBe("json");
    }

    [Fact]
    public async Task Own_types_stand_in_the_list_among_those_of_the_service_by_key()
    {
        var account = await server.NewAccountAsync();
        await account.HasTypeAsync("zeta", "json", "a");
        await account.HasTypeAsync("beta", "json", "a");

        (await account.KeysAsync("/secret-types")).ShouldBe(["api-key", "basic-auth", "beta", "database-url", "oauth-client", "smtp", "zeta"]);
    }

    [Fact]
    public async Task The_list_is_paged()
    {
        var account = await server.NewAccountAsync();

        var answer = (await account.Client.GetAsync("/secret-types?per_page=2&page=3")).ShouldBe(200);

        answer.Data.EnumerateArray().Select(t => t.Text("key")).ShouldBe(["smtp"]);
        answer.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(5);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0-_9")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_key_may_have_64_characters_of_its_kinds(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.DefineAsync(key, AnyObject)).ShouldBe(201);

        (await account.Client.GetAsync($"/secret-types/{key}")).ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a/b")]
    [InlineData("a\\n")]
    [InlineData("\\u00e9")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_key_that_breaks_the_rule_is_refused(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.DefineAsync(key, AnyObject)).ShouldBeError(422, "validation_failed").ShouldBlame("key", "1 to 64 characters");
    }

    [Fact]
    public async Task A_key_that_the_account_has_already_is_refused()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");

        (await account.DefineAsync("mine", AnyObject)).ShouldBeError(422, "name_taken").ShouldBlame("key", "Send another");
    }

    [Fact]
    public async Task Of_many_that_create_the_same_type_at_once_one_succeeds()
    {
        var account = await server.NewAccountAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => account.DefineAsync("race", AnyObject)));

        answers.Count(a => a.Status == 201).ShouldBe(1);
        answers.Where(a => a.Status != 201).ShouldAllBe(a => a.Status == 422);
    }

    [Fact]
    public async Task Every_faulty_field_is_named_at_once()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync(
            "/secret-types", """{"name": " ", "key": "A", "schema": {}, "injection": "env", "description": 1, "more": 1}""");

        answer.ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["injection", "description", "more"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_type_without_name_key_and_schema_is_refused()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/secret-types", "{}")).ShouldBe(422).Errors
            .ShouldBe(new Dictionary<string, string> { ["name"] = "Required.", ["key"] = "Required.", ["schema"] = "Required." }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("\"{}\"")]
    [InlineData("{}")]
    [InlineData("""{"type": "string"}""")]
    [InlineData("""{"type": "object", "patternProperties": {}}""")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "string", "pattern": "(a)\\1"}}}""")]
    [InlineData("""{"type": "object", "properties": {"a": {"$ref": "#"}}}""")]
    public async Task A_schema_that_cannot_be_enforced_is_refused_with_the_field_schema(string schema)
    {
        var account = await server.NewAccountAsync();

        (await account.DefineAsync("mine", schema)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["schema"]);
        (await account.Client.GetAsync("/secret-types/mine")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task Every_fault_of_a_schema_is_listed()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.DefineAsync(
            "mine", """{"type": "object", "if": {}, "properties": {"a": {"type": "string", "format": "password"}, "b": {"type": "text"}}}""");

        var faults = answer.ShouldBe(422).Json.GetProperty("errors").Texts("schema");
        faults.Count.ShouldBe(3, answer.Text);
        faults.ShouldContain(f => f.StartsWith("/if: ", StringComparison.Ordinal));
        faults.ShouldContain(f => f.StartsWith("/properties/a/format: ", StringComparison.Ordinal));
        faults.ShouldContain(f => f.StartsWith("/properties/b/type: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schema_that_doubles_with_every_reference_is_refused_and_the_server_goes_on()
    {
        var account = await server.NewAccountAsync();
        var doubling = string.Join(", ", Enumerable.Range(0, 30).Select(n =>
            $$$"""   "d{{{n}}}": {"type": "object", "properties": {"a": {"$ref": "#/$defs/d{{{n + 1}}}"}, "b": {"$ref": "#/$defs/d{{{n + 1}}}"} } }   """));

        (await account.DefineAsync("mine", $$$"""{"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": { {{{doubling}}}, "d30": {"type": "string"} } }"""))
            .ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["schema"]);
    }

    [Fact]
    public async Task A_reference_to_elsewhere_is_refused_and_nothing_is_fetched()
    {
        var account = await server.NewAccountAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/schema.json";

        (await account.DefineAsync("mine", $$$"""{"type": "object", "properties": {"a": {"$ref": "{{{address}}}"} } }""")).ShouldBlame("schema", "/properties/a/$ref: ");
        (await account.DefineAsync("mine", $$$"""{"type": "object", "$schema": "{{{address}}}"}""")).ShouldBlame("schema", "/$schema: ");

        listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task A_type_is_changed_in_what_is_sent_and_keeps_the_rest()
    {
        var account = await server.NewAccountAsync();
        (await account.DefineAsync("mine", Port, "fields")).ShouldBe(201);

        var changed = (await account.Client.PutAsync("/secret-types/mine", new { name = "New name" })).ShouldBe(200);

        changed.Message.ShouldBe("Secret type updated successfully");
        changed.Data.Text("name").ShouldBe("New name");
        changed.Data.Text("injection").ShouldBe("fields");
        JsonElement.DeepEquals(changed.Data.GetProperty("schema"), SchemaTexts.Json(Port)).ShouldBeTrue(changed.Text);
    }

    [Fact]
    public async Task A_description_is_cleared_by_null()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        (await account.Client.PutAsync("/secret-types/mine", new { description = "What it is for" })).ShouldBe(200);

        (await account.Client.PutAsync("/secret-types/mine", """{"description": null}"""))
            .ShouldBe(200).Data.GetProperty("description").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_leaves_the_time_of_the_last_one()
    {
        var account = await server.NewAccountAsync();
        var before = (await account.DefineAsync("mine", Port)).ShouldBe(201).Data.GetRawText();

        (await account.Client.PutAsync("/secret-types/mine", $$"""{"name": "A type", "schema": {{Port}} }""")).ShouldBe(200).Data.GetRawText().ShouldBe(before);
    }

    [Fact]
    public async Task The_key_of_a_type_cannot_be_changed()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");

        (await account.Client.PutAsync("/secret-types/mine", new { key = "other" })).ShouldBeError(422, "validation_failed").ShouldBlame("key", "Unknown field");
    }

    [Fact]
    public async Task A_changed_schema_that_cannot_be_enforced_is_refused()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");

        (await account.Client.PutAsync("/secret-types/mine?force=true", """{"schema": {"type": "object", "if": {}}}""")).ShouldBlame("schema", "/if: ");
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("NOT-A-KEY")]
    [InlineData("%C3%A9")]
    public async Task A_type_that_is_not_there_is_404(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync($"/secret-types/{key}")).ShouldBeError(404, "not_found").Message.ShouldBe("Secret type not found");
        (await account.Client.PutAsync($"/secret-types/{key}", new { name = "A" })).ShouldBeError(404, "not_found");
        (await account.Client.DeleteAsync($"/secret-types/{key}")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task A_deleted_type_is_answered_as_it_was_and_its_key_is_free()
    {
        var account = await server.NewAccountAsync();
        var was = (await account.DefineAsync("mine", Port)).ShouldBe(201).Data.GetRawText();

        (await account.Client.DeleteAsync("/secret-types/mine")).ShouldBe(200).Data.GetRawText().ShouldBe(was);

        (await account.Client.GetAsync("/secret-types/mine")).ShouldBeError(404, "not_found");
        (await account.DefineAsync("mine", AnyObject)).ShouldBe(201);
    }

    [Fact]
    public async Task A_type_in_use_cannot_be_deleted_and_its_secrets_are_named()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        (await account.WriteTypedAsync("SECOND", "mine", "{}")).ShouldBe(201);
        (await account.WriteTypedAsync("FIRST", "mine", "{}")).ShouldBe(201);

        (await account.Client.DeleteAsync("/secret-types/mine"))
            .ShouldBeError(409, "in_use").Message.ShouldBe("2 secrets have this type: FIRST, SECOND. Delete them first.");
    }

    [Fact]
    public async Task Of_many_secrets_that_have_a_type_ten_are_named()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        foreach (var number in Enumerable.Range(10, 11))
        {
            (await account.WriteTypedAsync($"KEY_{number}", "mine", "{}")).ShouldBe(201);
        }

        var message = (await account.Client.DeleteAsync("/secret-types/mine")).ShouldBeError(409, "in_use").Message!;

        message.ShouldStartWith("11 secrets have this type: KEY_10, ");
        message.ShouldContain("KEY_19, ...");
        message.ShouldNotContain("KEY_20");
    }

    [Fact]
    public async Task A_type_that_only_a_deleted_secret_has_can_be_deleted_and_the_secret_is_then_not_restored()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        var id = (await account.WriteTypedAsync("KEY", "mine", "{}")).ShouldBe(201).Id;
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);

        (await account.Client.DeleteAsync("/secret-types/mine")).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBlame("secret_type", "no such secret type");
    }

    [Fact]
    public async Task A_new_schema_that_the_values_satisfy_is_taken()
    {
        var account = await server.NewAccountAsync();
        (await account.DefineAsync("mine", AnyObject)).ShouldBe(201);
        (await account.WriteTypedAsync("A", "mine", """{"port": 1}""")).ShouldBe(201);
        (await account.WriteTypedAsync("B", "mine", """{"port": 2}""")).ShouldBe(201);

        (await account.Client.PutAsync("/secret-types/mine", $$"""{"schema": {{Port}} }""")).ShouldBe(200);

        (await account.WriteTypedAsync("C", "mine", "{}")).ShouldBlame("value.port", "Required");
    }

    [Fact]
    public async Task A_new_schema_that_values_do_not_satisfy_is_refused_and_names_each_secret_but_no_value()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        (await account.DefineAsync("mine", AnyObject)).ShouldBe(201);
        (await account.WriteTypedAsync("SOUND", "mine", """{"port": 1}""")).ShouldBe(201);
        (await account.WriteTypedAsync("ONE", "mine", $$"""{"port": "{{Canary}}"}""")).ShouldBe(201);
        (await account.WriteTypedAsync(Production + "/secrets", "TWO", "mine", $$"""{"host": "{{Canary}}"}""")).ShouldBe(201);

        var answer = await account.Client.PutAsync("/secret-types/mine", $$"""{"schema": {{Port}} }""");

        var faults = answer.ShouldBeError(422, "validation_failed").Json.GetProperty("errors").Texts("schema");
        faults.Count.ShouldBe(2, answer.Text);
        faults[0].ShouldStartWith("ONE of the account, value.port: ");
        faults[1].ShouldStartWith("TWO of site shop, environment production, value.port: ");
        answer.Text.ShouldNotContain(Canary);
        server.Log.Lines.ShouldAllBe(line => !line.Text.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_schema_changes_nothing()
    {
        var account = await server.NewAccountAsync();
        var before = (await account.DefineAsync("mine", AnyObject)).ShouldBe(201).Data.GetRawText();
        (await account.WriteTypedAsync("A", "mine", "{}")).ShouldBe(201);

        (await account.Client.PutAsync("/secret-types/mine", $$"""{"name": "New", "schema": {{Port}} }""")).ShouldBe(422);

        (await account.Client.GetAsync("/secret-types/mine")).ShouldBe(200).Data.GetRawText().ShouldBe(before);
    }

    [Fact]
    public async Task Values_that_do_not_satisfy_a_schema_may_stay_where_that_is_forced_and_are_injected_as_before()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        (await account.DefineAsync("mine", AnyObject)).ShouldBe(201);
        (await account.WriteTypedAsync("KEY", "mine", """{"port":"none"}""")).ShouldBe(201);

        (await account.Client.PutAsync("/secret-types/mine?force=true", $$"""{"schema": {{Port}} }""")).ShouldBe(200);

        (await account.MapOfAsync(Production))["KEY"].ShouldBe("""{"port":"none"}""");
    }

    [Fact]
    public async Task A_secret_that_was_deleted_is_checked_by_the_new_schema_when_it_is_restored()
    {
        var account = await server.NewAccountAsync();
        (await account.DefineAsync("mine", AnyObject)).ShouldBe(201);
        var id = (await account.WriteTypedAsync("KEY", "mine", "{}")).ShouldBe(201).Id;
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        (await account.Client.PutAsync("/secret-types/mine", $$"""{"schema": {{Port}} }""")).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBlame("value.port", "Required");
    }

    [Fact]
    public async Task A_change_to_fields_gives_the_fields_at_once()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasTypeAsync("mine", "json", "host", "port");
        (await account.WriteTypedAsync("ONE", "mine", """{"host":"a"}""")).ShouldBe(201);
        (await account.WriteTypedAsync("TWO", "mine", """{"host":"b"}""")).ShouldBe(201);

        (await account.Client.PutAsync("/secret-types/mine", new { injection = "fields" })).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["ONE_HOST"] = "a", ["TWO_HOST"] = "b" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_change_to_json_gives_the_object_at_once()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasTypeAsync("mine", "fields", "host");
        (await account.WriteTypedAsync("ONE", "mine", """{"host":"a"}""")).ShouldBe(201);

        (await account.Client.PutAsync("/secret-types/mine", new { injection = "json" })).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["ONE"] = """{"host":"a"}""" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("?force=true")]
    public async Task A_change_to_fields_that_would_give_a_reserved_variable_is_refused_even_where_it_is_forced(string query)
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "host");
        (await account.WriteTypedAsync("DB", "mine", """{"host":"a"}""")).ShouldBe(201);

        (await account.Client.PutAsync("/secret-types/mine" + query, new { injection = "fields" }))
            .ShouldBeError(422, "validation_failed").ShouldBlame("schema", "DB of the account, value.host: The field gives the variable DB_HOST, which is reserved");
    }

    [Fact]
    public async Task A_change_to_fields_that_would_collide_with_another_secret_is_refused()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "host");
        (await account.WriteTypedAsync("MAIL", "mine", """{"host":"a"}""")).ShouldBe(201);
        await account.HasSecretAsync("MAIL_HOST", "b");

        var answer = await account.Client.PutAsync("/secret-types/mine?force=true", new { injection = "fields" });

        answer.ShouldBeError(422, "validation_failed").Text.ShouldContain("MAIL_HOST");
        (await account.Client.GetAsync("/secret-types/mine")).Data.Text("injection").ShouldBe("json");
    }

    [Fact]
    public async Task Another_accounts_type_does_not_exist()
    {
        var owner = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        var stranger = await server.NewAccountAsync();

        (await stranger.Client.GetAsync("/secret-types/mine")).ShouldBeError(404, "not_found");
        (await stranger.Client.PutAsync("/secret-types/mine", new { name = "Theirs" })).ShouldBeError(404, "not_found");
        (await stranger.Client.DeleteAsync("/secret-types/mine")).ShouldBeError(404, "not_found");
        (await stranger.WriteTypedAsync("KEY", "mine", "{}")).ShouldBlame("secret_type", "no such secret type");
        (await stranger.KeysAsync("/secret-types")).ShouldNotContain("mine");
        (await owner.Client.GetAsync("/secret-types/mine")).ShouldBe(200);
    }

    [Fact]
    public async Task Two_accounts_may_have_types_of_one_key_and_each_is_checked_by_its_own()
    {
        var one = await server.NewAccountAsync();
        var other = await server.NewAccountAsync();
        (await one.DefineAsync("mine", Port)).ShouldBe(201);
        (await other.DefineAsync("mine", AnyObject)).ShouldBe(201);

        (await one.WriteTypedAsync("KEY", "mine", "{}")).ShouldBlame("value.port", "Required");
        (await other.WriteTypedAsync("KEY", "mine", "{}")).ShouldBe(201);
    }

    [Fact]
    public async Task An_account_may_have_500_types_and_not_one_more()
    {
        var account = await server.NewAccountAsync();
        await server.ExecuteSqlAsync(
            """
            INSERT INTO secret_types (account_id, key, name, schema, injects_fields, created_at, updated_at)
            SELECT $1, 'type-' || n, 'Many', '{"type":"object"}', false, now(), now() FROM generate_series(1, 499) n
            """,
            account.Id);

        (await account.DefineAsync("last", AnyObject)).ShouldBe(201);
        (await account.DefineAsync("one-more", AnyObject)).ShouldBe(422).ShouldBlame("key", "500 secret types");
    }

    [Fact]
    public async Task Creating_changing_and_deleting_a_type_is_recorded()
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "json", "a");
        (await account.Client.PutAsync("/secret-types/mine", new { name = "New" })).ShouldBe(200);
        (await account.Client.DeleteAsync("/secret-types/mine")).ShouldBe(200);

        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(event || ' ' || (context ->> 'key'), ', ' ORDER BY id) FROM events WHERE account_id = $1", account.Id))
            .ShouldBe("secret-type.created mine, secret-type.updated mine, secret-type.deleted mine");
    }
}

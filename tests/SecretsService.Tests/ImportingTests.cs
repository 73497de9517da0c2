using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ImportSteps;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A file of keys and values becomes the secrets of a collection: all of it or nothing, by a plan that can be looked at first.</summary>
public sealed class ImportingTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Canary = "c4n4ry-1mp0";

    public static TheoryData<string, string> Collections() => new()
    {
        { "/global-secrets", "global" },
        { "/account/secrets", "global" },
        { "/sites/shop/secrets", "site" },
        { "/sites/shop/apps/worker/secrets", "app" },
        { "/sites/shop/environments/production/secrets", "site" },
        { "/sites/shop/apps/worker/environments/production/secrets", "app" },
    };

    [Theory]
    [MemberData(nameof(Collections))]
    public async Task A_JSON_map_is_imported_into_any_collection(string collection, string owner)
    {
        var account = await AccountAsync();

        var answer = (await account.ImportAsync(collection, """{"A": "1", "B": "two"}""")).ShouldBe(200);

        answer.Message.ShouldBe("Secrets imported successfully");
        PlanOf(answer).ShouldBe("created A,B updated - unchanged - deleted -");
        (await account.MapOfAsync(Production, "?app=worker")).ShouldBe(new Dictionary<string, string> { ["A"] = "1", ["B"] = "two" });
        (await account.Client.GetAsync(collection)).Data[0].GetProperty("scope").Text("owner").ShouldBe(owner);
    }

    [Theory]
    [MemberData(nameof(Collections))]
    public async Task A_dotenv_file_is_imported_into_any_collection(string collection, string owner)
    {
        var account = await AccountAsync();

        (await account.ImportDotEnvAsync(collection, "# comment\nexport A=1\nB=\"two\\nlines\" # more\n")).ShouldBe(200);

        (await account.MapOfAsync(Production, "?app=worker")).ShouldBe(new Dictionary<string, string> { ["A"] = "1", ["B"] = "two\nlines" });
        (await account.Client.GetAsync(collection)).Data[0].GetProperty("scope").Text("owner").ShouldBe(owner);
    }

    [Fact]
    public async Task A_file_is_imported_by_the_id_of_an_environment()
    {
        var account = await AccountAsync();
        var environment = (await account.Client.GetAsync(Production)).Id;

        (await account.ImportAsync($"/environments/{environment}/secrets", """{"A": "1"}""")).ShouldBe(200);

        (await account.KeysAsync(Production + "/secrets")).ShouldBe(["A"]);
    }

    [Theory]
    [InlineData("/global-secrets")]
    [InlineData("/sites/shop/secrets")]
    [InlineData("/sites/shop/apps/worker/secrets")]
    public async Task A_file_may_be_for_an_environment_type(string collection)
    {
        var account = await AccountAsync();
        (await account.ImportAsync(collection, """{"A": "any", "B": "any"}""")).ShouldBe(200);

        var plan = (await account.ImportAsync(collection, """{"A": "for production"}""", "?mode=replace&environment_type=prod")).ShouldBe(200);

        PlanOf(plan).ShouldBe("created A updated - unchanged - deleted -");
        (await account.MapOfAsync(Production, "?app=worker")).ShouldBe(new Dictionary<string, string> { ["A"] = "for production", ["B"] = "any" });
    }

    [Fact]
    public async Task A_file_for_one_environment_cannot_be_for_a_type()
    {
        var account = await AccountAsync();

        (await account.ImportAsync(Production + "/secrets", """{"A": "1"}""", "?environment_type=production"))
            .ShouldBeError(422, "validation_failed").ShouldBlame("environment_type", "one environment");
    }

    [Theory]
    [InlineData("?environment_type=Not%20A%20Slug", "environment_type")]
    [InlineData("?mode=overwrite", "mode")]
    [InlineData("?dry_run=yes", "dry_run")]
    [InlineData("?force=1", "force")]
    [InlineData("?dryrun=true", "dryrun")]
    public async Task A_parameter_that_is_not_understood_is_refused_and_nothing_is_imported(string query, string field)
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", """{"A": "1"}""", query)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
        (await account.KeysAsync("/global-secrets")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/sites/nowhere/secrets")]
    [InlineData("/sites/shop/environments/nowhere/secrets")]
    [InlineData("/sites/shop/apps/nowhere/secrets")]
    public async Task A_collection_that_is_not_there_takes_no_file(string collection)
    {
        var account = await AccountAsync();

        (await account.ImportAsync(collection, """{"A": "1"}""")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task Another_accounts_collection_takes_no_file()
    {
        await AccountAsync();
        var stranger = await server.NewAccountAsync();

        (await stranger.ImportAsync("/sites/shop/secrets", """{"A": "1"}""")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task Merging_leaves_keys_that_the_file_does_not_have()
    {
        var account = await HasAsync("""{"SAME": "1", "OLD": "1", "KEPT": "1"}""");

        var answer = await account.ImportAsync("/global-secrets", """{"NEW": "2", "OLD": "2", "SAME": "1"}""");

        PlanOf(answer.ShouldBe(200)).ShouldBe("created NEW updated OLD unchanged SAME deleted -");
        (await account.KeysAsync("/global-secrets")).ShouldBe(["KEPT", "NEW", "OLD", "SAME"]);
    }

    [Fact]
    public async Task Replacing_deletes_keys_that_the_file_does_not_have()
    {
        var account = await HasAsync("""{"SAME": "1", "OLD": "1", "GONE": "1", "LOST": "1"}""");

        var answer = await account.ImportAsync("/global-secrets", """{"NEW": "2", "OLD": "2", "SAME": "1"}""", "?mode=replace");

        PlanOf(answer.ShouldBe(200)).ShouldBe("created NEW updated OLD unchanged SAME deleted GONE,LOST");
        (await account.KeysAsync("/global-secrets")).ShouldBe(["NEW", "OLD", "SAME"]);
    }

    [Fact]
    public async Task What_a_replacement_deletes_can_be_restored()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("GONE", "1");
        (await account.ImportAsync("/global-secrets", """{"A": "1"}""", "?mode=replace")).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBe(200);

        (await account.KeysAsync("/global-secrets")).ShouldBe(["A", "GONE"]);
    }

    [Fact]
    public async Task Replacing_deletes_only_in_its_own_scope()
    {
        var account = await AccountAsync();
        (await account.ImportAsync("/global-secrets", """{"FOR_ALL": "1"}""")).ShouldBe(200);
        (await account.ImportAsync("/global-secrets", """{"FOR_PREVIEW": "1"}""", "?environment_type=preview")).ShouldBe(200);
        (await account.ImportAsync("/sites/shop/secrets", """{"OF_SITE": "1"}""")).ShouldBe(200);

        PlanOf((await account.ImportAsync("/global-secrets", """{"A": "1"}""", "?mode=replace")).ShouldBe(200)).ShouldEndWith("deleted FOR_ALL");

        (await account.KeysAsync("/secrets")).ShouldBe(["A", "FOR_PREVIEW", "OF_SITE"]);
    }

    [Fact]
    public async Task Several_that_are_updated_have_their_new_values()
    {
        var account = await AccountAsync();
        (await account.ImportAsync("/global-secrets", """{"A": "1", "B": "1", "C": "1"}""")).ShouldBe(200);

        PlanOf((await account.ImportAsync("/global-secrets", """{"A": "2", "B": "2", "C": "2"}""")).ShouldBe(200)).ShouldBe("created - updated A,B,C unchanged - deleted -");

        (await account.MapOfAsync(Production)).Values.ShouldAllBe(value => value == "2");
    }

    [Fact]
    public async Task An_import_leaves_what_a_file_cannot_say()
    {
        var account = await server.NewAccountAsync();
        var expiry = TimeProvider.System.GetUtcNow().AddYears(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        (await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1", description = "What for", is_secret = false, expires_at = expiry })).ShouldBe(201);

        (await account.ImportAsync("/global-secrets", """{"A": "2"}""")).ShouldBe(200);

        var secret = (await account.Client.GetAsync("/global-secrets")).Data[0];
        secret.Text("description").ShouldBe("What for");
        secret.Text("value").ShouldBe("2");
        secret.Text("expires_at").ShouldStartWith(expiry[..19]);
    }

    [Fact]
    public async Task A_new_key_is_a_secret()
    {
        var account = await HasAsync("""{"A": "1"}""");

        (await account.Client.GetAsync("/global-secrets")).Data[0].GetProperty("is_secret").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task An_unchanged_value_adds_no_version_and_leaves_the_revision()
    {
        var account = await AccountAsync();
        (await account.ImportAsync("/global-secrets", """{"A": "1"}""")).ShouldBe(200);
        var before = await StateAsync(account);

        (await account.ImportAsync("/global-secrets", """{"A": "1"}""")).ShouldBe(200);

        (await StateAsync(account)).ShouldBe(before);
    }

    [Fact]
    public async Task A_version_says_that_it_was_imported()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        (await account.ImportAsync("/global-secrets", """{"A": "2", "B": "2"}""")).ShouldBe(200);

        (await account.Client.GetAsync($"/secrets/{id}/versions")).Data.EnumerateArray().Select(v => v.Text("origin")).ShouldBe(["import", "create"]);
        (await server.QuerySqlAsync<string>("SELECT string_agg(name || origin, ' ' ORDER BY name, version) FROM secret_versions WHERE account_id = $1", account.Id))
            .ShouldBe("A0 A3 B3");
    }

    [Theory]
    [InlineData("merge")]
    [InlineData("replace")]
    public async Task A_dry_run_changes_nothing_and_plans_what_is_then_done(string mode)
    {
        var account = await AccountAsync();
        (await account.ImportAsync("/global-secrets", """{"SAME": "1", "OLD": "1", "KEPT": "1"}""")).ShouldBe(200);
        var before = await StateAsync(account);
        const string File = """{"NEW": "2", "OLD": "2", "SAME": "1"}""";

        var planned = (await account.ImportAsync("/global-secrets", File, $"?mode={mode}&dry_run=true")).ShouldBe(200);
        var after = await StateAsync(account);
        var applied = (await account.ImportAsync("/global-secrets", File, $"?mode={mode}")).ShouldBe(200);

        after.ShouldBe(before);
        planned.Message.ShouldBe("Import planned successfully");
        planned.Data.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        planned.Data.Text("mode").ShouldBe(mode);
        PlanOf(applied).ShouldBe(PlanOf(planned));
        applied.Data.Text("plan_hash").ShouldBe(planned.Data.Text("plan_hash"));
    }

    [Fact]
    public async Task A_dry_run_refuses_what_an_import_would_refuse()
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", """{"DB_NAME": "1"}""", "?dry_run=true")).ShouldBlame("DB_NAME", "reserved");
    }

    [Fact]
    public async Task A_plan_is_applied_where_its_hash_is_sent()
    {
        var account = await HasAsync("""{"OLD": "1"}""");
        var hash = await PlanAsync(account, """{"OLD": "2", "NEW": "2"}""", "?dry_run=true");

        (await account.ImportAsync("/global-secrets", """{"OLD": "2", "NEW": "2"}""", "", hash)).ShouldBe(200);

        (await account.KeysAsync("/global-secrets")).ShouldBe(["NEW", "OLD"]);
    }

    [Theory]
    [InlineData("""{"OLD": "3", "NEW": "2"}""", "")]
    [InlineData("""{"OLD": "2", "NEW": "3"}""", "")]
    [InlineData("""{"OLD": "2"}""", "")]
    [InlineData("""{"OLD": "2", "NEW": "2", "MORE": "2"}""", "")]
    [InlineData("""{"OLD": "2", "NEW": "2"}""", "?mode=replace")]
    [InlineData("""{"OLD": "2", "NEW": "2"}""", "?environment_type=production")]
    public async Task A_plan_of_another_file_mode_or_scope_is_not_applied(string file, string query)
    {
        var account = await HasAsync("""{"OLD": "1"}""");
        var hash = await PlanAsync(account, """{"OLD": "2", "NEW": "2"}""", "?dry_run=true");
        var before = await StateAsync(account);

        (await account.ImportAsync("/global-secrets", file, query, hash)).ShouldBeError(412, "precondition_failed").Message!.ShouldContain("plan_hash");

        (await StateAsync(account)).ShouldBe(before);
    }

    [Theory]
    [InlineData("""{"OLD": "changed"}""")]
    [InlineData("""{"OLD": "2"}""")]
    [InlineData("""{"NEW": "2"}""")]
    public async Task A_plan_is_not_applied_once_a_key_of_it_has_changed(string meanwhile)
    {
        var account = await HasAsync("""{"OLD": "1"}""");
        var hash = await PlanAsync(account, """{"OLD": "2", "NEW": "2"}""", "?dry_run=true");
        (await account.ImportAsync("/global-secrets", meanwhile)).ShouldBe(200);

        (await account.ImportAsync("/global-secrets", """{"OLD": "2", "NEW": "2"}""", "", hash)).ShouldBeError(412, "precondition_failed");
    }

    [Fact]
    public async Task A_replacement_is_not_applied_once_there_is_another_key_to_delete()
    {
        var account = await HasAsync("""{"OLD": "1"}""");
        var hash = await PlanAsync(account, """{"NEW": "2"}""", "?mode=replace&dry_run=true");
        await account.HasSecretAsync("MEANWHILE", "1");

        (await account.ImportAsync("/global-secrets", """{"NEW": "2"}""", "?mode=replace", hash)).ShouldBeError(412, "precondition_failed");
    }

    [Fact]
    public async Task A_plan_that_was_applied_is_not_applied_again()
    {
        var account = await server.NewAccountAsync();
        var hash = await PlanAsync(account, """{"NEW": "2"}""", "?dry_run=true");
        (await account.ImportAsync("/global-secrets", """{"NEW": "2"}""", "", hash)).ShouldBe(200);

        (await account.ImportAsync("/global-secrets", """{"NEW": "2"}""", "", hash)).ShouldBeError(412, "precondition_failed");
    }

    [Fact]
    public async Task The_hash_of_a_plan_tells_nothing_of_its_values_to_another_account()
    {
        var one = await server.NewAccountAsync();
        var other = await server.NewAccountAsync();

        (await PlanAsync(one, """{"A": "guess"}""", "?dry_run=true")).ShouldNotBe(await PlanAsync(other, """{"A": "guess"}""", "?dry_run=true"));
    }

    [Fact]
    public async Task Every_faulty_line_is_named_with_its_key_and_without_its_value()
    {
        var account = await HasAsync("""{"TWIN": "1"}""");
        (await account.Client.PostAsync("/global-secrets", new { key = "HIDDEN", withheld = true })).ShouldBe(201);
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        var unreadable = await account.ImportDotEnvAsync("/global-secrets", $"GOOD={Canary}\nDB_NAME={Canary}\n1BAD={Canary}\nOPEN=\"{Canary}\n\nlone\n");
        var impossible = await account.ImportDotEnvAsync(
            "/global-secrets", $$"""
            GOOD={{Canary}}
            twin={{Canary}}
            HIDDEN={{Canary}}

            MAIL={"host":"{{Canary}}","port":"{{Canary}}"}
            """);

        unreadable.ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["line 2", "line 3", "line 4", "line 6"], unreadable.Text);
        unreadable.Errors["line 2"].ShouldStartWith("DB_NAME: ");
        impossible.ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["line 2", "line 3", "line 5"], impossible.Text);
        impossible.Errors["line 2"].ShouldContain("letter case");
        impossible.Errors["line 3"].ShouldContain("tombstone");
        impossible.Errors["line 5"].ShouldStartWith("MAIL, value.port: ");
        (unreadable.Text + impossible.Text).ShouldNotContain(Canary);
        server.Log.Lines.ShouldAllBe(line => !line.Text.Contains(Canary, StringComparison.Ordinal));
        (await account.KeysAsync("/global-secrets")).ShouldBe(["HIDDEN", "MAIL", "TWIN"]);
    }

    [Fact]
    public async Task Every_faulty_member_of_a_map_is_named_by_its_key()
    {
        var account = await HasAsync("""{"TWIN": "1"}""");

        var answer = await account.ImportAsync("/global-secrets", """{"GOOD": "1", "AWS_REGION": "1", "A-B": "1", "NUMBER": 8080, "NOTHING": null}""");

        answer.ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["AWS_REGION", "entry 3", "NUMBER", "NOTHING"], ignoreOrder: true, answer.Text);
    }

    [Theory]
    [InlineData("db_host")]
    [InlineData("YMIR_ANYTHING")]
    [InlineData("aws_region")]
    public async Task A_reserved_key_is_refused(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.ImportDotEnvAsync("/global-secrets", $"{key}=1")).ShouldBeError(422, "validation_failed").ShouldBlame("line 1", "reserved");
        (await account.ImportAsync("/global-secrets", $$"""{"{{key}}": "1"}""")).ShouldBeError(422, "validation_failed").ShouldBlame(key, "reserved");
    }

    [Fact]
    public async Task A_pinned_key_is_not_overridden_by_an_import()
    {
        var account = await AccountAsync();
        (await account.Client.PostAsync("/global-secrets", new { key = "FIXED", value = "1", pinned = true })).ShouldBe(201);

        (await account.ImportDotEnvAsync(Production + "/secrets", "FREE=1\nFIXED=2")).ShouldBeError(422, "validation_failed").ShouldBlame("line 2", "pinned");

        (await account.KeysAsync(Production + "/secrets")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pinned_key_itself_is_updated()
    {
        var account = await AccountAsync();
        (await account.Client.PostAsync("/global-secrets", new { key = "FIXED", value = "1", pinned = true })).ShouldBe(201);

        (await account.ImportAsync("/global-secrets", """{"FIXED": "2"}""")).ShouldBe(200);

        (await account.MapOfAsync(Production))["FIXED"].ShouldBe("2");
    }

    [Fact]
    public async Task A_key_that_a_field_of_the_scope_gives_is_refused()
    {
        var account = await server.NewAccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        (await account.ImportDotEnvAsync("/global-secrets", "FREE=1\nMAIL_HOST=2")).ShouldBeError(422, "validation_failed").ShouldBlame("line 2", "which MAIL of the same scope gives");
    }

    [Fact]
    public async Task A_replacement_may_give_a_variable_whose_typed_secret_it_deletes()
    {
        var account = await AccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        (await account.ImportAsync("/global-secrets", """{"MAIL_HOST": "2"}""", "?mode=replace")).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["MAIL_HOST"] = "2" });
    }

    [Fact]
    public async Task A_typed_secret_is_updated_from_an_object()
    {
        var account = await AccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        PlanOf((await account.ImportAsync("/global-secrets", """{"MAIL": {"host": "b", "port": 2, "from": "é<&'"}}""")).ShouldBe(200)).ShouldContain("updated MAIL");

        (await account.MapOfAsync(Production)).ShouldBe(
            new Dictionary<string, string> { ["MAIL_FROM"] = "é<&'", ["MAIL_HOST"] = "b", ["MAIL_PORT"] = "2" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_typed_secret_is_updated_from_the_JSON_in_a_dotenv_file()
    {
        var account = await AccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        (await account.ImportDotEnvAsync("/global-secrets", """MAIL='{"host": "b", "port": 2}'""")).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["MAIL_HOST"] = "b", ["MAIL_PORT"] = "2" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_typed_secret_is_unchanged_by_an_equal_object()
    {
        var account = await server.NewAccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        PlanOf((await account.ImportAsync("/global-secrets", """{"MAIL": { "host" : "a", "port" : 1 }}""")).ShouldBe(200)).ShouldContain("unchanged MAIL");
    }

    [Theory]
    [InlineData("""{"MAIL": "text"}""")]
    [InlineData("""{"MAIL": "[]"}""")]
    public async Task A_typed_secret_is_not_updated_from_text(string file)
    {
        var account = await server.NewAccountAsync();
        (await account.WriteTypedAsync("MAIL", "smtp", """{"host":"a","port":1}""")).ShouldBe(201);

        (await account.ImportAsync("/global-secrets", file)).ShouldBeError(422, "validation_failed").ShouldBlame("MAIL", "Must be a JSON object");
    }

    [Fact]
    public async Task An_object_makes_no_new_secret_for_it_has_no_type()
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", """{"NEW": {"a": "b"}}""")).ShouldBeError(422, "validation_failed").ShouldBlame("NEW", "Must be a string");
    }

    [Fact]
    public async Task An_expired_key_is_updated_with_a_warning()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("OLD", "1");
        await server.ChangeAsync(account, id, "expires_at = now() - interval '1 hour'");

        var answer = (await account.ImportDotEnvAsync("/global-secrets", "\nOLD=2")).ShouldBe(200);

        var warning = answer.Data.GetProperty("warnings").EnumerateArray().ShouldHaveSingleItem();
        warning.GetProperty("line").GetInt32().ShouldBe(2);
        warning.Text("key").ShouldBe("OLD");
        warning.Text("message").ShouldContain("expired");
    }

    [Fact]
    public async Task What_may_be_meant_otherwise_is_warned_of()
    {
        var account = await server.NewAccountAsync();

        var warnings = (await account.ImportDotEnvAsync("/global-secrets", "A=1\nB=$HOME\nA=2")).ShouldBe(200).Data.GetProperty("warnings");

        warnings.EnumerateArray().Select(w => w.GetProperty("line").GetInt32()).ShouldBe([2, 3], ignoreOrder: true);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "# nothing but a comment\n\n")]
    [InlineData("text/plain", "\n")]
    public async Task A_file_without_a_key_does_not_replace_everything_unless_that_is_forced(string type, string file)
    {
        var account = await HasAsync("""{"A": "1", "B": "1"}""");

        (await account.ImportAsync("/global-secrets?mode=replace", TextOf(file, type))).ShouldBeError(422, "validation_failed").ShouldBlame("mode", "force=true");
        var kept = await account.KeysAsync("/global-secrets");
        (await account.ImportAsync("/global-secrets?mode=replace&force=true", TextOf(file, type))).ShouldBe(200);

        kept.ShouldBe(["A", "B"]);
        (await account.KeysAsync("/global-secrets")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_without_a_key_merges_into_nothing_changed()
    {
        var account = await HasAsync("""{"A": "1"}""");

        PlanOf((await account.ImportDotEnvAsync("/global-secrets", "# nothing")).ShouldBe(200)).ShouldBe("created - updated - unchanged - deleted -");
    }

    [Fact]
    public async Task A_replacement_that_would_break_a_requirement_is_refused_unless_it_is_forced()
    {
        var account = await AccountAsync();
        (await account.ImportAsync("/sites/shop/secrets", """{"NEEDED": "1"}""")).ShouldBe(200);
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "NEEDED"}]""")).ShouldBe(200);

        (await account.ImportAsync("/sites/shop/secrets", """{"A": "1"}""", "?mode=replace")).ShouldBeError(409, "in_use").Errors["dependents"].ShouldContain("NEEDED");
        (await account.KeysAsync("/sites/shop/secrets")).ShouldBe(["NEEDED"]);
        (await account.ImportAsync("/sites/shop/secrets", """{"A": "1"}""", "?mode=replace&force=true")).ShouldBe(200);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/octet-stream")]
    [InlineData("text/html")]
    [InlineData("text/plain; charset=iso-8859-1")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Another_content_type_is_415(string? type)
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", TextOf("A=1", type)))
            .ShouldBeError(415, "unsupported_media_type").Message!.ShouldContain("application/json or text/plain");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("TEXT/PLAIN; Charset=\"UTF-8\"")]
    public async Task A_dotenv_file_may_say_that_it_is_UTF_8(string type)
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", TextOf("A=é", type))).ShouldBe(200);
    }

    [Fact]
    public async Task A_map_with_a_name_twice_is_400()
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", $$"""{"A": "{{Canary}}", "A": "2"}""")).ShouldBeError(400, "malformed").Text.ShouldNotContain(Canary);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("A=1")]
    public async Task A_map_that_is_none_is_400(string file)
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", file)).ShouldBeError(400, "malformed");
    }

    [Fact]
    public async Task A_file_over_a_MiB_is_413()
    {
        var account = await server.NewAccountAsync();

        (await account.ImportDotEnvAsync("/global-secrets", "# " + new string('x', 1_048_576))).ShouldBeError(413, "body_too_large");
    }

    [Fact]
    public async Task A_file_may_fill_a_scope_to_100_secrets_and_not_one_more()
    {
        var account = await server.NewAccountAsync();

        (await account.ImportAsync("/global-secrets", MapOf(101))).ShouldBe(422).Errors.ShouldHaveSingleItem().Value.ShouldContain("100 keys");
        (await account.ImportAsync("/global-secrets", MapOf(100))).ShouldBe(200);
        (await account.ImportAsync("/global-secrets", """{"ONE_MORE": "1"}""")).ShouldBeError(422, "limit_reached");
        (await account.KeysAsync("/global-secrets?per_page=100")).Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_full_scope_can_be_replaced_and_updated()
    {
        var account = await server.NewAccountAsync();
        (await account.ImportAsync("/global-secrets", MapOf(100))).ShouldBe(200);

        (await account.ImportAsync("/global-secrets", """{"KEY_1": "changed"}""")).ShouldBe(200);
        (await account.ImportAsync("/global-secrets", """{"NEW": "1"}""", "?mode=replace")).ShouldBe(200);
    }

    [Fact]
    public async Task A_repeated_import_gets_the_first_answer_and_imports_nothing()
    {
        var account = await server.NewAccountAsync();
        var key = ("Idempotency-Key", "import-1");
        var first = (await account.ImportAsync("/global-secrets", TextOf("A=1", "text/plain"), key)).ShouldBe(200);
        (await account.ImportAsync("/global-secrets", """{"A": "changed"}""")).ShouldBe(200);

        var second = await account.ImportAsync("/global-secrets", TextOf("A=1", "text/plain"), key);

        second.ShouldBe(200).Text.ShouldBe(first.Text);
        second.Headers["Idempotency-Replayed"].ShouldBe("true");
        PlanOf(second).ShouldStartWith("created A");
        (await server.QuerySqlAsync<int>("SELECT version FROM secrets WHERE account_id = $1", account.Id)).ShouldBe(2);
    }

    [Fact]
    public async Task Another_file_with_the_same_idempotency_key_is_refused()
    {
        var account = await server.NewAccountAsync();
        var key = ("Idempotency-Key", "import-1");
        (await account.ImportAsync("/global-secrets", TextOf("A=1", "text/plain"), key)).ShouldBe(200);

        (await account.ImportAsync("/global-secrets", TextOf("A=2", "text/plain"), key)).ShouldBeError(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_dry_run_with_an_idempotency_key_changes_nothing()
    {
        var account = await HasAsync("""{"KEPT": "1"}""");
        var before = await StateAsync(account);

        (await account.ImportAsync("/global-secrets?mode=replace&dry_run=true", TextOf("A=1", "text/plain"), ("Idempotency-Key", "dry"))).ShouldBe(200);

        (await StateAsync(account)).ShouldBe(before);
    }

    [Fact]
    public async Task An_import_is_one_record_with_keys_and_no_values()
    {
        var account = await HasAsync("""{"OLD": "1", "GONE": "1"}""");

        (await account.ImportAsync("/global-secrets", $$"""{"OLD": "{{Canary}}", "NEW": "{{Canary}}"}""", "?mode=replace")).ShouldBe(200);

        (await server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE account_id = $1", account.Id)).ShouldBe(2, "one for each import");
        var context = SchemaTexts.Json(await server.QuerySqlAsync<string>(
            "SELECT context::text FROM events WHERE account_id = $1 AND event = 'secrets.imported' ORDER BY id DESC LIMIT 1", account.Id));
        context.Texts("created").ShouldBe(["NEW"]);
        context.Texts("updated").ShouldBe(["OLD"]);
        context.Texts("deleted").ShouldBe(["GONE"]);
        context.Text("scope").ShouldBe("global");
        context.GetRawText().ShouldNotContain(Canary);
    }

    [Theory]
    [InlineData("?dry_run=true", """{"NEW": "1"}""")]
    [InlineData("", """{"SAME": "1"}""")]
    public async Task What_changes_nothing_is_not_recorded(string query, string file)
    {
        var account = await HasAsync("""{"SAME": "1"}""");

        (await account.ImportAsync("/global-secrets", file, query)).ShouldBe(200);

        (await server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE account_id = $1", account.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task An_import_among_racing_creates_is_done_whole_or_not_at_all()
    {
        var account = await server.NewAccountAsync();
        var keys = Enumerable.Range(1, 40).Select(n => $"KEY_{n}").ToList();

        var creates = keys.Take(8).Select(key => account.Client.PostAsync("/global-secrets", new { key = key.ToLowerInvariant(), value = "created" }));
        var imports = Enumerable.Range(0, 4).Select(_ => account.ImportAsync("/global-secrets", MapOf(40)));
        var answers = await Task.WhenAll(creates.Concat(imports));

        answers.ShouldAllBe(a => a.Status == 200 || a.Status == 201 || a.Status == 422);
        var stored = await account.KeysAsync("/global-secrets?per_page=100");
        stored.Count(key => char.IsUpper(key[0])).ShouldBeOneOf(0, 40);
        stored.ShouldBeUnique();
        stored.Select(key => key.ToUpperInvariant()).Distinct().Count().ShouldBe(stored.Count, "two keys differ in letter case only");
    }

    [Fact]
    public async Task Of_many_that_apply_one_plan_at_once_one_succeeds()
    {
        var account = await server.NewAccountAsync();
        var hash = await PlanAsync(account, """{"A": "1"}""", "?dry_run=true");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => account.ImportAsync("/global-secrets", """{"A": "1"}""", "", hash)));

        answers.Select(a => a.Status).Order().ShouldBe([200, 412, 412, 412, 412, 412, 412, 412]);
    }

    [Fact]
    public async Task Imported_values_come_back_byte_for_byte()
    {
        var account = await AccountAsync();
        const string Value = " é 😀 \r\n\t\"'`\\ $HOME # = ";

        (await account.ImportAsync("/global-secrets", JsonSerializer.Serialize(new Dictionary<string, string> { ["KEY"] = Value, ["EMPTY"] = "" }))).ShouldBe(200);

        (await account.MapOfAsync(Production)).ShouldBe(new Dictionary<string, string> { ["KEY"] = Value, ["EMPTY"] = "" }, ignoreOrder: true);
    }

    private async Task<Account> AccountAsync() => await (await (await server.NewAccountAsync()).HasSiteAsync("shop", "production")).HasAppsAsync("shop", "worker");

    // An account that has imported a file.
    private async Task<Account> HasAsync(string file)
    {
        var account = await server.NewAccountAsync();
        (await account.ImportAsync("/global-secrets", file)).ShouldBe(200);
        return account;
    }

    // Everything that an import could change.
    private Task<string> StateAsync(Account account) => server.QuerySqlAsync<string>(
        """
        SELECT (SELECT revision FROM accounts WHERE id = $1) || ' '
            || (SELECT coalesce(string_agg(name || version || coalesce(deleted_at::text, '') || updated_at::text, ',' ORDER BY id), '') FROM secrets WHERE account_id = $1) || ' '
            || (SELECT count(*) FROM secret_versions WHERE account_id = $1) || ' '
            || (SELECT count(*) FROM events WHERE account_id = $1)
        """,
        account.Id);

    private static async Task<string> PlanAsync(Account account, string file, string query) =>
        (await account.ImportAsync("/global-secrets", file, query)).ShouldBe(200).Data.Text("plan_hash");
}

/// <summary>What tests of imports do again and again.</summary>
internal static class ImportSteps
{
    /// <summary>Imports a JSON map.</summary>
    /// <param name="account">Who asks.</param>
    /// <param name="collection">The collection's path.</param>
    /// <param name="map">The map.</param>
    /// <param name="query">The query, with its question mark.</param>
    /// <param name="planHash">The plan that is to be applied.</param>
    public static Task<ApiAnswer> ImportAsync(this Account account, string collection, string map, string query = "", string? planHash = null) =>
        account.Client.PostAsync($"{collection}/import{query}", map, planHash is null ? [] : [("If-Match", $"\"{planHash}\"")]);

    /// <summary>Imports a file of whatever type; the query may stand behind the collection's path.</summary>
    public static Task<ApiAnswer> ImportAsync(this Account account, string path, HttpContent file, params (string Name, string Value)[] headers)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return account.Client.SendAsync(HttpMethod.Post, query < 0 ? $"{path}/import" : path.Insert(query, "/import"), file, headers);
    }

    /// <summary>Imports a dotenv file.</summary>
    public static Task<ApiAnswer> ImportDotEnvAsync(this Account account, string path, string file) => account.ImportAsync(path, TextOf(file, "text/plain"));

    /// <summary>A text with a content type, or without one.</summary>
    public static HttpContent TextOf(string text, string? contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return content;
    }

    /// <summary>A JSON map of so many keys.</summary>
    public static string MapOf(int count) =>
        JsonSerializer.Serialize(Enumerable.Range(1, count).ToDictionary(n => $"KEY_{n}", n => $"value {n}"));

    /// <summary>A plan in one line.</summary>
    public static string PlanOf(ApiAnswer answer) => string.Join(' ', new[] { "created", "updated", "unchanged", "deleted" }
        .Select(part => $"{part} {(answer.Data.Texts(part) is { Count: > 0 } keys ? string.Join(',', keys) : "-")}"));
}

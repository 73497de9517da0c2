using System.Text;
using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>A pipeline asks for a deployment, and gets one with the map of that moment, or hears everything that stands against it.</summary>
public sealed class MakingDeploymentsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Nobody = "019a3f00-0000-7000-8000-000000000007";

    private static readonly (string Name, string Value) Key = ("Idempotency-Key", "7c1d-deploy");

    [Theory]
    [InlineData("/sites/shop/environments/production/deployments")]
    [InlineData("/environments/{environment}/deployments")]
    [InlineData("/sites/shop/environments/production/deploy")]
    [InlineData("/environments/{environment}/deploy")]
    public async Task A_deployment_is_made_without_a_body(string path)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        using var empty = new StringContent("", Encoding.UTF8, "application/json");

        var answer = (await account.Client.SendAsync(HttpMethod.Post, await account.PathAsync(path), empty)).ShouldBe(202);

        answer.Message.ShouldBe("Deployment created successfully");
        answer.Headers["Location"].ShouldBe($"/api/v1/vector/deployments/{answer.Id}");
        answer.Data.Text("status").ShouldBe("pending");
        answer.Data.Text("environment").ShouldBe("production");
        answer.Data.GetProperty("number").GetInt32().ShouldBe(1);
        answer.Data.GetProperty("variable_count").GetInt32().ShouldBe(1);
        answer.Data.GetProperty("target_deployment_id").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Data.Text("stdout").ShouldBeEmpty();
        (await account.Client.GetAsync($"/deployments/{answer.Id}")).ShouldBe(200).Data.GetRawText().ShouldBe(answer.Data.GetRawText());
    }

    [Fact]
    public async Task A_deployment_is_shown_at_every_path_of_its_environment_and_of_no_other()
    {
        var account = await server.NewShopAsync();
        var made = (await account.Client.PostAsync(Production + "/deployments", "{}")).ShouldBe(202);
        var staging = (await account.Client.GetAsync(Staging)).Id;

        foreach (var path in new[] { "", "/sites/shop/environments/production", "/environments/{environment}" })
        {
            (await account.Client.GetAsync(await account.PathAsync($"{path}/deployments/{made.Id}"))).ShouldBe(200).Data.GetRawText().ShouldBe(made.Data.GetRawText());
        }

        foreach (var path in new[] { Staging, $"/environments/{staging}", "/sites/blog/environments/production" })
        {
            (await account.Client.GetAsync($"{path}/deployments/{made.Id}")).ShouldBeError(404, "not_found").Message.ShouldBe("Deployment not found");
            (await account.Client.PatchAsync($"{path}/deployments/{made.Id}", new { status = "failed" })).ShouldBeError(404, "not_found");
        }

        (await account.Client.GetAsync("/deployments/none")).ShouldBeError(404, "not_found").Message.ShouldBe("Deployment not found");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"production\"")]
    [InlineData("{")]
    public async Task A_body_that_is_no_object_is_refused(string body)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Production + "/deployments", body)).ShouldBeError(400, "malformed");
        (await account.RollBackAsync(body)).ShouldBeError(400, "malformed");
    }

    [Fact]
    public async Task Every_member_of_a_wrong_type_and_every_unknown_one_is_named_at_once()
    {
        var account = await server.NewShopAsync();
        const string Body =
            """
            {"app": 1, "target": 2, "required": "A", "description": 3, "include_uploads": "x", "include_database": 0, "concurrent": "true", "site_id": 1}
            """;

        var answer = (await account.Client.PostAsync(Production + "/deployments", Body)).ShouldBeError(422, "validation_failed");

        answer.Errors.Keys.ShouldBe(["app", "target", "required", "description", "include_uploads", "include_database", "concurrent", "site_id"], ignoreOrder: true);
        (await server.RowsAsync(account)).ShouldBe("0 0 0 0");
    }

    [Theory]
    [InlineData("""{"app": null}""", "app")]
    [InlineData("""{"target": null}""", "target")]
    [InlineData("""{"required": null}""", "required")]
    [InlineData("""{"concurrent": null}""", "concurrent")]
    [InlineData("""{"target": "nowhere"}""", "target")]
    [InlineData("""{"required": ["A", "9A"]}""", "required")]
    [InlineData("""{"required": ["A", null]}""", "required")]
    [InlineData("""{"required": ["A", ""]}""", "required")]
    [InlineData("""{"required": ["A", 1]}""", "required")]
    [InlineData("""{"description": "a\u0007b"}""", "description")]
    public async Task A_faulty_member_is_named(string body, string field)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Production + "/deployments", body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    [Fact]
    public async Task Every_limit_holds_and_one_more_is_refused()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        Task<ApiAnswer> PostAsync(object body) => account.Client.PostAsync(Production + "/deployments", body);
        static string Text(int length) => string.Concat(Enumerable.Repeat("😀", length));
        static string[] Required(int count) => [.. Enumerable.Repeat("A", count)];

        (await PostAsync(new { description = Text(1_024), required = Required(1_000) })).ShouldBe(202).Data.Text("description").ShouldBe(Text(1_024));
        (await PostAsync(new { description = Text(1_025), required = Required(1_001) })).ShouldBlame("description", "1024").ShouldBlame("required", "1000 keys at most");
        (await PostAsync(new { description = "Line 1\nLine 2" })).ShouldBe(202).Data.Text("description").ShouldBe("Line 1\nLine 2");
        (await PostAsync("""{"description": null}""")).ShouldBe(202).Data.GetProperty("description").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("{}", "null", "null")]
    [InlineData("""{"include_uploads": null, "include_database": null}""", "null", "null")]
    [InlineData("""{"include_uploads": true, "include_database": false}""", "true", "false")]
    [InlineData("""{"include_uploads": false, "include_database": true}""", "false", "true")]
    public async Task What_the_service_makes_no_use_of_is_kept_as_given(string body, string uploads, string database)
    {
        var account = await server.NewShopAsync();

        var id = await account.HasDeploymentAsync(request: body);

        var shown = (await account.ShowAsync(id)).Data;
        shown.GetProperty("include_uploads").GetRawText().ShouldBe(uploads);
        shown.GetProperty("include_database").GetRawText().ShouldBe(database);
    }

    [Theory]
    [InlineData("/deployments?dry_run=true", "dry_run", "concurrent")]
    [InlineData("/deployments?concurrent=yes", "concurrent", "true or false")]
    [InlineData("/rollback?secrets=snapshot", "secrets", "concurrent")]
    [InlineData("/preflight?environment=x", "environment", "app, target, required")]
    public async Task A_query_parameter_that_is_not_known_or_says_nothing_is_refused(string path, string name, string words)
    {
        var account = await server.NewShopAsync();

        var answer = path.StartsWith("/preflight", StringComparison.Ordinal)
            ? await account.Client.GetAsync(Production + path)
            : await account.Client.PostAsync(Production + path, "{}");

        answer.ShouldBeError(422, "validation_failed").ShouldBlame(name, words);
    }

    [Fact]
    public async Task An_app_is_deployed_alone_by_its_id_or_slug_with_its_own_map()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "of all");
        await account.HasAsync("/sites/shop/apps/worker/secrets", new { key = "A", value = "of worker" });
        await account.HasAsync("/sites/shop/apps/worker/secrets", new { key = "B", value = "of worker" });
        var id = (await account.Client.GetAsync("/sites/shop/apps/worker")).Id;

        foreach (var app in new[] { "worker", id })
        {
            var made = (await account.Client.PostAsync(Production + "/deployments", new { app })).ShouldBe(202);
            made.Data.Text("app").ShouldBe("worker");
            (await server.ThawAsync(account, made.Id)).ShouldBe(new Dictionary<string, string> { ["A"] = "of worker", ["B"] = "of worker" });
        }

        var whole = (await account.Client.PostAsync(Production + "/deployments", "{}")).ShouldBe(202);
        whole.Data.TryGetProperty("app", out _).ShouldBeFalse();
        (await server.ThawAsync(account, whole.Id)).ShouldBe(new Dictionary<string, string> { ["A"] = "of all" });
    }

    [Fact]
    public async Task An_app_of_another_site_or_of_none_is_not_found()
    {
        var account = await (await server.NewShopAsync()).HasAppsAsync("blog", "reader");
        var reader = (await account.Client.GetAsync("/sites/blog/apps/reader")).Id;

        foreach (var app in new[] { "reader", reader, "nobody", Nobody })
        {
            (await account.Client.PostAsync(Production + "/deployments", new { app })).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
            (await account.Client.GetAsync($"{Production}/preflight?app={app}")).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
            (await account.RollBackAsync(new { app })).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
            (await account.Client.GetAsync($"{Production}/deployments?app={app}")).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
        }
    }

    [Fact]
    public async Task Another_accounts_environment_and_its_deployments_do_not_exist()
    {
        var account = await server.NewShopAsync();
        var environment = await account.PathAsync("/environments/{environment}");
        var id = await account.HasDeployedAsync();
        var stranger = await server.NewShopAsync();
        var rows = await server.RowsAsync(account);

        (await stranger.Client.PostAsync($"{environment}/deployments", "{}")).ShouldBeError(404, "not_found").Message.ShouldBe("Environment not found");
        (await stranger.Client.PostAsync($"{environment}/rollback", "{}")).ShouldBeError(404, "not_found");
        (await stranger.Client.GetAsync($"{environment}/deployments")).ShouldBeError(404, "not_found");
        (await stranger.Client.GetAsync($"{environment}/preflight")).ShouldBeError(404, "not_found");
        (await stranger.Client.GetAsync($"/deployments/{id}")).ShouldBeError(404, "not_found");
        (await stranger.ReportAsync(id, "failed")).ShouldBeError(404, "not_found");
        (await stranger.RollBackAsync(new { target_deployment_id = id })).ShouldBlame("target_deployment_id", "no such deployment");

        (await server.RowsAsync(account)).ShouldBe(rows);
        (await server.RowsAsync(stranger)).ShouldBe("0 0 0 0");
    }

    [Fact]
    public async Task A_missing_site_or_environment_is_named()
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync("/sites/nowhere/environments/production/deployments", "{}")).ShouldBeError(404, "not_found").Message.ShouldBe("Site not found");
        (await account.Client.PostAsync("/sites/shop/environments/nowhere/deployments", "{}")).ShouldBeError(404, "not_found").Message.ShouldBe("Environment not found");
        (await account.Client.PostAsync("/environments/production/deployments", "{}")).ShouldBeError(404, "not_found").Message.ShouldBe("Environment not found");
    }

    [Fact]
    public async Task They_are_listed_newest_first_by_pages_status_and_app()
    {
        var account = await server.NewShopAsync();
        await account.HasDeployedAsync();
        await account.HasDeploymentAsync(request: new { app = "worker" });
        await account.HasDeploymentThatIsAsync("failed");
        await account.HasDeployedAsync(request: new { app = "worker" });
        await account.HasDeploymentAsync(Staging);

        (await NumbersAsync(account, "")).ShouldBe([4, 3, 2, 1]);
        (await NumbersAsync(account, "?per_page=3")).ShouldBe([4, 3, 2]);
        (await NumbersAsync(account, "?per_page=3&page=2")).ShouldBe([1]);
        (await NumbersAsync(account, "?status=deployed")).ShouldBe([4, 1]);
        (await NumbersAsync(account, "?status=failed")).ShouldBe([3]);
        (await NumbersAsync(account, "?status=deploying")).ShouldBeEmpty();
        (await NumbersAsync(account, "?app=worker")).ShouldBe([4, 2]);
        (await NumbersAsync(account, "?app=worker&status=pending")).ShouldBe([2]);
        (await account.Client.GetAsync(Production + "/deployments?status=done")).ShouldBlame("status", "pending, deploying, deployed, failed");
        (await account.Client.GetAsync(Production + "/deployments?per_page=1")).Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task Numbers_go_up_by_one_for_each_environment_whatever_was_refused_between()
    {
        var account = await server.NewShopAsync();

        await account.HasDeploymentAsync();
        (await account.Client.PostAsync(Production + "/deployments", new { required = new[] { "MISSING" } })).ShouldBe(422);
        await account.HasDeploymentAsync(Staging);
        await account.HasDeploymentAsync();

        (await NumbersAsync(account, "")).ShouldBe([2, 1]);
    }

    [Fact]
    public async Task Of_many_at_once_each_gets_a_number_of_its_own()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");

        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => account.Client.PostAsync(Production + "/deployments", "{}")));

        made.Select(m => m.ShouldBe(202).Data.GetProperty("number").GetInt32()).Order().ShouldBe(Enumerable.Range(1, 12));
        (await server.RowsAsync(account)).ShouldStartWith("12 12 ");
    }

    [Theory]
    [InlineData("/deployments")]
    [InlineData("/deploy")]
    [InlineData("/rollback")]
    public async Task A_repeated_request_gets_the_first_answer_and_makes_no_second_deployment(string path)
    {
        var account = await server.NewShopAsync();
        await account.HasDeployedAsync();
        await account.HasDeployedAsync();

        var first = (await account.Client.PostAsync(Production + path, "{}", Key)).ShouldBe(202);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => account.Client.PostAsync(Production + path, "{}", Key)));

        answers.ShouldAllBe(again => again.Status == 202 && again.Text == first.Text && again.Headers["Location"] == first.Headers["Location"]);
        answers.ShouldAllBe(again => again.Headers["Idempotency-Replayed"] == "true");
        (await NumbersAsync(account, "")).ShouldBe([3, 2, 1]);
    }

    [Fact]
    public async Task A_refused_deployment_is_not_kept_under_its_key_so_that_it_can_be_made_once_all_is_there()
    {
        var account = await server.NewShopAsync();
        var request = new { required = new[] { "A" } };

        (await account.Client.PostAsync(Production + "/deployments", request, Key)).Refusals().ShouldHaveSingleItem();
        await account.HasSecretAsync("A", "1");

        (await account.Client.PostAsync(Production + "/deployments", request, Key)).ShouldBe(202).Data.GetProperty("variable_count").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_number_is_not_given_again_when_its_deployment_goes_with_its_app()
    {
        var account = await server.NewShopAsync();
        await account.HasDeploymentAsync();
        await account.HasDeploymentAsync(Production, new { app = "worker" });
        (await account.Client.DeleteAsync("/sites/shop/apps/worker")).ShouldBe(200);

        var next = (await account.Client.PostAsync($"{Production}/deployments", "{}")).ShouldBe(202);

        next.Data.GetProperty("number").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task A_list_shows_the_end_of_an_output_and_the_deployment_all_of_it()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentAsync();
        var output = new string('x', 2_000) + "the end";
        (await account.Client.PatchAsync($"/deployments/{id}", new { status = "deploying", stdout = output })).ShouldBe(200);

        (await account.Client.GetAsync($"{Production}/deployments")).ShouldBe(200).Data[0].Text("stdout").ShouldBe(output[^1_024..]);
        (await account.ShowAsync(id)).Data.Text("stdout").ShouldBe(output);
    }

    [Theory]
    [InlineData(Production, null)]
    [InlineData("/sites/shop/apps/worker", "worker")]
    public async Task What_is_being_deployed_is_not_deleted_unless_by_force(string path, string? app)
    {
        var account = await server.NewShopAsync();
        await account.ReportAsync(await account.HasDeploymentAsync(Production, app is null ? "{}" : new { app }), "deploying");

        (await account.Client.DeleteAsync(path)).ShouldBeError(409, "in_use").Message.ShouldNotBeNull().ShouldContain("1 running deployment");
        (await account.Client.DeleteAsync($"{path}?force=true")).ShouldBe(200);
    }

    private static async Task<IReadOnlyList<int>> NumbersAsync(Account account, string query) =>
        [.. (await account.Client.GetAsync($"{Production}/deployments{query}")).ShouldBe(200).Data.EnumerateArray().Select(d => d.GetProperty("number").GetInt32())];
}

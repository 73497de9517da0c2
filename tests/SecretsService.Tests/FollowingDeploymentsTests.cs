using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A pipeline reports how far its deployment has come and what it wrote; only steps that lead somewhere are taken.</summary>
public sealed class FollowingDeploymentsTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    private const int Limit = 65_536;

    private static readonly string[] Statuses = ["pending", "deploying", "deployed", "failed"];

    public static TheoryData<string, string> AllSteps()
    {
        var steps = new TheoryData<string, string>();
        foreach (var from in Statuses)
        {
            foreach (var to in Statuses)
            {
                steps.Add(from, to);
            }
        }

        return steps;
    }

    [Theory]
    [MemberData(nameof(AllSteps))]
    public async Task Every_step_is_taken_or_refused_with_what_is_possible_instead(string from, string to)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync(from);
        var before = (await account.ShowAsync(id)).Data;
        server.Clock.Advance(TimeSpan.FromSeconds(5));

        var answer = await account.ReportAsync(id, to);

        switch (from, to)
        {
            case var (same, again) when same == again:
                answer.ShouldBe(200).Data.GetRawText().ShouldBe(before.GetRawText());
                break;
            case ("pending", "deploying") or ("pending", "failed") or ("deploying", "deployed") or ("deploying", "failed"):
                answer.ShouldBe(200).Message.ShouldBe("Deployment updated successfully");
                ShouldHaveStepped(answer.Data, before, to);
                break;
            default:
                answer.ShouldBeError(409, "state_conflict").Message.ShouldBe(from switch
                {
                    "pending" => $"The deployment is pending, and can only become deploying or failed from there, not {to}.",
                    "deploying" => $"The deployment is deploying, and can only become deployed or failed from there, not {to}.",
                    "deployed" => "The deployment has been deployed, and stays so. Make a new one with POST .../deployments, or go back to an earlier one with POST .../rollback.",
                    _ => "The deployment has failed, and stays so. Make a new one with POST .../deployments, or go back to an earlier one with POST .../rollback.",
                });
                (await account.ShowAsync(id)).Data.GetRawText().ShouldBe(before.GetRawText());
                break;
        }
    }

    [Theory]
    [InlineData("{}", "status")]
    [InlineData("""{"status": null}""", "status")]
    [InlineData("""{"status": "canceled"}""", "status")]
    [InlineData("""{"status": "Deploying"}""", "status")]
    [InlineData("""{"status": 1}""", "status")]
    [InlineData("""{"status": "1"}""", "status")]
    [InlineData("""{"status": "7"}""", "status")]
    [InlineData("""{"status": "deploying,"}""", "status")]
    [InlineData("""{"status": " deploying"}""", "status")]
    [InlineData("""{"status": "\ud800"}""", "status")]
    [InlineData("""{"status": "failed", "stdout": ["x"]}""", "stdout")]
    [InlineData("""{"status": "failed", "output": "x"}""", "output")]
    public async Task A_faulty_report_is_refused_and_nothing_taken_of_it(string body, string field)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentAsync();

        (await account.Client.PatchAsync($"/deployments/{id}", body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);

        (await account.ShowAsync(id)).Data.Text("status").ShouldBe("pending");
    }

    [Theory]
    [InlineData("/deployments/{id}")]
    [InlineData("/sites/shop/environments/production/deployments/{id}")]
    [InlineData("/environments/{environment}/deployments/{id}")]
    public async Task A_report_may_go_to_every_path_of_the_deployment(string path)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentAsync();

        var answer = await account.Client.PatchAsync((await account.PathAsync(path)).Replace("{id}", id, StringComparison.Ordinal), new { status = "deploying" });

        answer.ShouldBe(200).Data.Text("status").ShouldBe("deploying");
        (await account.Client.PatchAsync($"/deployments/{id}?concurent=true", new { status = "failed" })).ShouldBlame("concurent", "Unknown query parameter");
    }

    [Fact]
    public async Task Output_is_replaced_by_each_report_and_kept_by_one_that_brings_none()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync("deploying");

        (await WriteAsync(account, id, "deploying", "one", "first")).ShouldBe(("one", "first"));
        (await WriteAsync(account, id, "deploying", "one\ntwo", null)).ShouldBe(("one\ntwo", "first"));
        (await WriteAsync(account, id, "deploying", null, null)).ShouldBe(("one\ntwo", "first"));
        (await WriteAsync(account, id, "deploying", null, "")).ShouldBe(("one\ntwo", ""));
        (await WriteAsync(account, id, "deployed", "three", null)).ShouldBe(("three", ""));
        (await account.ShowAsync(id)).Data.Text("stdout").ShouldBe("three");
    }

    [Fact]
    public async Task A_report_that_changes_something_moves_the_time_and_one_that_is_repeated_does_not()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync("deploying");
        await WriteAsync(account, id, "deploying", "one", null);
        var updated = Time((await account.ShowAsync(id)).Data, "updated_at");
        server.Clock.Advance(TimeSpan.FromSeconds(3));

        await WriteAsync(account, id, "deploying", "one", null);
        Time((await account.ShowAsync(id)).Data, "updated_at").ShouldBe(updated);
        await WriteAsync(account, id, "deploying", "two", null);
        Time((await account.ShowAsync(id)).Data, "updated_at").ShouldBe(updated + TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("deployed")]
    [InlineData("failed")]
    public async Task The_last_report_may_be_repeated_and_not_be_changed(string end)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync("deploying");
        var last = await account.Client.PatchAsync($"/deployments/{id}", new { status = end, stdout = "done" });
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        (await account.Client.PatchAsync($"/deployments/{id}", new { status = end, stdout = "done" })).ShouldBe(200).Data.GetRawText().ShouldBe(last.Data.GetRawText());
        (await account.Client.PatchAsync($"/deployments/{id}", new { status = end, stdout = "other" })).ShouldBeError(409, "state_conflict").Message!.ShouldContain("has ended");
        (await account.ShowAsync(id)).Data.GetRawText().ShouldBe(last.Data.GetRawText());
        (await server.EventsAsync(account, id)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Output_is_kept_up_to_64_KiB_and_of_more_the_end_from_a_whole_character_on()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync("deploying");
        var full = new string('x', Limit - 1) + "\n";

        (await WriteAsync(account, id, "deploying", full, "")).Stdout.ShouldBe(full);
        (await WriteAsync(account, id, "deploying", "y" + full, "")).Stdout.ShouldBe("[the first 1 bytes are not kept]\n" + full);
        (await WriteAsync(account, id, "deploying", "", "é" + full[1..])).Stderr.ShouldBe("[the first 2 bytes are not kept]\n" + full[1..]);
        (await WriteAsync(account, id, "deploying", "", "😀" + full[1..])).Stderr.ShouldBe("[the first 4 bytes are not kept]\n" + full[1..]);
        (await WriteAsync(account, id, "deploying", "", new string('é', Limit / 2))).Stderr.ShouldBe(new string('é', Limit / 2));
    }

    [Fact]
    public async Task NUL_becomes_the_replacement_character()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync("deploying");

        (await WriteAsync(account, id, "failed", "a\0b", "\0")).ShouldBe(("a\uFFFDb", "\uFFFD"));
    }

    [Theory]
    [InlineData("whole value", "token=s3cr3t-c4n4ry!", "token=***!")]
    [InlineData("several times", "s3cr3t-c4n4rys3cr3t-c4n4ry s3cr3t-c4n4ry", "****** ***")]
    [InlineData("a part of another value", "long: s3cr3t-c4n4ry-and-more.", "long: ***.")]
    [InlineData("values that overlap", "<s3cr3t-c4n4ry-tail>", "<***>")]
    [InlineData("a value in part", "s3cr3t-c4n4r", "s3cr3t-c4n4r")]
    [InlineData("a value of several lines", "-----BEGIN-----\nMIIabc\nxyz\n", "***\n")]
    [InlineData("its lines one by one", "1 -----BEGIN-----\n2 MIIabc\n3 xyz\n", "1 ***\n2 ***\n3 xyz\n")]
    [InlineData("lines of a value with the line ends of Windows", "> two words here\r\n", "> ***\r\n")]
    [InlineData("a short value", "PIN 12345", "PIN 12345")]
    [InlineData("a plain variable", "https://shop.example/visible", "https://shop.example/visible")]
    [InlineData("a field of a typed secret", "user hunter22!", "user ***!")]
    [InlineData("a string of a value that is a JSON object", "key \"J5s0n-c4n4ry\" of {\"name\":\"J5s0n-\\u00634n4ry\"}", "key \"***\" of ***")]
    [InlineData("a string of a value that begins as one", "line2-of-k3y!", "***!")]
    [InlineData("letters beyond ASCII", "паролü", "***")]
    public async Task Secrets_are_masked(string what, string output, string kept)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "s3cr3t-c4n4ry");
        await account.HasSecretAsync("B", "s3cr3t-c4n4ry-and-more");
        await account.HasSecretAsync("C", "c4n4ry-tail");
        await account.HasSecretAsync("D", "-----BEGIN-----\nMIIabc\nxyz");
        await account.HasSecretAsync("E", "one line here\r\ntwo words here\r\n");
        await account.HasSecretAsync("F", "12345");
        await account.HasAsync("/global-secrets", new { key = "G", value = "https://shop.example/visible", is_secret = false });
        await account.HasTypeAsync("login", "fields", "password");
        (await account.WriteTypedAsync("H", "login", """{"password": "hunter22"}""")).ShouldBe(201);
        await account.HasSecretAsync("I", "паролü");
        await account.HasSecretAsync("J", """{"name":"J5s0n-\u00634n4ry"}""");
        await account.HasSecretAsync("K", """{"keys": ["x", {"pem": "line1-of-k3y\nline2-of-k3y"}], "rest": ...""");
        var id = await account.HasDeploymentThatIsAsync("deploying");

        (await WriteAsync(account, id, "deploying", output, output)).ShouldBe((kept, kept), what);
    }

    [Fact]
    public async Task A_secret_is_masked_where_the_output_is_cut_within_it()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "s3cr3t-c4n4ry");
        var id = await account.HasDeploymentThatIsAsync("deploying");

        var kept = (await WriteAsync(account, id, "deploying", "x s3cr3t-c4n4ry" + new string('y', Limit - 6), "")).Stdout;

        kept.ShouldBe("[the first 9 bytes are not kept]\n***" + new string('y', Limit - 6));
    }

    [Fact]
    public async Task What_is_masked_are_the_values_that_the_deployment_was_given()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "value-of-then");
        var id = await account.HasDeploymentThatIsAsync("deploying");
        (await account.Client.PutAsync($"/secrets/{secret}", new { value = "value-of-today" })).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{secret}")).ShouldBe(200);

        (await WriteAsync(account, id, "deploying", "value-of-then", "")).Stdout.ShouldBe("***");
    }

    [Fact]
    public async Task A_deployment_whose_values_cannot_be_opened_any_more_can_still_end_and_what_cannot_be_masked_is_not_kept()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "s3cr3t-c4n4ry");
        var id = await account.HasDeploymentThatIsAsync("deploying");
        await WriteAsync(account, id, "deploying", "so far", "so far");
        await server.DamageAsync(account, "A");

        var (stdout, stderr) = await WriteAsync(account, id, "failed", "s3cr3t-c4n4ry", null);

        stdout.ShouldBe("[not kept: the deployment's values cannot be opened any more, and so not be masked]");
        stderr.ShouldBe("so far");
        (await account.ShowAsync(id)).Data.Text("status").ShouldBe("failed");
    }

    [Fact]
    public async Task Each_step_is_recorded_with_what_it_concerns_and_no_value()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "s3cr3t-c4n4ry");
        var earlier = await account.HasDeployedAsync(request: new { app = "worker" });
        var id = (await account.RollBackAsync(new { target_deployment_id = earlier })).ShouldBe(202).Id;
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await account.ReportAsync(id, "deploying");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await account.Client.PatchAsync($"/deployments/{id}", new { status = "deploying", stdout = "s3cr3t-c4n4ry" });
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await account.Client.PatchAsync($"/deployments/{id}", new { status = "failed", stdout = "s3cr3t-c4n4ry" });

        var events = await server.EventsAsync(account, id);

        events.Select(e => e.Split(' ')[0]).ShouldBe(["deployment.created", "deployment.deploying", "deployment.updated", "deployment.failed"]);
        foreach (var context in events.Select(e => JsonDocument.Parse(e[e.IndexOf(' ', StringComparison.Ordinal)..]).RootElement))
        {
            context.GetProperty("number").GetInt32().ShouldBe(2);
            context.Text("site").ShouldBe("shop");
            context.Text("environment").ShouldBe("production");
            context.Text("app").ShouldBe("worker");
            context.GetProperty("variables").GetInt32().ShouldBe(1);
            context.GetProperty("revision").GetInt64().ShouldBePositive();
            context.Text("target_deployment_id").ShouldBe(earlier);
        }

        string.Concat(events).ShouldNotContain("c4n4ry");
        (await server.EventsAsync(account, earlier)).Select(e => e.Split(' ')[0]).ShouldBe(["deployment.created", "deployment.deploying", "deployment.deployed"], ignoreOrder: true);
        (await server.QuerySqlAsync<string>("SELECT string_agg(DISTINCT actor_name || '/' || resource_type, ',') FROM events WHERE account_id = $1 AND resource_id = $2", account.Id, Guid.Parse(id)))
            .ShouldBe("test key/deployment");
    }

    private static async Task<(string Stdout, string Stderr)> WriteAsync(Account account, string id, string status, string? stdout, string? stderr)
    {
        var answer = (await account.Client.PatchAsync($"/deployments/{id}", JsonSerializer.Serialize(new { status, stdout, stderr }))).ShouldBe(200);
        answer.Data.Text("status").ShouldBe(status);
        return (answer.Data.Text("stdout"), answer.Data.Text("stderr"));
    }

    private void ShouldHaveStepped(JsonElement after, JsonElement before, string to)
    {
        var now = server.Clock.GetUtcNow();
        after.Text("status").ShouldBe(to);
        Time(after, "updated_at").ShouldNotBeNull().ShouldBe(now, TimeSpan.FromMilliseconds(1));
        Time(after, "created_at").ShouldBe(Time(before, "created_at"));
        if (to == "deploying")
        {
            Time(after, "started_at").ShouldNotBeNull().ShouldBe(now, TimeSpan.FromMilliseconds(1));
            Time(after, "finished_at").ShouldBeNull();
        }
        else
        {
            Time(after, "started_at").ShouldBe(Time(before, "started_at"));
            Time(after, "finished_at").ShouldNotBeNull().ShouldBe(now, TimeSpan.FromMilliseconds(1));
        }
    }

    private static DateTimeOffset? Time(JsonElement deployment, string member) =>
        deployment.GetProperty(member) is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null;
}

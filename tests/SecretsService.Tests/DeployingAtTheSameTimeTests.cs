using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>While a deployment is rolled out no other one of the same thing begins, unless somebody says that it may.</summary>
public sealed class DeployingAtTheSameTimeTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task While_one_is_deploying_every_other_way_to_begin_is_refused_and_names_it()
    {
        var account = await server.NewShopAsync();
        await account.HasDeployedAsync();
        await account.HasDeployedAsync();
        var waiting = await account.HasDeploymentAsync();
        var busy = await account.HasDeploymentThatIsAsync("deploying");
        var rows = await server.RowsAsync(account);

        ApiAnswer[] refused =
        [
            await account.Client.PostAsync(Production + "/deployments", "{}"),
            await account.Client.PostAsync(Production + "/deploy", """{"required": ["MISSING"]}"""),
            await account.Client.PostAsync(Production + "/deployments?concurrent=false", """{"concurrent": false}"""),
            await account.RollBackAsync(),
            await account.RollBackAsync(new { secrets = "snapshot" }),
            await account.ReportAsync(waiting, "deploying"),
        ];

        foreach (var answer in refused)
        {
            answer.ShouldBeError(409, "state_conflict").Message.ShouldBe(
                $"Deployment 4 ({busy}, made by test key) is deploying. Wait for its end, report it as failed with PATCH /deployments/{busy}, or send ?concurrent=true.");
        }

        (await server.RowsAsync(account)).ShouldBe(rows);
        (await account.ShowAsync(waiting)).Data.Text("status").ShouldBe("pending");
    }

    [Fact]
    public async Task Whoever_says_so_goes_on_all_the_same()
    {
        var account = await server.NewShopAsync();
        await account.HasDeployedAsync();
        await account.HasDeployedAsync();
        var waiting = await account.HasDeploymentAsync();
        await account.HasDeploymentThatIsAsync("deploying");

        (await account.Client.PostAsync(Production + "/deployments?concurrent=true", "{}")).ShouldBe(202);
        (await account.Client.PostAsync(Production + "/deployments", """{"concurrent": true}""")).ShouldBe(202);
        (await account.Client.PostAsync(Production + "/deployments?concurrent=false", """{"concurrent": true}""")).ShouldBe(202);
        (await account.Client.PostAsync(Production + "/rollback?concurrent=true", "{}")).ShouldBe(202);
        (await account.RollBackAsync(new { concurrent = true, secrets = "snapshot" })).ShouldBe(202);
        (await account.Client.PatchAsync($"/deployments/{waiting}?concurrent=true", new { status = "deploying" })).ShouldBe(200);
    }

    [Theory]
    [InlineData("deployed")]
    [InlineData("failed")]
    public async Task Once_it_has_ended_the_next_one_may_begin(string end)
    {
        var account = await server.NewShopAsync();
        var waiting = await account.HasDeploymentAsync();
        var busy = await account.HasDeploymentThatIsAsync("deploying");
        (await account.ReportAsync(waiting, "failed")).ShouldBe(200);

        (await account.ReportAsync(busy, end)).ShouldBe(200);

        await account.BringAsync(await account.HasDeploymentAsync(), "deploying");
    }

    [Theory]
    [InlineData("worker", "worker", false)]
    [InlineData("worker", "web", true)]
    [InlineData("worker", null, false)]
    [InlineData(null, "worker", false)]
    [InlineData(null, null, false)]
    public async Task Apps_are_deployed_apart_and_the_site_with_each_of_them(string? busy, string? next, bool goesOn)
    {
        var account = await server.NewShopAsync();
        var waiting = await account.HasDeploymentAsync(request: BodyOf(next));
        await account.BringAsync(await account.HasDeploymentAsync(request: BodyOf(busy)), "deploying");

        (await account.Client.PostAsync(Production + "/deployments", BodyOf(next))).ShouldBe(goesOn ? 202 : 409);
        (await account.ReportAsync(waiting, "deploying")).ShouldBe(goesOn ? 200 : 409);
    }

    [Fact]
    public async Task Environments_sites_and_accounts_do_not_meet()
    {
        var account = await server.NewShopAsync();
        await account.HasDeploymentThatIsAsync("deploying");

        await account.HasDeploymentThatIsAsync("deploying", Staging);
        await account.HasDeploymentThatIsAsync("deploying", "/sites/blog/environments/production");
        await (await server.NewShopAsync()).HasDeploymentThatIsAsync("deploying");
    }

    [Fact]
    public async Task Of_several_that_begin_at_once_exactly_one_does()
    {
        var account = await server.NewShopAsync();
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await account.HasDeploymentAsync());
        }

        var answers = await Task.WhenAll(ids.Select(id => account.ReportAsync(id, "deploying")));

        answers.Count(a => a.Status == 200).ShouldBe(1);
        var winner = answers.Single(a => a.Status == 200).Id;
        answers.Where(a => a.Status != 200).ShouldAllBe(a => a.Status == 409 && a.Message!.Contains(winner, StringComparison.Ordinal));
        (await account.Client.GetAsync(Production + "/deployments?status=deploying")).Data.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Of_one_report_that_arrives_several_times_at_once_one_is_a_step()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => account.ReportAsync(id, "deploying")));

        answers.ShouldAllBe(a => a.Status == 200 && a.Text == answers[0].Text);
        (await server.EventsAsync(account, id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_two_ends_that_arrive_at_once_one_counts()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasDeploymentThatIsAsync("deploying");

        var answers = await Task.WhenAll(account.ReportAsync(id, "deployed"), account.ReportAsync(id, "failed"));

        answers.Select(a => a.Status).Order().ShouldBe([200, 409]);
        (await account.ShowAsync(id)).Data.Text("status").ShouldBe(answers.Single(a => a.Status == 200).Data.Text("status"));
    }

    [Fact]
    public async Task A_map_is_frozen_whole_while_its_secrets_change()
    {
        var account = await server.NewShopAsync();
        var (left, right) = (await account.HasSecretAsync("LEFT", "0"), await account.HasSecretAsync("RIGHT", "0"));
        var writing = Task.Run(async () =>
        {
            for (var i = 1; i <= 15; i++)
            {
                (await account.Client.PutAsync($"/secrets/{left}", new { value = $"{i}" })).ShouldBe(200);
                (await account.Client.PutAsync($"/secrets/{right}", new { value = $"{i}" })).ShouldBe(200);
            }
        });

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => account.Client.PostAsync(Production + "/deployments", "{}")));
        await writing;

        foreach (var deployment in made)
        {
            // One write is one revision: the map of an odd number of writes has the left one ahead.
            var map = await server.ThawAsync(account, deployment.ShouldBe(202).Id);
            var writes = int.Parse(map["LEFT"], System.Globalization.CultureInfo.InvariantCulture) + int.Parse(map["RIGHT"], System.Globalization.CultureInfo.InvariantCulture);
            (deployment.Data.GetProperty("revision").GetInt64() - writes).ShouldBe(made[0].Data.GetProperty("revision").GetInt64() - await WritesOfAsync(account, made[0].Id));
        }
    }

    private async Task<int> WritesOfAsync(Account account, string id) =>
        (await server.ThawAsync(account, id)).Values.Sum(v => int.Parse(v, System.Globalization.CultureInfo.InvariantCulture));

    private static string BodyOf(string? app) => app is null ? "{}" : $$"""{"app": "{{app}}"}""";
}

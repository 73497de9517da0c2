using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>As long as a deployment is there, so is each value that it was made of; and a deployment is there for as long as its operator says.</summary>
public sealed class KeepingDeployedVersionsTests(DeploymentSweepingServer server) : IClassFixture<DeploymentSweepingServer>
{
    private static readonly TimeSpan AMonth = TimeSpan.FromDays(31);
    private static readonly TimeSpan TwoMonths = TimeSpan.FromDays(61);

    [Fact]
    public async Task Versions_that_a_deployment_holds_are_kept_beyond_those_of_every_secret()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await WriteAsync(account, id, "2");
        var deployment = await account.HasDeployedAsync();
        await WriteAsync(account, id, "3", "4", "5");

        await server.SweepAfterAsync(TimeSpan.FromHours(25));

        (await VersionsAsync(account)).ShouldBe("2 4 5");
        await ShouldBeReadableAsync(account, deployment);
    }

    [Fact]
    public async Task A_deleted_secret_that_a_deployment_holds_is_kept_until_the_deployment_goes()
    {
        var account = await server.NewShopAsync();
        var held = await account.HasSecretAsync("HELD", "1");
        var loose = await account.HasSecretAsync("LOOSE", "1");
        await account.Client.DeleteAsync($"/secrets/{loose}");
        var deployment = await account.HasDeployedAsync();
        await account.Client.DeleteAsync($"/secrets/{held}");

        await server.SweepAfterAsync(AMonth);
        (await NamesAsync(account)).ShouldBe("HELD");
        await ShouldBeReadableAsync(account, deployment);

        await account.HasDeployedAsync();
        await server.SweepAfterAsync(TwoMonths);
        (await NamesAsync(account)).ShouldBe("");
        (await account.Client.GetAsync($"/deployments/{deployment}")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task What_runs_is_kept_for_each_environment_and_app_and_so_is_what_is_rolled_out()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();
        await account.HasDeployedAsync();
        await account.HasDeployedAsync(Production, new { app = "worker" });
        await account.HasDeployedAsync(Production, new { app = "worker" });
        await account.ReportAsync(await account.HasDeploymentAsync(), "failed");
        await account.ReportAsync(await account.HasDeploymentAsync(Production, new { app = "web" }), "deploying");
        await account.HasDeploymentAsync(Production, new { app = "worker" });
        await account.HasDeploymentAsync(Production, new { app = "worker" });
        await account.HasDeployedAsync(Staging);

        await server.SweepAfterAsync(TwoMonths);

        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(environment || ' ' || number, ', ' ORDER BY environment, number) FROM deployments WHERE account_id = $1", account.Id))
            .ShouldBe("production 2, production 4, production 6, staging 1");
        (await RowsAsync(account, "deployment_variables")).ShouldBe(4);
        var next = (await account.Client.PostAsync($"{Production}/deployments?concurrent=true", "{}")).ShouldBe(202);
        next.Data.GetProperty("number").GetInt32().ShouldBe(9);
    }

    [Fact]
    public async Task A_deployment_that_was_reported_of_lately_is_kept_however_long_ago_it_was_made()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        var old = await account.HasDeploymentAsync();
        server.Clock.Advance(AMonth);
        await account.ReportAsync(old, "failed");
        await account.HasDeployedAsync();

        await server.SweepAfterAsync(AMonth);

        (await account.Client.GetAsync($"/deployments/{old}")).ShouldBe(200);
    }

    [Fact]
    public async Task More_deployments_than_one_batch_holds_go_in_one_sweep_with_their_variables()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        var first = await account.HasDeploymentAsync();
        await account.HasDeployedAsync();
        await server.MultiplyDeploymentAsync(first, 450);

        await server.SweepAfterAsync(TwoMonths);

        (await RowsAsync(account, "deployments")).ShouldBe(1);
        (await RowsAsync(account, "deployment_variables")).ShouldBe(1);
    }

    [Fact]
    public async Task A_purge_is_refused_while_deployments_hold_the_secret_and_they_are_named()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        var first = await account.HasDeployedAsync();
        await WriteAsync(account, id, "2");
        await account.HasDeploymentAsync();
        await account.HasDeploymentAsync(Staging);

        const string Holders =
            "Deployment 2 of site shop, environment production holds version 2 Deployment 1 of site shop, environment production holds version 1 "
            + "Deployment 1 of site shop, environment staging holds version 2";
        (await account.Client.DeleteAsync($"/secrets/{id}?purge=true")).ShouldBeError(409, "in_use").Errors["dependents"].ShouldBe(Holders);
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        (await account.Client.DeleteAsync($"/global-secrets/{id}?purge=true")).ShouldBeError(409, "in_use").Errors["dependents"].ShouldBe(Holders);
        (await RowsAsync(account, "secret_versions")).ShouldBe(2);
        await ShouldBeReadableAsync(account, first);
    }

    [Fact]
    public async Task What_requires_the_secret_and_what_holds_it_is_named_at_once()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.RequiresAsync("/sites/blog", new { key = "A" });
        await account.HasDeploymentAsync();

        (await account.Client.DeleteAsync($"/secrets/{id}?purge=true")).ShouldBeError(409, "in_use").Errors["dependents"]
            .ShouldBe("Site blog requires A in environment production Deployment 1 of site shop, environment production holds version 1");
    }

    [Fact]
    public async Task Of_many_deployments_twenty_are_named()
    {
        var account = await (await server.NewShopAsync()).HasTypeAsync("mail", "fields", "user", "host");
        var id = (await account.WriteTypedAsync("MAIL", "mail", """{"user": "u", "host": "h"}""")).ShouldBe(201).Id;
        await server.MultiplyDeploymentAsync(await account.HasDeploymentAsync(), 24);

        var refusal = (await account.Client.DeleteAsync($"/secrets/{id}?purge=true")).ShouldBeError(409, "in_use");

        var named = refusal.Json.GetProperty("errors").Texts("dependents");
        named.Count.ShouldBe(21);
        named[0].ShouldBe("Deployment 25 of site shop, environment production holds version 1");
        named[^1].ShouldBe("and 5 more");
    }

    [Fact]
    public async Task A_purge_by_force_goes_on_and_the_deployments_can_be_read_no_more()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("KEPT", "1");
        var deployment = await account.HasDeployedAsync();

        (await account.Client.DeleteAsync($"/secrets/{id}?purge=true&force=true")).ShouldBe(200);

        (await server.QuerySqlAsync<long>("SELECT count(*) FROM secret_versions WHERE account_id = $1 AND secret_id = $2", account.Id, Guid.Parse(id))).ShouldBe(0);
        (await RowsAsync(account, "deployment_variables")).ShouldBe(2);
        var refusal = await RollBackAsync(account, deployment);
        refusal.ShouldBeError(409, "state_conflict").Message!.ShouldContain(": A.");
        refusal.Message!.ShouldNotContain("KEPT");
        (await account.Client.GetAsync($"/deployments/{deployment}")).ShouldBe(200);
        await ShouldBeReadableAsync(account, await account.HasDeployedAsync());
    }

    [Fact]
    public async Task A_secret_that_no_deployment_holds_is_purged_as_ever()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasDeployedAsync();
        var id = await account.HasSecretAsync("B", "1");

        (await account.Client.DeleteAsync($"/secrets/{id}?purge=true")).ShouldBe(200);
    }

    [Theory]
    [InlineData("/sites/shop/environments/production", "blog production, shop staging worker")]
    [InlineData("/sites/shop/apps/worker", "blog production, shop production")]
    [InlineData("/sites/shop", "blog production")]
    public async Task An_environment_an_app_or_a_site_goes_with_its_deployments_and_the_others_stay_whole(string path, string left)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("GLOBAL", "1");
        foreach (var collection in new[] { "/sites/shop/secrets", "/sites/shop/apps/worker/secrets", $"{Production}/secrets", $"{Staging}/secrets", "/sites/shop/apps/worker/environments/staging/secrets" })
        {
            await account.HasAsync(collection, new { key = "A", value = "1" });
        }

        var deployments = new Dictionary<string, (string Environment, string Id)>(StringComparer.Ordinal)
        {
            ["shop production"] = (Production, await account.HasDeployedAsync(Production)),
            ["shop staging worker"] = (Staging, await account.HasDeployedAsync(Staging, new { app = "worker" })),
            ["blog production"] = ("/sites/blog/environments/production", await account.HasDeployedAsync("/sites/blog/environments/production")),
        };

        (await account.Client.DeleteAsync($"{path}?force=true")).ShouldBe(200);

        foreach (var (name, deployment) in deployments)
        {
            (await account.Client.GetAsync($"/deployments/{deployment.Id}")).Status.ShouldBe(left.Split(", ").Contains(name, StringComparer.Ordinal) ? 200 : 404, name);
        }

        foreach (var (environment, id) in left.Split(", ").Select(name => deployments[name]))
        {
            await ShouldBeReadableAsync(account, id, environment);
        }
    }

    private static async Task WriteAsync(Account account, string id, params string[] values)
    {
        foreach (var value in values)
        {
            (await account.Client.PutAsync($"/secrets/{id}", new { value })).ShouldBe(200);
        }
    }

    // A rollback to the snapshot opens every value of the frozen map.
    private static Task<ApiAnswer> RollBackAsync(Account account, string deployment, string environment = Production) =>
        account.Client.PostAsync($"{environment}/rollback", new { target_deployment_id = deployment, secrets = "snapshot" });

    private static async Task ShouldBeReadableAsync(Account account, string deployment, string environment = Production) =>
        (await RollBackAsync(account, deployment, environment)).ShouldBe(202);

    private Task<string> VersionsAsync(Account account) =>
        server.QuerySqlAsync<string>("SELECT string_agg(version::text, ' ' ORDER BY version) FROM secret_versions WHERE account_id = $1", account.Id);

    private Task<string> NamesAsync(Account account) =>
        server.QuerySqlAsync<string>("SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM secrets WHERE account_id = $1", account.Id);

    private Task<long> RowsAsync(Account account, string table) =>
        server.QuerySqlAsync<long>($"SELECT count(*) FROM {table} WHERE account_id = $1", account.Id);
}

/// <summary>A server that keeps two versions, and deployments for 60 days.</summary>
public sealed class DeploymentSweepingServer : SweepingServer
{
    public DeploymentSweepingServer() => With("Retention:DeploymentDays", "60");
}

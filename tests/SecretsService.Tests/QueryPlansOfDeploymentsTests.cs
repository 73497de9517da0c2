using Microsoft.Extensions.DependencyInjection;
using SecretsService.Retention;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;
using static SecretsService.Tests.QueryPlan;

namespace SecretsService.Tests;

/// <summary>With some hundreds of deployments in an account, and thousands of their variables, PostgreSQL finds those that a query wants by an index.</summary>
public sealed class QueryPlansOfDeploymentsTests(ManyDeploymentsServer server) : IClassFixture<ManyDeploymentsServer>
{
    private static readonly string[] Tables = ["deployments", "deployment_variables"];

    [Theory]
    [InlineData($"{Production}/deployments")]
    [InlineData($"{Production}/deployments?page=20&per_page=10")]
    [InlineData($"{Production}/deployments?status=deploying")]
    [InlineData($"{Production}/deployments?status=deployed&app=worker")]
    [InlineData($"{Production}/pending-changes")]
    [InlineData($"{Production}/pending-changes?app=worker")]
    [InlineData("/deployments/{deployment}")]
    [InlineData("/secrets/{secret}/drift")]
    public async Task What_is_asked_of_deployments_is_found_by_an_index(string path) => await ShouldUseIndexesAsync(async () =>
        (await server.Owner.Client.GetAsync(path
            .Replace("{deployment}", server.Deployment, StringComparison.Ordinal)
            .Replace("{secret}", server.Secret, StringComparison.Ordinal))).ShouldBe(200));

    [Fact]
    public async Task What_runs_is_looked_up_in_the_index_that_is_there_for_it()
    {
        var used = new HashSet<string?>();
        foreach (var path in new[] { $"{Production}/pending-changes", $"/secrets/{server.Secret}/drift" })
        {
            foreach (var query in await CaptureAsync(async () => (await server.Owner.Client.GetAsync(path)).ShouldBe(200)))
            {
                used.UnionWith(Nodes(await server.ExplainAsync(query)).Select(IndexOf));
            }

            used.ShouldContain("ix_deployments_deployed", path);
            used.Clear();
        }
    }

    [Fact]
    public async Task A_new_deployment_is_made_by_indexes() => await ShouldUseIndexesAsync(async () =>
        (await server.Owner.Client.PostAsync($"{Staging}/deployments", "{}")).ShouldBe(202));

    [Fact]
    public async Task Who_holds_a_secret_is_found_by_an_index()
    {
        await ShouldUseIndexesAsync(async () => (await server.Owner.Client.DeleteAsync($"/secrets/{server.Secret}?purge=true")).ShouldBe(409));
        var loose = await server.Owner.HasSecretAsync("LOOSE", "1");
        await ShouldUseIndexesAsync(async () => (await server.Owner.Client.DeleteAsync($"/secrets/{loose}?purge=true&force=true")).ShouldBe(200));
    }

    [Fact]
    public async Task What_is_too_old_is_found_by_an_index()
    {
        await using var scope = server.NewScope();
        var purge = scope.ServiceProvider.GetRequiredService<Purge>();
        var stale = await server.Owner.HasSecretAsync("STALE", "1");
        await server.Owner.Client.PutAsync($"/secrets/{stale}", new { value = "2" });
        await server.Owner.Client.PutAsync($"/secrets/{stale}", new { value = "3" });

        await ShouldUseIndexesAsync(async () => (await purge.DeleteDeploymentsAsync(default)).ShouldBe(ManyDeploymentsServer.Old));
        await ShouldUseIndexesAsync(async () => (await purge.DeleteVersionsAsync(default)).ShouldBe(2));
        await ShouldUseIndexesAsync(async () => (await purge.DeleteSecretsAsync(default)).ShouldBe(0));
    }

    private async Task ShouldUseIndexesAsync(Func<Task> work)
    {
        foreach (var query in await CaptureAsync(work))
        {
            var plan = await server.ExplainAsync(query);
            ScannedBy(plan).Intersect(Tables, StringComparer.Ordinal).ShouldBeEmpty($"{query.Sql}\n{plan}");
        }
    }

    private async Task<IReadOnlyList<CapturedQuery>> CaptureAsync(Func<Task> work)
    {
        var queries = (await server.Queries.OfAsync(work))
            .Where(q => !q.Sql.Contains("INSERT", StringComparison.Ordinal) && Tables.Any(table => q.Sql.Contains($"{table} ", StringComparison.Ordinal)))
            .ToList();
        queries.ShouldNotBeEmpty();
        return queries;
    }
}

/// <summary>A server with five accounts of 400 deployments each, of 20 variables each. It keeps one version of a secret, and deployments for 60 days.</summary>
public sealed class ManyDeploymentsServer : SecretsServer
{
    /// <summary>How many deployments of the account are too old.</summary>
    public const int Old = 10;

    private const int Variables = 20;
    private const int Accounts = 5;
    private const int CopiesOfEach = 199;

    public ManyDeploymentsServer() => With("Retention:VersionsPerSecret", "1").With("Retention:DeploymentDays", "60");

    /// <summary>One of the accounts.</summary>
    public Account Owner { get; private set; } = null!;

    /// <summary>A secret that every deployment of the account holds.</summary>
    public string Secret { get; private set; } = "";

    /// <summary>A deployment of the account, as a whole.</summary>
    public string Deployment { get; private set; } = "";

    /// <summary>What the server asks its database.</summary>
    public CapturedQueries Queries { get; } = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var _ in Enumerable.Range(0, Accounts))
        {
            await FillAsync();
        }

        await ExecuteSqlAsync(
            "UPDATE deployments SET updated_at = now() - interval '61 days' WHERE account_id = $1 AND app_id IS NULL AND number BETWEEN 50 AND $2", Owner.Id, 49 + Old);
        await ExecuteSqlAsync("ANALYZE");
        Queries.Follow(this);
    }

    public override async ValueTask DisposeAsync()
    {
        Queries.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task FillAsync()
    {
        Owner = await this.NewShopAsync();
        foreach (var number in Enumerable.Range(1, Variables))
        {
            Secret = await Owner.HasSecretAsync($"KEY_{number}", "1");
        }

        Deployment = await Owner.HasDeployedAsync();
        await this.MultiplyDeploymentAsync(Deployment, CopiesOfEach);
        await this.MultiplyDeploymentAsync(await Owner.HasDeployedAsync(Production, new { app = "worker" }), CopiesOfEach);
    }
}

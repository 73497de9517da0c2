using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>
/// The way to the database breaks at each statement of a request in turn, before the statement arrives or before its answer comes back. What is there
/// afterwards is there whole, and the request can be repeated.
/// </summary>
public sealed class CrashingMidwayTests(BreakingServer server) : IClassFixture<BreakingServer>
{
    private const int MoreThanEnough = 60;

    [Theory]
    [InlineData(Break.BeforeStatement, "/deployments", "{}")]
    [InlineData(Break.BeforeAnswer, "/deployments", "{}")]
    [InlineData(Break.BeforeAnswer, "/rollback", """{"secrets": "snapshot"}""")]
    public async Task A_deployment_is_made_whole_or_not_at_all_and_once(Break where, string path, string body)
    {
        var account = await ShopAsync();
        var count = 2;
        var outcomes = new HashSet<string>(StringComparer.Ordinal);
        for (var statement = 1; statement <= MoreThanEnough; statement++)
        {
            var key = ("Idempotency-Key", $"{where}-{statement}");
            var (answer, isBroken) = await BrokenAsync(statement, where, () => account.Client.PostAsync(Production + path, body, key));
            outcomes.Add($"{answer.Status}, made {await CountAsync(account) - count}");
            await ShouldBeWholeAsync(account);

            (await account.Client.PostAsync(Production + path, body, key)).ShouldBe(202);
            (await CountAsync(account)).ShouldBe(++count, $"after a break at statement {statement}");
            if (!isBroken)
            {
                statement.ShouldBeGreaterThan(8, "the connection broke nowhere");
                ShouldHaveSeen(outcomes, where, made: 202);
                return;
            }
        }

        throw new InvalidOperationException("The request never came to its end.");
    }

    [Theory]
    [InlineData(Break.BeforeStatement)]
    [InlineData(Break.BeforeAnswer)]
    public async Task A_report_is_taken_with_its_output_and_its_event_or_not_at_all(Break where)
    {
        var account = await ShopAsync();
        var outcomes = new HashSet<string>(StringComparer.Ordinal);
        for (var statement = 1; statement <= MoreThanEnough; statement++)
        {
            var id = await account.HasDeploymentAsync();
            (await account.Client.PatchAsync($"/deployments/{id}?concurrent=true", new { status = "deploying", stdout = "begun" })).ShouldBe(200);
            var report = new { status = "deployed", stdout = "ended" };
            var (answer, isBroken) = await BrokenAsync(statement, where, () => account.Client.PatchAsync($"/deployments/{id}", report));

            var isTaken = await ShouldBelongTogetherAsync(account, id);
            outcomes.Add($"{answer.Status}, made {(isTaken ? 1 : 0)}");
            (await account.Client.PatchAsync($"/deployments/{id}", report)).ShouldBe(200).Data.Text("stdout").ShouldBe("ended");
            (await ShouldBelongTogetherAsync(account, id)).ShouldBeTrue();
            if (!isBroken)
            {
                statement.ShouldBeGreaterThan(6, "the connection broke nowhere");
                ShouldHaveSeen(outcomes, where, made: 200);
                return;
            }
        }

        throw new InvalidOperationException("The request never came to its end.");
    }

    private async Task<Account> ShopAsync()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("B", "2");
        await account.RequiresAsync("/sites/shop", new { key = "A" }, new { key = "C", optional = true });
        await account.HasDeployedAsync();
        await account.HasDeployedAsync();
        return account;
    }

    private async Task<(ApiAnswer Answer, bool IsBroken)> BrokenAsync(int statement, Break where, Func<Task<ApiAnswer>> request)
    {
        server.Proxy.BreakAt(statement, where);
        try
        {
            var answer = await request();
            answer.Status.ShouldNotBe(500, string.Join('\n', server.Log.Lines.Where(l => l.Text.StartsWith("Error", StringComparison.Ordinal)).Select(l => l.Text).TakeLast(2)));
            return (answer, !server.Proxy.IsArmed);
        }
        finally
        {
            server.Proxy.Disarm();
        }
    }

    // Without the answer to the commit it is made although the client hears that it is not; that is what keys are for. The look at who asks, which
    // changes nothing, is repeated by itself.
    private static void ShouldHaveSeen(HashSet<string> outcomes, Break where, int made) => outcomes.ShouldBe(
        where == Break.BeforeStatement ? ["503, made 0", $"{made}, made 1"] : ["503, made 0", "503, made 1", $"{made}, made 1"],
        ignoreOrder: true);

    private static async Task<int> CountAsync(Account account) =>
        (await account.Client.GetAsync(Production + "/deployments")).ShouldBe(200).Json.GetProperty("meta").GetProperty("total").GetInt32();

    private async Task ShouldBeWholeAsync(Account account) =>
        (await server.QuerySqlAsync<long>(
            """
            SELECT count(*) FROM deployments d WHERE d.account_id = $1 AND (
                d.variable_count <> (SELECT count(*) FROM deployment_variables v WHERE v.account_id = d.account_id AND v.deployment_id = d.id)
                OR 1 <> (SELECT count(*) FROM events e WHERE e.account_id = d.account_id AND e.resource_id = d.id AND e.event = 'deployment.created'))
            """,
            account.Id)).ShouldBe(0);

    private async Task<bool> ShouldBelongTogetherAsync(Account account, string id)
    {
        var shown = (await account.ShowAsync(id)).Data;
        var (status, output, hasEnded) = (shown.Text("status"), shown.Text("stdout"), shown.GetProperty("finished_at").ValueKind == System.Text.Json.JsonValueKind.String);
        var events = await server.EventsAsync(account, id);
        (status, output, hasEnded, events.Count).ShouldBeOneOf(("deploying", "begun", false, 2), ("deployed", "ended", true, 3));
        return status == "deployed";
    }
}

/// <summary>A server whose way to the database can be broken.</summary>
public class BreakingServer : SecretsServer
{
    private DatabaseProxy? _proxy;

    /// <summary>The way to the database.</summary>
    public DatabaseProxy Proxy => _proxy ?? throw new InvalidOperationException("The server has not been started.");

    public override async Task InitializeAsync()
    {
        _proxy = new DatabaseProxy(await PostgresTemplate.CloneAsync());
        With("ConnectionStrings:Secrets", _proxy.ConnectionString);
        await base.InitializeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _proxy?.Dispose();
    }
}

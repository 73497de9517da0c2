using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using SecretsService.Formats;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests.Canary;

/// <summary>
/// A canary as a value, and another as a key, go through every route, in requests that are done and in ones that fail, while the log says everything that there is
/// and everything that can be watched is. Nobody who watches may see either.
/// </summary>
public sealed class FollowingACanaryTests(CanaryServer server) : IClassFixture<CanaryServer>
{
    private const int Statements = 12;

    private readonly string _canary = $"c4n4ry-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    [Fact]
    public async Task Nobody_sees_it_in_any_route_that_does_what_it_is_for()
    {
        var (account, exercise) = await ReadyAsync();
        var undone = new List<string>();
        foreach (var route in ServiceRoute.AllOf(server))
        {
            var answer = await account.Client.SendAsync(new HttpMethod(route.Method), await exercise.PathAsync(route), await exercise.BodyAsync(route));
            if (answer.Status is < 200 or > 299)
            {
                undone.Add($"{route}: {answer.Status} {answer.Text}");
            }
        }

        undone.ShouldBeEmpty();
        ShouldHaveSeenNothing();
    }

    [Fact]
    public async Task Nobody_sees_it_in_any_route_that_refuses_what_it_was_sent()
    {
        var (account, exercise) = await ReadyAsync();
        foreach (var route in ServiceRoute.AllOf(server).Where(r => r.Pattern.StartsWith("/api", StringComparison.Ordinal)))
        {
            var method = new HttpMethod(route.Method);
            var answers = new List<ApiAnswer>
            {
                await account.Client.SendAsync(
                    method, exercise.MisplacedPath(route), RouteExercise.Json($"{{\"value\": \"{_canary}"), ("If-Match", _canary), ("If-None-Match", _canary), ("Idempotency-Key", _canary)),
                await server.ClientWith(_canary).SendAsync(method, exercise.MisplacedPath(route), null, ("X-Forwarded-For", _canary), ("Origin", _canary)),
            };
            if (route.Method is "POST" or "PUT" or "PATCH")
            {
                var path = await exercise.PathAsync(route);
                foreach (var body in FaultyBodies())
                {
                    answers.Add(await account.Client.SendAsync(method, path, body));
                }
            }

            answers.Where(a => a.Status >= 400).ShouldAllBe(a => !a.Text.Contains(_canary) && a.Headers.Values.All(h => !h.Contains(_canary)), $"{route}");
        }

        ShouldHaveSeenNothing();
    }

    [Fact]
    public async Task Nobody_sees_it_in_any_format()
    {
        var (account, _) = await ReadyAsync();
        var deployment = await account.HasDeploymentAsync();
        foreach (var format in VariableFormats.All)
        {
            foreach (var path in new[] { $"{Production}/injection", $"/deployments/{deployment}/variables" })
            {
                (await account.Client.GetAsync($"{path}?format={format.Name}")).ShouldBe(200);
                await account.Client.GetAsync($"{path}?format={format.Name}&mask=true&prefix=X_&keys=ALPHA");
            }
        }

        ShouldHaveSeenNothing();
    }

    [Fact]
    public async Task Nobody_sees_it_where_the_database_breaks_off_or_holds_a_value_that_does_not_open()
    {
        var (account, _) = await ReadyAsync();
        var statuses = new List<int>();
        for (var statement = 1; statement <= Statements; statement++)
        {
            foreach (var where in new[] { Break.BeforeStatement, Break.BeforeAnswer })
            {
                server.Proxy.BreakAt(statement, where);
                statuses.Add((await account.Client.PostAsync("/global-secrets", new { key = $"B{where}{statement}", value = _canary }, ("Idempotency-Key", $"{where}{statement}"))).Status);
                server.Proxy.BreakAt(statement, where);
                statuses.Add((await account.Client.GetAsync($"{Production}/injection")).Status);
                server.Proxy.Disarm();
            }
        }

        statuses.Count(s => s == 503).ShouldBeGreaterThan(Statements);
        await server.ExecuteSqlAsync("UPDATE secret_versions SET sealed_value = '' WHERE account_id = $1 AND name = 'ALPHA'", account.Id);

        // Not the very request from above, whose answer is kept.
        (await account.Client.GetAsync($"{Production}/injection?sources=true")).ShouldBe(500);
        ShouldHaveSeenNothing();
    }

    [Theory]
    [InlineData("GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nAuthorization Bearer CANARY\r\n\r\n")]
    [InlineData("GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer CANARY\0\r\n\r\n")]
    [InlineData("GET /api/v1/CANARY%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /CANARY HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("CANARY\r\n\r\n")]
    [InlineData("CANARY / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: CANARY/x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: CANARY\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CANARY\r\n\r\n")]
    [InlineData("POST /api/v1/vector/sites HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nCANARY\r\n")]
    public async Task Nobody_sees_it_in_what_is_no_HTTP(string request)
    {
        server.Watch.LookFor(_canary);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.Replace("CANARY", _canary, StringComparison.Ordinal)));

        (await stream.ReadAsync(new byte[4_096])).ShouldBeGreaterThan(0);
        ShouldHaveSeenNothing();
    }

    private async Task<(Account Account, RouteExercise Exercise)> ReadyAsync()
    {
        var account = await server.NewAccountAsync();
        server.Watch.LookFor(_canary);
        server.Watch.LookFor(account.Token[4..40]);
        return (account, await RouteExercise.InShopAsync(server, account, _canary));
    }

    private IEnumerable<HttpContent> FaultyBodies() =>
    [
        RouteExercise.Json($"{{\"key\": \"A\", \"value\": {_canary}}}"),
        RouteExercise.Json($"{{\"{_canary}\": \"{_canary}\"}}"),
        RouteExercise.Json($$"""{"key": ["{{_canary}}"], "value": ["{{_canary}}"], "name": {"x": "{{_canary}}"}, "status": "{{_canary}}", "version": "{{_canary}}", "uses": "{{_canary}}"}"""),
        RouteExercise.Json($$"""[{"key": "{{_canary}}", "value": "{{_canary}}\u0000"}]"""),
        new StringContent($"{_canary}={_canary}", Encoding.UTF8, "application/x-www-form-urlencoded"),
    ];

    private void ShouldHaveSeenNothing()
    {
        server.Log.Count.ShouldBeGreaterThan(5, "nothing was logged, so that nothing was shown");
        server.Log.Lines.Select(line => line.Text + line.Scopes).ShouldBeEmpty();
        server.Watch.Leaks.ShouldBeEmpty();
        server.Watch.SpansSeen.ShouldBeGreaterThan(0);
        server.Watch.TagsSeen.ShouldBeGreaterThan(0);
    }
}

/// <summary>A server that tells all there is to tell, of which only that is kept which shows a canary.</summary>
public sealed class CanaryServer : BreakingServer
{
    public CanaryServer()
    {
        Log.Keeps = Watch.IsShownBy;
        With("Logging:LogLevel:Default", "Trace").With("Secrets:PerScope", "1000");
        foreach (var category in new[] { "Microsoft", "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.EntityFrameworkCore", "Npgsql" })
        {
            With($"Logging:LogLevel:{category}", "Trace").With($"Logging:SecretsService.Testing.CapturedLog:LogLevel:{category}", "Trace");
        }
    }

    /// <summary>What looks for canaries.</summary>
    public CanaryWatch Watch { get; } = new();

    // What an interrupted route answers is not what this is about.
    protected override bool ChecksDeclaredStatuses => false;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Watch.Dispose();
    }
}

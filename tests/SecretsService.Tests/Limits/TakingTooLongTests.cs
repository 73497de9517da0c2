using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>A request may take two seconds.</summary>
public sealed class TakingTooLongTests(TakingTooLongTests.OwnServer server) : IClassFixture<TakingTooLongTests.OwnServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_that_waits_too_long_is_given_up_as_a_whole(bool isKept)
    {
        var account = await server.NewAccountAsync();
        (string, string)[] headers = isKept ? [("Idempotency-Key", "1")] : [];

        // The first of its kind takes a process that has just begun longest.
        await (await server.NewAccountAsync()).Client.PostAsync("/global-secrets", new { key = "A", value = "1" }, headers);
        await using (await server.HoldAccountAsync(account))
        {
            var answer = await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1" }, headers);

            answer.ShouldBeError(503, "timeout").Headers["Retry-After"].ShouldBe("1");
            answer.Message!.ShouldContain("2 s");
            answer.Headers["Cache-Control"].ShouldBe("no-store");
        }

        (await server.QuerySqlAsync<long>("SELECT count(*) FROM secrets WHERE account_id = $1", account.Id)).ShouldBe(0);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1 AND event LIKE 'secret%'", account.Id)).ShouldBe(0);
        (await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1" }, headers)).ShouldBe(201);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for()
    {
        var account = await server.NewAccountAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var stream = client.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/vector/global-secrets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {account.Token}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"key\": "));
        var buffer = new byte[4_096];
        var answer = Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer));

        answer.ShouldStartWith("HTTP/1.1 503 ");
        answer.ShouldContain("\"code\":\"timeout\"");
    }

    [Fact]
    public void Only_what_follows_a_whole_trail_may_take_longer() =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<DisableRequestTimeoutAttribute>() is not null).Select(route => route.RoutePattern.RawText)
            .ShouldBe(["/api/v1/vector/events/export", "/api/v1/vector/events/verify"], ignoreOrder: true);

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : SecretsServer
    {
        public OwnServer() => With("Limits:RequestTimeoutSeconds", "2");
    }
}

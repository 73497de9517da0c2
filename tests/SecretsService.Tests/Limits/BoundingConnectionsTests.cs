using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>What the web server takes of a connection, as seen from a socket. A client has a second for the head of a request.</summary>
public sealed class BoundingConnectionsTests(BoundingConnectionsTests.OwnServer server) : IClassFixture<BoundingConnectionsTests.OwnServer>
{
    public static TheoryData<string, int> Requests() => new()
    {
        { "GET /api/v1/ping?" + new string('x', 8_100) + " HTTP/1.1\r\nHost: x\r\n\r\n", 200 },
        { "GET /api/v1/ping?" + new string('x', 8_200) + " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nX-Long: " + new string('x', 32_000) + "\r\n\r\n", 200 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nX-Long: " + new string('x', 33_000) + "\r\n\r\n", 431 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n" + Headers(63) + "\r\n", 200 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n" + Headers(64) + "\r\n", 431 },
        { "GET /api/v1/ping HTTP/1.1\r\n\r\n", 400 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n", 400 },
        { "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
        { "POST /api/v1/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400 },
        { "nonsense\r\n\r\n", 400 },
        { "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\nX-Late:", 408 },
        { "GET /api/v1/pi", 408 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_head_that_is_too_much_too_slow_or_no_HTTP_is_refused(string request, int status)
    {
        using var client = await ConnectAsync();

        (await AnswerOfAsync(client, request)).ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_those_within_it_answered_on()
    {
        List<TcpClient> clients = [];
        var isClosed = false;
        try
        {
            while (!isClosed && clients.Count <= OwnServer.Connections)
            {
                clients.Add(await ConnectAsync());
                isClosed = (await AnswerOfAsync(clients[^1], "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")).Length == 0;
            }

            isClosed.ShouldBeTrue();
            (await AnswerOfAsync(clients[0], "GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldStartWith("HTTP/1.1 200 ");
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    // These take longer to wait for than a test may.
    [Fact]
    public void A_body_must_come_at_some_speed_and_a_silent_connection_is_closed_in_the_end()
    {
        var limits = server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        limits.MinRequestBodyDataRate.ShouldNotBeNull().GracePeriod.ShouldBe(TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate.ShouldNotBeNull().BytesPerSecond.ShouldBe(240);
        limits.KeepAliveTimeout.ShouldBe(TimeSpan.FromMinutes(2));
        limits.MaxRequestBodySize.ShouldBe(1_048_576);
    }

    private static string Headers(int count) => string.Concat(Enumerable.Range(0, count).Select(n => $"X-{n}: 1\r\n"));

    private static async Task<string> AnswerOfAsync(TcpClient client, string request)
    {
        var stream = client.GetStream();
        var buffer = new byte[4_096];
        var answer = "";
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            while (!IsWhole(answer) && await stream.ReadAsync(buffer) is > 0 and var count)
            {
                answer += Encoding.UTF8.GetString(buffer, 0, count);
            }
        }
        catch (IOException)
        {
            // It was closed.
        }

        return answer;
    }

    // A head without a body, or a body in chunks: the server sends no other here.
    private static bool IsWhole(string answer) =>
        answer.EndsWith(answer.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? "\r\n0\r\n\r\n" : "\r\n\r\n", StringComparison.Ordinal);

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        return client;
    }

    [SuppressMessage("Design", "CA1034", Justification = "The fixture of this class alone")]
    public sealed class OwnServer : SecretsServer
    {
        public const int Connections = 20;

        public OwnServer() => With("Limits:HeadersTimeoutSeconds", "1").With("Limits:Connections", $"{Connections}");
    }
}

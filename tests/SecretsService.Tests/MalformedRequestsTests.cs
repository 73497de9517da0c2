using System.Net;
using System.Net.Sockets;
using System.Text;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>No bad input gives a 5xx or an empty answer, and no answer repeats a value.</summary>
public sealed class MalformedRequestsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Canary = "c4n4ry";

    public static TheoryData<string> BodiesThatAreNotJson() =>
    [
        "{",
        "{\"key\": \"A\", \"value\": \"c4n4ry\"",
        "{\"key\": \"A\", \"value\": \"c4n4ry\"}}",
        "{\"key\": \"A\", \"value\": \"c4n4ry\",}",
        "{\"key\": \"A\", \"value\": 'c4n4ry'}",
        "{\"key\": \"A\", /* c4n4ry */ \"value\": \"1\"}",
        "{\"key\": \"A\", \"value\": c4n4ry}",
        "{\"key\": \"A\", \"value\": \"c4n4ry\ntwo lines\"}",
        "{\"key\": \"A\", \"value\": \"c4n4ry\", \"value\": \"twice\"}",
        "{\"key\": \"A\", \"k\\u0065y\": \"twice\", \"value\": \"c4n4ry\"}",
        "{\"key\": \"A\", \"value\": \"c4n4ry\", \"\\ud800\": 1}",
        "[{\"key\": \"A\", \"value\": \"c4n4ry\"}]",
        "\"c4n4ry\"",
        "null",
        "key=A&value=c4n4ry",
        "\uFEFF\uFEFF{}",
        "   ",
        string.Concat(Enumerable.Repeat("{\"a\":", 10_000)),
        new string('[', 100_000),
    ];

    public static TheoryData<string, string> BodiesWithFaultyFields() => new()
    {
        { """{"value": "c4n4ry"}""", "key" },
        { """{"key": "A"}""", "value" },
        { """{"key": null, "value": "c4n4ry"}""", "key" },
        { """{"key": "A", "value": null}""", "value" },
        { """{"key": 1, "value": "c4n4ry"}""", "key" },
        { """{"key": "A", "value": 12345}""", "value" },
        { """{"key": "A", "value": true}""", "value" },
        { """{"key": "A", "value": ["c4n4ry"]}""", "value" },
        { """{"key": "A", "value": {"c4n4ry": "c4n4ry"}}""", "value" },
        { """{"key": "A", "value": "c4n4ry", "is_secret": "true"}""", "is_secret" },
        { """{"key": "A", "value": "c4n4ry", "is_secret": null}""", "is_secret" },
        { """{"key": "A", "value": "c4n4ry", "description": 5}""", "description" },
        { """{"key": "A", "value": "c4n4ry", "enviroment_type": "production"}""", "enviroment_type" },
        { """{"key": "A", "value": "c4n4ry", "Key": "B"}""", "Key" },
        { """{"name": "A", "value": "c4n4ry"}""", "name" },
        { """{"key": "A", "value": "c4n4ry\ud800"}""", "value" },
        { """{"key": "\udc00", "value": "c4n4ry"}""", "key" },
        { """{"key": "A", "value": "1", "c4n4ry is the value": 1}""", "(another)" },
        { """{"key": "A", "value": "1", "c4n4ry": "the members are swapped"}""", "(another)" },
    };

    [Theory]
    [MemberData(nameof(BodiesThatAreNotJson))]
    public async Task A_body_that_is_not_JSON_is_400(string body)
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync("/global-secrets", body);

        answer.ShouldBeError(400, "malformed").Text.ShouldNotContain(Canary);
        (await account.Client.GetAsync("/global-secrets")).Data.GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(BodiesWithFaultyFields))]
    public async Task A_faulty_field_is_422_and_named(string body, string field)
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync("/global-secrets", body);

        answer.ShouldBeError(422, "validation_failed").Errors.ShouldContainKey(field, answer.Text);
        answer.Text.ShouldNotContain(Canary);
    }

    [Fact]
    public async Task An_empty_body_is_400()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", "")).ShouldBeError(400, "malformed").Message!.ShouldContain("no body");
        (await account.Client.SendAsync(HttpMethod.Post, "/global-secrets", null)).ShouldBeError(400, "malformed");
    }

    [Fact]
    public async Task Invalid_UTF8_is_400()
    {
        var account = await server.NewAccountAsync();
        byte[] body = [.. "{\"key\": \"A\", \"value\": \""u8, 0xC3, 0x28, .. "\"}"u8];

        (await account.Client.SendAsync(HttpMethod.Post, "/global-secrets", Json(body))).ShouldBeError(400, "malformed").Message!.ShouldContain("UTF-8");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("not a media type")]
    public async Task Another_content_type_is_415(string type)
    {
        var account = await server.NewAccountAsync();
        var content = new ByteArrayContent("{\"key\": \"A\", \"value\": \"1\"}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        (await account.Client.SendAsync(HttpMethod.Post, "/global-secrets", content)).ShouldBeError(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("Application/JSON")]
    public async Task JSON_in_UTF8_may_say_so_in_any_legal_way(string type)
    {
        var account = await server.NewAccountAsync();
        var content = new ByteArrayContent("{\"key\": \"A\", \"value\": \"1\"}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        (await account.Client.SendAsync(HttpMethod.Post, "/global-secrets", content)).ShouldBe(201);
    }

    [Fact]
    public async Task HEAD_answers_as_GET_does_without_the_body()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        foreach (var path in new[] { "/global-secrets", "/sites/shop/environments/production/injection", "//health/live" })
        {
            var answer = await account.Client.SendAsync(HttpMethod.Head, path, null);
            answer.ShouldBe(200).Text.ShouldBeEmpty();
        }

        (await account.Client.SendAsync(HttpMethod.Head, "/sites/nowhere", null)).ShouldBe(404).Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_content_type_on_a_GET_is_no_matter()
    {
        var account = await server.NewAccountAsync();

        (await account.Client.SendAsync(HttpMethod.Get, "/global-secrets", Json([]))).ShouldBe(200);
    }

    [Fact]
    public async Task A_body_over_a_MiB_is_413_whether_or_not_it_says_its_length()
    {
        var account = await server.NewAccountAsync();
        var large = Encoding.UTF8.GetBytes($$"""{"key": "A", "value": "{{new string('c', 1_100_000)}}"}""");

        (await account.Client.SendAsync(HttpMethod.Post, "/global-secrets", Json(large))).ShouldBeError(413, "body_too_large");

        using var http = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/vector/global-secrets") { Content = Json(large) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Authorization = new("Bearer", account.Token);
        using var response = await http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).ShouldContain("body_too_large");
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("//nowhere")]
    [InlineData("//api/v2/vector/global-secrets")]
    [InlineData("/global-secrets/a/b")]
    [InlineData("/sites/a/environments/b/secrets/c/d")]
    public async Task An_unknown_route_is_404_in_the_envelope(string path)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync(path)).ShouldBeError(404, "route_not_found");
    }

    [Theory]
    [InlineData("PATCH", "/global-secrets", "GET, POST")]
    [InlineData("DELETE", "/global-secrets", "GET, POST")]
    [InlineData("POST", "/sites/a/environments/b/injection", "GET")]
    public async Task A_method_that_a_route_does_not_have_is_405_and_told_which_it_has(string method, string path, string allowed)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.SendAsync(new HttpMethod(method), path, null)).ShouldBeError(405, "method_not_allowed").Headers["Allow"].ShouldBe(allowed);
    }

    [Theory]
    [InlineData("not-an-id")]
    [InlineData("%00")]
    [InlineData("0")]
    [InlineData("'%20OR%201=1")]
    [InlineData("..%2F..")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("{00000000-0000-0000-0000-000000000000}")]
    [InlineData("%2000000000-0000-0000-0000-000000000000%20")]
    public async Task An_id_that_is_none_is_404(string id)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        foreach (var path in new[] { $"/global-secrets/{id}", $"/secrets/{id}", $"/sites/{id}", $"/environments/{id}", $"/sites/shop/environments/{id}/injection" })
        {
            if (id == "%00")
            {
                // Kestrel refuses a NUL in a path before any of the service's code sees it.
                (await account.Client.GetAsync(path)).ShouldBe(400);
            }
            else
            {
                (await account.Client.GetAsync(path)).ShouldBeError(404, "not_found");
            }
        }
    }

    [Fact]
    public async Task A_misspelt_query_parameter_is_refused_where_it_could_do_harm()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.GetAsync("/sites/shop/environments/production/injection?aap=worker")).ShouldBlame("aap", "Unknown query parameter");
        (await account.Client.PostAsync("/global-secrets?siteId=1", new { key = "B", value = "1" })).ShouldBlame("siteId", "takes none");
        (await account.Client.PutAsync($"/secrets/{id}?dry_run=true", new { value = "2" })).ShouldBlame("dry_run", "takes: force");
        (await account.Client.DeleteAsync($"/secrets/{id}?dry_run=true")).ShouldBlame("dry_run", "takes: force, purge");
        (await account.Client.DeleteAsync("/sites/shop?forse=true")).ShouldBlame("forse", "takes: force");
        (await account.Client.DeleteAsync("/sites/shop?force=yes")).ShouldBlame("force", "true or false");
        (await account.Client.GetAsync($"/secrets/{id}")).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_no_fault_of_the_service()
    {
        var account = await server.NewAccountAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/vector/global-secrets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {account.Token}\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"));

        var buffer = new byte[4_096];
        var answer = Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer));

        answer.ShouldStartWith("HTTP/1.1 400");
        answer.ShouldContain("\"code\":\"malformed\"");
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };
}

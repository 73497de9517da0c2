using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class OpenApiTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public async Task The_document_in_docs_is_the_one_that_is_served()
    {
        var served = JsonNode.Parse((await server.ClientWith(null).GetAsync("//swagger/v1/swagger.json")).ShouldBe(200).Text)!.ToJsonString(Indented);
        if (new ConfigurationBuilder().AddEnvironmentVariables("SECRETS_TEST_").Build()["UPDATE_OPENAPI"] is "1")
        {
            await File.WriteAllTextAsync(Committed(), served + "\n");
        }

        (await File.ReadAllTextAsync(Committed())).TrimEnd().ShouldBe(
            served, "Run the tests once with SECRETS_TEST_UPDATE_OPENAPI=1 and look at what changed in docs/openapi.json.");
    }

    [Fact]
    public async Task Every_route_is_described_with_all_that_a_client_needs()
    {
        var document = (await server.ClientWith(null).GetAsync("//swagger/v1/swagger.json")).Json;
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Path: path.Name, Method: operation.Name, operation.Value))).ToList();

        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText!.TrimEnd('/')}"));
        operations.Select(o => $"{o.Method.ToUpperInvariant()} {o.Path}").ShouldBe(routes, ignoreOrder: true);
        foreach (var (path, method, operation) in operations)
        {
            var what = $"{method} {path}";
            operation.GetProperty("operationId").GetString().ShouldNotBeNullOrEmpty(what);
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty(what);
            operation.GetProperty("description").GetString().ShouldNotBeNullOrEmpty(what);
            var isOpen = path == "/api/v1/ping";
            operation.TryGetProperty("security", out var security).ShouldBeTrue(what);
            security.GetArrayLength().ShouldBe(isOpen ? 0 : 1, what);
            operation.TryGetProperty("requestBody", out _).ShouldBe(method is "post" or "put" or "patch" && !path.EndsWith("/restore", StringComparison.Ordinal), what);
            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(r => r.Name is not "304"))
            {
                var type = path.EndsWith("/export", StringComparison.Ordinal) && response.Name == "200" ? "application/x-ndjson" : "application/json";
                response.Value.GetProperty("content").GetProperty(type).TryGetProperty("schema", out _).ShouldBeTrue($"{what} {response.Name}");
            }
        }
    }

    [Fact]
    public async Task A_value_is_in_no_answer_but_those_that_say_so()
    {
        var schemas = (await server.ClientWith(null).GetAsync("//swagger/v1/swagger.json")).Json.GetProperty("components").GetProperty("schemas");

        schemas.EnumerateObject()
            .Where(s => s.Value.TryGetProperty("properties", out var properties) && properties.TryGetProperty("value", out _))
            .Select(s => s.Name)
            .ShouldBe(["CreateSecret", "RevealedSecret", "SecretMetadata", "UpdateSecret"], ignoreOrder: true);
        schemas.GetProperty("SecretMetadata").GetProperty("properties").GetProperty("value").GetProperty("description").GetString()!
            .ShouldContain("plain variable");
        schemas.GetProperty("SecretMetadata").GetProperty("required").EnumerateArray().Select(r => r.GetString()).ShouldNotContain("value");
        schemas.GetProperty("CreateSecret").GetProperty("required").EnumerateArray().Select(r => r.GetString()).ShouldBe(["key"]);
    }

    [Fact]
    public async Task A_field_that_may_not_be_null_is_not_described_as_if_it_might()
    {
        var schemas = (await server.ClientWith(null).GetAsync("//swagger/v1/swagger.json")).Json.GetProperty("components").GetProperty("schemas");
        string TypeOf(string record, string field) => schemas.GetProperty(record).GetProperty("properties").GetProperty(field).GetProperty("type").GetRawText();

        TypeOf("CreateSite", "slug").ShouldBe("\"string\"");
        TypeOf("CreateEnvironment", "is_production").ShouldBe("\"boolean\"");
        TypeOf("RequireSecret", "optional").ShouldBe("\"boolean\"");
        TypeOf("RequireSecret", "description").ShouldContain("null");
        TypeOf("UpdateSecret", "description").ShouldContain("null");
    }

    private static string Committed() => Repository.PathOf("docs/openapi.json");
}

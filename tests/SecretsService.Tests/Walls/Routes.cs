using System.Net.Http.Headers;
using System.Text;
using SecretsService.Testing;

namespace SecretsService.Tests.Walls;

/// <summary>A route, and how it is called properly.</summary>
/// <param name="Method">The method.</param>
/// <param name="Pattern">The pattern of its whole path.</param>
internal sealed record Route(string Method, string Pattern)
{
    /// <summary>The body that it takes; null for none.</summary>
    public string? Body { get; init; }

    /// <summary>What a proper call has after its path.</summary>
    public string Query { get; init; } = "";

    /// <summary>True for what is the whole account's: a restricted key gets 403.</summary>
    public bool IsWide { get; init; }

    public string Name => $"{Method} {Pattern}";

    /// <summary>True where its path names a thing of a site.</summary>
    public bool IsOfSite => Pattern.Contains("{site}", StringComparison.Ordinal) || Pattern.Contains("{environment}", StringComparison.Ordinal)
        || Pattern.Contains("{app}", StringComparison.Ordinal) || (Pattern.Contains("{id}", StringComparison.Ordinal) && Collection is not "/global-secrets");

    /// <summary>What the <c>{id}</c> of its path is one of, as a world calls it; null where it has none.</summary>
    public string? Collection =>
        !Pattern.Contains("{id}", StringComparison.Ordinal) ? null
        : Pattern.Contains("/api-keys/", StringComparison.Ordinal) ? "/api-keys"
        : Pattern.Contains("/deployments/", StringComparison.Ordinal) ? "/deployments"
        : Pattern.Contains("/apps/{app}/environments/", StringComparison.Ordinal) ? "/sites/{site}/apps/{app}/environments/{environment}/secrets"
        : Pattern.Contains("/apps/", StringComparison.Ordinal) ? "/sites/{site}/apps/{app}/secrets"
        : Pattern.Contains("/environments/", StringComparison.Ordinal) ? "/environments/{environment}/secrets"
        : Pattern.Contains("/sites/", StringComparison.Ordinal) ? "/sites/{site}/secrets"
        : Pattern.Contains("/vector/secrets/", StringComparison.Ordinal) ? "/environments/{environment}/secrets"
        : "/global-secrets";

    /// <summary>Calls it in a place.</summary>
    public Task<ApiAnswer> CallAsync(ApiClient client, Place place)
    {
        var content = Body is null ? null : new StringContent(Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return client.SendAsync(new HttpMethod(Method), place.PathOf(this), content);
    }
}

/// <summary>Every route that asks who is there. One that is added to the service gets its line here.</summary>
internal static class Routes
{
    private const string Api = "/api/v1/vector";

    private const string Type = """{"name": "New", "key": "new", "schema": {"type": "object"}}""";

    public static readonly IReadOnlyList<Route> All =
    [
        new("GET", "/api/v1/auth/whoami"),
        Get("/sites"), Post("/sites", """{"name": "New"}""") with { IsWide = true },
        .. Item("/sites/{site}"),
        Get("/environments"), Get("/sites/{site}/environments"), Post("/sites/{site}/environments", """{"name": "New"}"""),
        .. Item("/sites/{site}/environments/{environment}"), .. Item("/environments/{environment}"),
        Get("/apps"), Get("/sites/{site}/apps"), Post("/sites/{site}/apps", """{"name": "New"}"""),
        .. Item("/sites/{site}/apps/{app}"), .. Item("/apps/{app}"),
        .. Collection("/global-secrets", isWide: true), .. Collection("/account/secrets", isWide: true),
        .. Collection("/sites/{site}/secrets"), .. Collection("/sites/{site}/apps/{app}/secrets"),
        .. Collection("/sites/{site}/environments/{environment}/secrets"), .. Collection("/environments/{environment}/secrets"),
        .. Collection("/sites/{site}/apps/{app}/environments/{environment}/secrets"),
        Get("/secrets"), Get("/secrets/stats"), Get("/secrets/{id}/drift"), .. Secret("/secrets/{id}"),
        Get("/sites/{site}/required-secrets"), Put("/sites/{site}/required-secrets", "[]"),
        Get("/sites/{site}/apps/{app}/required-secrets"), Put("/sites/{site}/apps/{app}/required-secrets", "[]"),
        Get("/secret-types"), Post("/secret-types", Type) with { IsWide = true },
        Get("/secret-types/{type}"), Put("/secret-types/{type}", """{"description": "x"}""") with { IsWide = true },
        Delete("/secret-types/{type}") with { IsWide = true },
        Get("/injection") with { IsWide = true }, Get("/resolved") with { IsWide = true }, Get("/resolved/{key}") with { IsWide = true },
        .. Environment("/sites/{site}/environments/{environment}"), .. Environment("/environments/{environment}"),
        .. Deployment("/deployments/{id}"), .. Deployment("/environments/{environment}/deployments/{id}"),
        .. Deployment("/sites/{site}/environments/{environment}/deployments/{id}"),
        .. ApiKeys("/api-keys"), .. ApiKeys("/account/api-keys"),
        Get("/events"), Get("/events/export") with { IsWide = true }, Get("/events/verify") with { IsWide = true },
        Get("/events/checkpoint") with { IsWide = true },
    ];

    private static IEnumerable<Route> Item(string path) => [Get(path), Put(path, """{"name": "Renamed"}"""), Delete(path) with { Query = "?force=true" }];

    private static IEnumerable<Route> Collection(string path, bool isWide = false) =>
    [
        Get(path) with { IsWide = isWide },
        Post(path, """{"key": "NEW", "value": "1"}""") with { IsWide = isWide },
        Post(path + "/import", """{"NEW": "1"}""") with { IsWide = isWide },
        .. Secret(path + "/{id}"),
    ];

    private static IEnumerable<Route> Secret(string path) =>
    [
        Get(path), Put(path, """{"description": "x"}"""), Delete(path), Post(path + "/restore", body: null), Get(path + "/versions"),
        Post(path + "/rollback", """{"version": 1}"""), Post(path + "/reveal", "{}"),
    ];

    private static IEnumerable<Route> Environment(string path) =>
    [
        Get(path + "/injection"), Get(path + "/resolved"), Get(path + "/resolved/{key}"), Get(path + "/deployments"), Post(path + "/deployments", "{}"),
        Post(path + "/deploy", "{}"), Post(path + "/rollback", "{}"), Get(path + "/preflight"), Post(path + "/preflight", "{}"), Get(path + "/pending-changes"),
    ];

    private static IEnumerable<Route> Deployment(string path) =>
        [Get(path), new("PATCH", Api + path) { Body = """{"status": "deploying"}""" }, Get(path + "/variables"), Post(path + "/token", "{}")];

    // Of what every caller of these routes may do, and what every restricted one of these tests can see: a key makes, changes and deletes none that can do more.
    private static IEnumerable<Route> ApiKeys(string path) =>
    [
        Get(path), Post(path, """{"name": "New", "abilities": ["api-key:write"], "sites": ["shop"]}"""), Get(path + "/{id}"), Delete(path + "/{id}"),
        Post(path + "/{id}/rotate", "{}"),
    ];

    private static Route Get(string path) => new("GET", Api + path);

    private static Route Post(string path, string? body) => new("POST", Api + path) { Body = body };

    private static Route Put(string path, string body) => new("PUT", Api + path) { Body = body };

    private static Route Delete(string path) => new("DELETE", Api + path);
}

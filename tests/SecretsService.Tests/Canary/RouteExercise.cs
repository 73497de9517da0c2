using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Testing;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests.Canary;

/// <summary>A route of the service.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Pattern">Its path, with its parameters in braces.</param>
internal sealed record ServiceRoute(string Method, string Pattern)
{
    /// <summary>Every route of a server, those that delete last.</summary>
    public static IReadOnlyList<ServiceRoute> AllOf(SecretsServer server) =>
    [
        .. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => new ServiceRoute(m, e.RoutePattern.RawText!.TrimEnd('/'))))
            .OrderBy(r => r.Method is "DELETE"),
    ];

    public override string ToString() => $"{Method} {Pattern}";
}

/// <summary>Sends each route a request that it does, within a shop of an account, with a canary for each value.</summary>
internal sealed partial class RouteExercise
{
    private readonly Account _account;
    private readonly string _canary;
    private readonly Dictionary<string, Func<Task<object>>> _bodies;
    private string _environment = "";
    private string _app = "";
    private int _count;

    private RouteExercise(Account account, string canary)
    {
        _account = account;
        _canary = canary;
        _bodies = new(StringComparer.Ordinal)
        {
            ["POST secrets"] = () => Body(NewSecret()),
            ["PUT secrets/{id}"] = () => Body(new { value = NewValue(), description = "changed" }),
            ["POST secrets/{id}/restore"] = () => Body(""),
            ["POST secrets/{id}/reveal"] = () => Body(new { version = 1 }),
            ["POST secrets/{id}/rollback"] = () => Body(new { version = 1 }),
            ["POST secrets/import"] = () => Body(new Dictionary<string, string>(StringComparer.Ordinal) { [NewName()] = NewValue() }),
            ["POST sites"] = () => Body(new { name = NewName() }),
            ["PUT sites/{site}"] = () => Body(new { name = NewName() }),
            ["POST environments"] = () => Body(new { name = NewName() }),
            ["PUT environments/{environment}"] = () => Body(new { name = NewName() }),
            ["POST apps"] = () => Body(new { name = NewName() }),
            ["PUT apps/{app}"] = () => Body(new { name = NewName() }),
            ["PUT required-secrets"] = () => Body(new[] { new { key = "ALPHA", description = "needed" } }),
            ["POST secret-types"] = () => Body(NewType(NewName().ToLowerInvariant())),
            ["PUT secret-types/{type}"] = () => Body(new { description = "changed" }),
            ["POST deploy"] = () => Body("{}"),
            ["POST deployments"] = () => Body("{}"),
            ["POST preflight"] = () => Body("""{"required": ["ALPHA"]}"""),
            ["POST rollback"] = async () => new { target_deployment_id = await _account.HasDeployedAsync() },
            ["POST deployments/{id}/token"] = () => Body(new { uses = 2 }),
            ["POST api-keys"] = () => Body(new { name = NewName() }),
            ["POST api-keys/{id}/rotate"] = () => Body(new { grace_seconds = 60 }),
            ["PATCH deployments/{id}"] = () => Body(new { status = "failed", stdout = $"begun {_canary}", stderr = $"PASSWORD={_canary}" }),
        };
    }

    /// <summary>Makes a shop to send requests to.</summary>
    public static async Task<RouteExercise> InShopAsync(SecretsServer server, Account account, string canary)
    {
        var exercise = new RouteExercise(await (await account.HasSiteAsync("shop", "production")).HasAppsAsync("shop", "worker"), canary);
        _ = await account.HasSecretAsync("ALPHA", canary);
        (await account.Client.PostAsync("/secret-types", NewType("payment"))).ShouldBe(201);
        (await account.Client.PostAsync("/global-secrets", new { key = "TYPED", secret_type = "payment", value = new { key = canary } })).ShouldBe(201);
        (await account.Client.PostAsync("/global-secrets", new { key = "PLAIN", value = canary, is_secret = false })).ShouldBe(201);
        exercise._environment = (await account.Client.GetAsync(Production)).ShouldBe(200).Id;
        exercise._app = (await account.Client.GetAsync("/sites/shop/apps/worker")).ShouldBe(200).Id;
        return exercise;
    }

    /// <summary>A path of a route for which everything is there.</summary>
    public async Task<string> PathAsync(ServiceRoute route)
    {
        var pattern = route.Pattern.Replace(ApiClient.Api, "", StringComparison.Ordinal);
        if (route.Method is "DELETE" && await VictimAsync(pattern) is { } victim)
        {
            return victim;
        }

        var path = Filled(pattern);
        if (pattern.Contains("deployments/{id}", StringComparison.Ordinal))
        {
            path = path.Replace("{id}", await _account.HasDeploymentAsync(), StringComparison.Ordinal);
        }
        else if (pattern.Contains("api-keys/{id}", StringComparison.Ordinal))
        {
            path = path.Replace("{id}", (await _account.Client.PostAsync("/api-keys", new { name = NewName() })).ShouldBe(201).Id, StringComparison.Ordinal);
        }
        else if (pattern.Contains("{id}", StringComparison.Ordinal))
        {
            path = path.Replace("{id}", await SecretAsync(path[..path.IndexOf("/{id}", StringComparison.Ordinal)], pattern), StringComparison.Ordinal);
        }

        return route.Pattern.StartsWith(ApiClient.Api, StringComparison.Ordinal) ? path : "/" + path;
    }

    /// <summary>A path of a route whose parameters are all the canary.</summary>
    public string MisplacedPath(ServiceRoute route) =>
        "/" + Parameter().Replace(route.Pattern, _canary) + $"?{_canary}={_canary}&keys={_canary}&format={_canary}";

    /// <summary>A body that the route takes; null for one that takes none.</summary>
    /// <exception cref="KeyNotFoundException">The route is new: it needs a line of its own in the table.</exception>
    public async Task<HttpContent?> BodyAsync(ServiceRoute route)
    {
        if (route.Method is "GET" or "DELETE")
        {
            return null;
        }

        var pattern = route.Pattern.Replace("global-secrets", "secrets", StringComparison.Ordinal);
        var ending = _bodies.Keys.Where(e => $"{route.Method} {pattern}".EndsWith(e[(e.IndexOf(' ', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal)
            && e.StartsWith(route.Method, StringComparison.Ordinal)).MaxBy(e => e.Length);
        return ending is null ? throw new KeyNotFoundException($"{route} has no body in the table of {nameof(RouteExercise)}") : Json(await _bodies[ending]());
    }

    /// <summary>A body of JSON: an object, or a text as it stands.</summary>
    public static StringContent Json(object body) => new(body as string ?? System.Text.Json.JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private static Task<object> Body(object body) => Task.FromResult(body);

    private static string NewType(string key) =>
        $$"""{"name": "{{key}}", "key": "{{key}}", "injection": "json", "schema": {"type": "object", "properties": {"key": {"type": "string"} } } }""";

    private string NewName() => $"K{Interlocked.Increment(ref _count)}";

    private string NewValue() => $"{_canary} \"{Interlocked.Increment(ref _count)}\" é/+&";

    private object NewSecret() => new { key = NewName(), value = NewValue() };

    private string Filled(string pattern) => pattern
        .Replace("{site}", "shop", StringComparison.Ordinal)
        .Replace("{environment}", pattern.StartsWith("/environments", StringComparison.Ordinal) ? _environment : "production", StringComparison.Ordinal)
        .Replace("{app}", pattern.StartsWith("/apps", StringComparison.Ordinal) ? _app : "worker", StringComparison.Ordinal)
        .Replace("{type}", "payment", StringComparison.Ordinal)
        .Replace("{key}", "ALPHA", StringComparison.Ordinal);

    // With two versions; a deleted one where it is to be restored.
    private async Task<string> SecretAsync(string collection, string pattern)
    {
        var list = collection == "/secrets" ? "/global-secrets" : collection;
        var id = (await _account.Client.PostAsync(list, NewSecret())).ShouldBe(201).Id;
        (await _account.Client.PutAsync($"/secrets/{id}", new { value = NewValue() })).ShouldBe(200);
        if (pattern.EndsWith("/restore", StringComparison.Ordinal))
        {
            (await _account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        }

        return id;
    }

    // What others stand on is not deleted: another of its kind is.
    private async Task<string?> VictimAsync(string pattern)
    {
        var name = NewName().ToLowerInvariant();
        var parameter = pattern[(pattern.LastIndexOf('/') + 1)..];
        var list = Filled(pattern[..pattern.LastIndexOf('/')]);
        switch (parameter)
        {
            case "{type}":
                (await _account.Client.PostAsync("/secret-types", NewType(name))).ShouldBe(201);
                return $"{list}/{name}";
            case "{site}" or "{environment}" or "{app}":
                var made = await _account.Client.PostAsync(list is "/environments" or "/apps" ? "/sites/shop" + list : list, new { name });
                return $"{list}/{made.ShouldBe(201).Id}";
            default:
                return null;
        }
    }

    [GeneratedRegex(@"\{\w+\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}

using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Http;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests.Events;

/// <summary>Every route that changes something is in this table, adds an event, and changes nothing where the event cannot be written.</summary>
public sealed class RecordingChangesTests(FailingTrailServer server) : IClassFixture<FailingTrailServer>
{
    // "$" in a body is the id of the newest deployment, "#" a number that no other body has.
    private static readonly IReadOnlyList<Change> Changes =
    [
        new("POST .*secrets", """{"key": "NEW_#", "value": "1"}""", "secret.created"),
        new("POST .*secrets/import", """{"NEW_#": "1"}""", "secrets.imported"),
        new("PUT .*secrets/{id}", """{"value": "2"}""", "secret.updated"),
        new("DELETE .*secrets/{id}", Body: null, "secret.deleted"),
        new("POST .*secrets/{id}/restore", "", "secret.restored") { Prepare = (account, path) => account.Client.DeleteAsync(Parent(path)) },
        new("POST .*secrets/{id}/rollback", """{"version": 1}""", "secret.rolled_back")
        {
            Prepare = (account, path) => account.Client.PutAsync(Parent(path), new { value = "2" }),
        },
        new("POST .*secrets/{id}/reveal", "{}", "secret.revealed"),
        new("POST /sites", """{"name": "New #"}""", "site.created"),
        new("PUT /sites/{site}", """{"name": "Other #"}""", "site.updated"),
        new("DELETE /sites/{site}", Body: null, "site.deleted"),
        new("POST /sites/{site}/apps", """{"name": "New #"}""", "app.created"),
        new("PUT .*/apps/{app}", """{"name": "Other #"}""", "app.updated"),
        new("DELETE .*/apps/{app}", Body: null, "app.deleted"),
        new("POST /sites/{site}/environments", """{"name": "New #"}""", "environment.created"),
        new("PUT .*/environments/{environment}", """{"name": "Other #"}""", "environment.updated"),
        new("DELETE .*/environments/{environment}", Body: null, "environment.deleted"),
        new("PUT /sites/{site}/required-secrets", """[{"key": "NEEDED_#", "optional": true}]""", "site.requirements_updated"),
        new("PUT /sites/{site}/apps/{app}/required-secrets", """[{"key": "NEEDED_#", "optional": true}]""", "app.requirements_updated"),
        new("POST /secret-types", """{"name": "New", "key": "new-#", "schema": {"type": "object"}}""", "secret-type.created"),
        new("PUT /secret-types/{type}", """{"name": "Other #"}""", "secret-type.updated"),
        new("DELETE /secret-types/{type}", Body: null, "secret-type.deleted"),
        new("POST .*/(deployments|deploy)", "{}", "deployment.created"),
        new("POST .*/environments/{environment}/rollback", """{"target_deployment_id": "$"}""", "deployment.created")
        {
            Prepare = (account, _) => account.HasDeployedAsync(),
        },
        new("POST .*/deployments/{id}/token", "{}", "deployment.token_created"),
        new("PATCH .*/deployments/{id}", """{"status": "failed"}""", "deployment.failed"),
        new("POST .*/api-keys", """{"name": "New #"}""", "api-key.created"),
        new("POST .*/api-keys/{id}/rotate", "{}", "api-key.rotated"),
        new("DELETE .*/api-keys/{id}", Body: null, "api-key.deleted"),
    ];

    private int _number;

    [Fact]
    public async Task Every_change_is_recorded_or_not_made()
    {
        var routes = Routes().Where(route => route.Metadata.GetMetadata<ChangesNothing>() is null).Select(NameOf).ToList();
        routes.Count.ShouldBeGreaterThan(80);
        var faults = new List<string>();
        var lasting = await NewAccountAsync();

        foreach (var route in routes)
        {
            if (Changes.FirstOrDefault(change => change.Fits(route)) is { } change)
            {
                faults.AddRange((await TryAsync(change.Body is null ? await NewAccountAsync() : lasting, route, change)).Select(fault => $"{route}: {fault}"));
            }
            else
            {
                faults.Add($"{route}: is not in the table");
            }
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Only_these_routes_change_nothing_although_their_method_says_so() =>
        Routes().Where(route => route.Metadata.GetMetadata<ChangesNothing>() is not null).Select(NameOf)
            .ShouldAllBe(route => route.EndsWith("/preflight", StringComparison.Ordinal));

    private static string Parent(string path) => path[..path.LastIndexOf('/')];

    private async Task<Account> NewAccountAsync()
    {
        var account = await server.NewShopAsync();
        await account.DefineAsync("mine", """{"type": "object"}""");
        await account.HasDeploymentAsync();
        return account;
    }

    private async Task<IReadOnlyList<string>> TryAsync(Account account, string route, Change change)
    {
        var (method, path) = (new HttpMethod(route.Split(' ')[0]), await PathOfAsync(account, route.Split(' ')[1]));
        await change.Prepare(account, path);
        var number = Interlocked.Increment(ref _number);
        var body = change.Body?.Replace("$", await account.DeploymentAsync(), StringComparison.Ordinal).Replace("#", $"{number}", StringComparison.Ordinal);
        var recorded = await CountAsync(account, change.Event);
        var faults = new List<string>();

        var before = await server.StateAsync(account);
        await server.FailAsync(account, isFailing: true);
        var failed = await account.SendAsync(method, path, body);
        await server.FailAsync(account, isFailing: false);
        if (failed.Status is not (500 or 503) || await server.StateAsync(account) != before)
        {
            faults.Add($"answered {failed.Status} and may have changed something, although nothing could be recorded");
        }

        var done = await account.SendAsync(method, path, body);
        if (done.Status >= 300 || await CountAsync(account, change.Event) == recorded)
        {
            faults.Add($"answered {done.Status} {done.Text}, and {change.Event} is not recorded");
        }

        return faults;
    }

    private Task<int> CountAsync(Account account, string name) =>
        server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE account_id = $1 AND event = $2", account.Id, name);

    // With a secret of the collection, the deployment, or an API key, as what {id} stands for.
    private async Task<string> PathOfAsync(Account account, string pattern)
    {
        var path = pattern;
        if (!path.StartsWith("/sites/", StringComparison.Ordinal))
        {
            path = path.Replace("{environment}", (await account.Client.GetAsync("/sites/shop/environments/production")).Id, StringComparison.Ordinal)
                .Replace("{app}", (await account.Client.GetAsync("/sites/shop/apps/worker")).Id, StringComparison.Ordinal);
        }

        path = path.Replace("{site}", "shop", StringComparison.Ordinal).Replace("{environment}", "production", StringComparison.Ordinal)
            .Replace("{app}", "worker", StringComparison.Ordinal).Replace("{type}", "mine", StringComparison.Ordinal);
        var at = path.IndexOf("/{id}", StringComparison.Ordinal);
        if (at < 0)
        {
            return path;
        }

        var id = path[..at].EndsWith("deployments", StringComparison.Ordinal) ? await account.HasDeploymentAsync()
            : path[..at].EndsWith("api-keys", StringComparison.Ordinal) ? await account.HasAsync(path[..at], new { name = "old" })
            : await account.HasAsync(
                path.StartsWith("/secrets", StringComparison.Ordinal) ? Global : path[..at], new { key = $"OLD_{Interlocked.Increment(ref _number)}", value = "1" });
        return path.Replace("{id}", id, StringComparison.Ordinal);
    }

    private static string NameOf(RouteEndpoint route) =>
        $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText![ApiClient.Api.Length..]}";

    private IEnumerable<RouteEndpoint> Routes() => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => route.RoutePattern.RawText!.StartsWith(ApiClient.Api, StringComparison.Ordinal)
            && route.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: [not "GET"] });

    private sealed record Change(string Route, string? Body, string Event)
    {
        public Func<Account, string, Task> Prepare { get; init; } = (_, _) => Task.CompletedTask;

        public bool Fits(string route) => Regex.IsMatch(route, $"^({Route.Replace("{", @"\{", StringComparison.Ordinal)})/?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking);
    }
}

/// <summary>A server whose audit trail takes no records of some accounts.</summary>
public sealed class FailingTrailServer : SecretsServer
{
    private string? _tables;

    protected override bool ChecksDeclaredStatuses => false;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await ExecuteSqlAsync(
            """
            CREATE TABLE failing_trails (account_id uuid);
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM failing_trails f WHERE f.account_id = NEW.account_id) THEN RAISE EXCEPTION 'the trail is full'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER fail BEFORE INSERT ON event_journal FOR EACH ROW EXECUTE FUNCTION fail();
            """);
    }

    /// <summary>From now on, the account's records cannot be written; or they can again.</summary>
    public Task FailAsync(Account account, bool isFailing) => ExecuteSqlAsync(
        isFailing ? "INSERT INTO failing_trails VALUES ($1)" : "DELETE FROM failing_trails WHERE account_id = $1", account.Id);

    /// <summary>All that the database has of an account, but for its audit trail.</summary>
    public async Task<string> StateAsync(Account account)
    {
        _tables ??= await QuerySqlAsync<string>(
            """
            SELECT string_agg(table_name, ' ') FROM information_schema.columns
            WHERE column_name = 'account_id' AND table_schema = 'public' AND table_name NOT LIKE 'event%' AND table_name <> 'failing_trails'
            """);
        var states = _tables.Split(' ').Select(table =>
            $"SELECT '{table}' || coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') AS s FROM {table} t WHERE account_id = $1");
        return await QuerySqlAsync<string>($"SELECT md5(string_agg(s, ' ' ORDER BY s)) FROM ({string.Join(" UNION ALL ", states)}) x", account.Id);
    }
}

/// <summary>What tests of the audit trail do again and again.</summary>
internal static class EventSteps
{
    /// <summary>Sends a request with a body, or with none.</summary>
    public static Task<ApiAnswer> SendAsync(this Account account, HttpMethod method, string path, object? body) => body switch
    {
        null => account.Client.DeleteAsync(path.Contains("/secret-types", StringComparison.Ordinal) || path.Contains("/api-keys", StringComparison.Ordinal) ? path : path + "?force=true"),
        _ when method == HttpMethod.Post => account.Client.PostAsync(path, body),
        _ when method == HttpMethod.Put => account.Client.PutAsync(path, body),
        _ => account.Client.PatchAsync(path, body),
    };

    /// <summary>The id of the newest deployment in production.</summary>
    public static async Task<string> DeploymentAsync(this Account account) =>
        (await account.Client.GetAsync("/sites/shop/environments/production/deployments")).ShouldBe(200).Data[0].Text("id");

    /// <summary>The events that a query finds, newest first.</summary>
    public static async Task<IReadOnlyList<System.Text.Json.JsonElement>> EventsAsync(this Account account, string query = "?per_page=100") =>
        [.. (await account.Client.GetAsync($"/events{query}")).ShouldBe(200).Data.EnumerateArray()];

    /// <summary>Their names.</summary>
    public static async Task<IReadOnlyList<string>> EventNamesAsync(this Account account, string query = "?per_page=100") =>
        [.. (await account.EventsAsync(query)).Select(e => e.Text("event"))];
}

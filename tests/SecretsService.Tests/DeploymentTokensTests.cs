using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.Deployments;
using SecretsService.Storage;
using SecretsService.Storage.Rows;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A deployment token reads the variables of one deployment, a few times and for minutes, and does nothing else.</summary>
public sealed class DeploymentTokensTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    // Any route that requires a key tells a token that is alive (403) from one that is dead (401).
    private const string AnyRoute = "/global-secrets";

    [Fact]
    public async Task A_token_is_good_for_one_use_and_15_minutes_where_nothing_else_is_said()
    {
        var (account, deployment) = await NewDeploymentAsync();

        var answer = await account.Client.SendAsync(HttpMethod.Post, $"/deployments/{deployment}/token", content: null);

        var token = answer.ShouldBe(201).Data;
        token.Text("token").ShouldStartWith("sks_dt_");
        token.Text("deployment_id").ShouldBe(deployment.ToString());
        token.GetProperty("uses").GetInt32().ShouldBe(1);
        token.GetProperty("expires_at").GetDateTimeOffset().ShouldBe(server.Clock.Now().AddMinutes(15));
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Headers["Location"].ShouldBe($"/api/v1/vector/deployments/{deployment}/variables");
    }

    [Theory]
    [InlineData("""{"uses": 1, "ttl_seconds": 1}""", 1, 1)]
    [InlineData("""{"uses": 100, "ttl_seconds": 86400}""", 100, 86_400)]
    [InlineData("""{"uses": 7}""", 7, 900)]
    [InlineData("{}", 1, 900)]
    public async Task A_token_is_good_as_often_and_as_long_as_was_asked_for(string body, int uses, int seconds)
    {
        var (account, deployment) = await NewDeploymentAsync();

        var token = (await account.Client.PostAsync($"/deployments/{deployment}/token", body)).ShouldBe(201).Data;

        token.GetProperty("uses").GetInt32().ShouldBe(uses);
        token.GetProperty("expires_at").GetDateTimeOffset().ShouldBe(server.Clock.Now().AddSeconds(seconds));
        (await server.QuerySqlAsync<int>("SELECT uses_left FROM deployment_tokens WHERE account_id = $1", account.Id)).ShouldBe(uses);
    }

    [Theory]
    [InlineData("UPDATE api_keys SET expires_at = $2 WHERE account_id = $1", "the key expires")]
    [InlineData("UPDATE api_key_tokens SET expires_at = $2 WHERE account_id = $1", "its token was replaced")]
    public async Task A_token_does_not_outlive_what_made_it(string ending, string why)
    {
        var (account, deployment) = await NewDeploymentAsync();
        var end = server.Clock.Now().AddMinutes(5);
        await server.ExecuteSqlAsync(ending, account.Id, end);

        var longest = (await account.Client.PostAsync($"/deployments/{deployment}/token", """{"ttl_seconds": 86400}""")).ShouldBe(201).Data;
        var shorter = (await account.Client.PostAsync($"/deployments/{deployment}/token", """{"ttl_seconds": 60}""")).ShouldBe(201).Data;

        longest.GetProperty("expires_at").GetDateTimeOffset().ShouldBe(end, why);
        shorter.GetProperty("expires_at").GetDateTimeOffset().ShouldBe(server.Clock.Now().AddMinutes(1), why);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        await ShouldBeUnknownAsync(server.ClientWith(longest.Text("token")));
    }

    [Theory]
    [InlineData("""{"uses": 0}""", "uses", "1 to 100")]
    [InlineData("""{"uses": 101}""", "uses", "1 to 100")]
    [InlineData("""{"uses": 1.5}""", "uses", "whole number")]
    [InlineData("""{"uses": null}""", "uses", "may not be null")]
    [InlineData("""{"ttl_seconds": 0}""", "ttl_seconds", "1 to 86400")]
    [InlineData("""{"ttl_seconds": 86401}""", "ttl_seconds", "1 to 86400")]
    [InlineData("""{"ttl": 60}""", "ttl", "unknown field")]
    public async Task A_token_is_not_good_for_ever(string body, string field, string words)
    {
        var (account, deployment) = await NewDeploymentAsync();

        (await account.Client.PostAsync($"/deployments/{deployment}/token", body)).ShouldBlame(field, words);

        (await TokensOfAsync(account)).ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_query_parameter_is_refused()
    {
        var (account, deployment) = await NewDeploymentAsync();

        (await account.Client.PostAsync($"/deployments/{deployment}/token?uses=3", "{}")).ShouldBlame("uses", "takes none");
    }

    [Fact]
    public async Task A_deployment_that_is_not_there_or_anothers_has_no_token()
    {
        var (_, deployment) = await NewDeploymentAsync();
        var stranger = await server.NewAccountAsync();

        (await stranger.Client.PostAsync($"/deployments/{deployment}/token", "{}")).ShouldBeError(404, "not_found").Message.ShouldBe("Deployment not found");
        (await stranger.Client.PostAsync($"/deployments/{Guid.CreateVersion7()}/token", "{}")).ShouldBeError(404, "not_found");
        (await stranger.Client.PostAsync("/deployments/1/token", "{}")).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task A_deployment_that_has_failed_gets_no_token()
    {
        var account = await server.NewShopAsync();
        var deployment = await server.StoreDeploymentAsync(account, DeploymentState.Failed);

        (await account.Client.PostAsync($"/deployments/{deployment}/token", "{}")).ShouldBeError(409, "state_conflict");

        (await TokensOfAsync(account)).ShouldBe(0);
    }

    [Theory]
    [InlineData(DeploymentState.Pending)]
    [InlineData(DeploymentState.Deploying)]
    [InlineData(DeploymentState.Deployed)]
    internal async Task A_deployment_that_has_not_failed_gets_one(DeploymentState state)
    {
        var account = await server.NewShopAsync();
        var deployment = await server.StoreDeploymentAsync(account, state);

        (await account.Client.PostAsync($"/deployments/{deployment}/token", "{}")).ShouldBe(201);
    }

    [Fact]
    public async Task Making_a_token_is_recorded_without_the_token()
    {
        var (account, deployment) = await NewDeploymentAsync();

        var token = await NewTokenAsync(account, deployment, uses: 3);

        var recorded = await server.QuerySqlAsync<string>(
            """
            SELECT resource_type || ' ' || resource_id || ' ' || actor_name || ' ' || (context ->> 'number') || ' ' || (context ->> 'uses') || ' ' || (context ->> 'expires_at')
            FROM events WHERE account_id = $1 AND event = 'deployment.token_created'
            """,
            account.Id);
        recorded.ShouldStartWith($"deployment {deployment} test key 1 3 {server.Clock.Now().AddMinutes(15):yyyy-MM-ddTHH:mm:ss}");
        recorded.ShouldNotContain(token);
    }

    [Fact]
    public async Task An_idempotency_key_does_not_keep_a_token()
    {
        var (account, deployment) = await NewDeploymentAsync();

        var first = await account.Client.PostAsync($"/deployments/{deployment}/token", "{}", ("Idempotency-Key", "same"));
        var second = await account.Client.PostAsync($"/deployments/{deployment}/token", "{}", ("Idempotency-Key", "same"));

        second.ShouldBe(201).Data.Text("token").ShouldNotBe(first.ShouldBe(201).Data.Text("token"));
        second.Headers.Keys.ShouldNotContain("Idempotency-Replayed");
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM idempotency_records WHERE account_id = $1", account.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task A_token_carries_a_prefix_of_its_own_and_a_checksum_and_only_its_hash_is_stored()
    {
        var (account, deployment) = await NewDeploymentAsync();

        var token = await NewTokenAsync(account, deployment);

        token.Length.ShouldBe(56);
        ApiToken.IsForDeployment(token).ShouldBeTrue();
        ApiToken.IsForDeployment(account.Token).ShouldBeFalse();
        ApiToken.HasChecksum(token).ShouldBeTrue();
        ApiToken.HasChecksum(OtherThan(token)).ShouldBeFalse();
        ApiToken.HasChecksum("sks_" + token["sks_dt_".Length..]).ShouldBeFalse();
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM deployment_tokens WHERE token_hash = sha256($1::text::bytea)", token)).ShouldBe(1);
    }

    [Fact]
    public async Task Every_route_that_does_not_accept_deployment_tokens_answers_403()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var holder = server.ClientWith(await NewTokenAsync(account, deployment));
        var routes = Routes().Where(r => r.Metadata.GetMetadata<AcceptsDeploymentTokens>() is null).ToList();

        foreach (var (method, path) in routes.SelectMany(RequestsTo))
        {
            var answer = await holder.SendAsync(method, "/" + Regex.Replace(path, @"\{\w+\}", deployment.ToString(), RegexOptions.NonBacktracking), content: null);

            answer.Status.ShouldBe(403, $"{method} {path}: {answer.Text}");
            answer.ShouldBeError(403, "forbidden").Message!.ShouldContain("variables of its own deployment");
        }

        routes.Count.ShouldBeGreaterThan(60);
        (await server.QuerySqlAsync<int>("SELECT uses_left FROM deployment_tokens WHERE account_id = $1", account.Id)).ShouldBe(1);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM sites WHERE account_id = $1", account.Id)).ShouldBe(2);
    }

    // A route that is added here must read variables of the deployment in its path, count the use, and be a GET: see AcceptsDeploymentTokens.
    [Fact]
    public void These_routes_and_no_others_accept_deployment_tokens() =>
        Routes().Where(r => r.Metadata.GetMetadata<AcceptsDeploymentTokens>() is not null)
            .SelectMany(RequestsTo).Select(r => $"{r.Method} {r.Path}")
            .ShouldBe(
                [
                    "GET /api/v1/vector/deployments/{id}/variables",
                    "GET /api/v1/vector/environments/{environment}/deployments/{id}/variables",
                    "GET /api/v1/vector/sites/{site}/environments/{environment}/deployments/{id}/variables",
                ],
                ignoreOrder: true);

    [Fact]
    public async Task Even_who_am_I_is_not_for_deployment_tokens()
    {
        var (account, deployment) = await NewDeploymentAsync();

        (await server.ClientWith(await NewTokenAsync(account, deployment)).GetAsync("//api/v1/auth/whoami")).ShouldBeError(403, "forbidden");
    }

    [Fact]
    public async Task A_route_that_accepts_tokens_accepts_that_of_the_deployment_in_its_path_only()
    {
        var own = Guid.CreateVersion7();
        var accepting = new AcceptsDeploymentTokens("id");

        (await MayProceedAsync(own, own.ToString(), accepting)).ShouldBeTrue();
        (await MayProceedAsync(null, Guid.CreateVersion7().ToString(), accepting, new NeededAbilities([Ability.SecretInject]))).ShouldBeTrue("an API key may");
        (await MayProceedAsync(null, Guid.CreateVersion7().ToString(), accepting)).ShouldBeFalse("the route does not say what it needs");
        (await MayProceedAsync(own, own.ToString())).ShouldBeFalse("the route is not marked");
        (await MayProceedAsync(own, Guid.CreateVersion7().ToString(), accepting)).ShouldBeFalse("it is another deployment");
        (await MayProceedAsync(own, "1", accepting)).ShouldBeFalse("it is no id");
        (await MayProceedAsync(own, null, accepting)).ShouldBeFalse("the path names no deployment");
    }

    [Fact]
    public async Task A_token_dies_with_the_key_that_made_it()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var key = (await account.Client.PostAsync("/api-keys", new { name = "pipeline" })).ShouldBe(201);
        var token = await NewTokenAsync(account with { Client = server.ClientWith(key.Data.Text("token")) }, deployment, uses: 5);
        (await server.ClientWith(token).GetAsync(AnyRoute)).ShouldBeError(403, "forbidden");

        (await account.Client.DeleteAsync($"/api-keys/{key.Id}")).ShouldBe(200);

        (await server.ClientWith(token).GetAsync(AnyRoute)).ShouldBeError(401, "unauthenticated");
    }

    [Fact]
    public async Task A_token_dies_when_its_time_is_up()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var holder = server.ClientWith(await NewTokenAsync(account, deployment));

        server.Clock.Advance(TimeSpan.FromSeconds(899));
        (await holder.GetAsync(AnyRoute)).ShouldBeError(403, "forbidden");

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await ShouldBeUnknownAsync(holder);
    }

    [Fact]
    public async Task A_token_dies_with_its_last_use()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var holder = server.ClientWith(await NewTokenAsync(account, deployment));
        await server.ExecuteSqlAsync("UPDATE deployment_tokens SET uses_left = 0 WHERE account_id = $1", account.Id);

        await ShouldBeUnknownAsync(holder);
    }

    [Fact]
    public async Task A_token_dies_with_its_deployment()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var holder = server.ClientWith(await NewTokenAsync(account, deployment));
        await server.ExecuteSqlAsync("DELETE FROM deployments WHERE account_id = $1", account.Id);

        await ShouldBeUnknownAsync(holder);
    }

    [Fact]
    public async Task A_token_that_nobody_made_is_401_and_so_is_one_with_another_last_character()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var token = await NewTokenAsync(account, deployment);

        await ShouldBeUnknownAsync(server.ClientWith(ApiToken.GenerateForDeployment()));
        await ShouldBeUnknownAsync(server.ClientWith(OtherThan(token)));
        await ShouldBeUnknownAsync(server.ClientWith(ApiToken.DeploymentPrefix));
    }

    [Fact]
    public async Task Neither_kind_of_token_passes_for_the_other()
    {
        var (account, deployment) = await NewDeploymentAsync();
        var token = await NewTokenAsync(account, deployment);
        await server.ExecuteSqlAsync(
            "INSERT INTO api_key_tokens (account_id, api_key_id, token_hash, created_at) SELECT $1, id, $2, now() FROM api_keys WHERE account_id = $1",
            account.Id, ApiToken.HashOf("sks_dt-" + token));

        (await server.ClientWith("sks_dt-" + token).GetAsync(AnyRoute)).ShouldBe(200);
        await server.ExecuteSqlAsync(
            "UPDATE api_key_tokens SET token_hash = $3 WHERE account_id = $1 AND token_hash = $2",
            account.Id, ApiToken.HashOf("sks_dt-" + token), ApiToken.HashOf(token));
        (await server.ClientWith(token).GetAsync(AnyRoute)).ShouldBeError(403, "forbidden");
        (await account.Client.GetAsync(AnyRoute)).ShouldBe(200);
    }

    [Fact]
    public async Task Of_many_uses_at_once_no_more_succeed_than_there_were_left()
    {
        var (account, deployment) = await NewDeploymentAsync();
        await NewTokenAsync(account, deployment, uses: 3);
        var caller = await CallerOfAsync(account, deployment);

        var succeeded = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => UseAsync(caller)));

        succeeded.Count(s => s).ShouldBe(3);
        (await server.QuerySqlAsync<int>("SELECT uses_left FROM deployment_tokens WHERE account_id = $1", account.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task A_use_whose_transaction_does_not_commit_does_not_count()
    {
        var (account, deployment) = await NewDeploymentAsync();
        await NewTokenAsync(account, deployment);
        var caller = await CallerOfAsync(account, deployment);

        (await UseAsync(caller, commits: false)).ShouldBeTrue();
        (await UseAsync(caller)).ShouldBeTrue();
        (await UseAsync(caller)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_that_died_since_it_was_looked_up_cannot_be_used()
    {
        var (account, deployment) = await NewDeploymentAsync();
        await NewTokenAsync(account, deployment);
        var caller = await CallerOfAsync(account, deployment);

        (await UseAsync(caller with { DeploymentId = Guid.CreateVersion7() })).ShouldBeFalse();
        (await UseAsync(caller with { AccountId = Guid.CreateVersion7() })).ShouldBeFalse();
        server.Clock.Advance(TimeSpan.FromMinutes(15));
        (await UseAsync(caller)).ShouldBeFalse();
    }

    private static string OtherThan(string token) => token[..^1] + (token[^1] == '0' ? '1' : '0');

    private static IEnumerable<(HttpMethod Method, string Path)> RequestsTo(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => (new HttpMethod(m), route.RoutePattern.RawText!.TrimEnd('/')));

    private static async Task ShouldBeUnknownAsync(ApiClient holder)
    {
        var answer = await holder.GetAsync(AnyRoute);

        answer.ShouldBeError(401, "unauthenticated").Message.ShouldBe("Unauthenticated. Send a valid API key in the header Authorization: Bearer sks_...");
        answer.Headers["WWW-Authenticate"].ShouldBe("Bearer realm=\"secrets\", error=\"invalid_token\"");
    }

    private IEnumerable<RouteEndpoint> Routes() => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is not null && e.Metadata.GetMetadata<IAllowAnonymous>() is null);

    private async Task<bool> MayProceedAsync(Guid? deployment, string? inPath, params object[] metadata)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(new Caller(Guid.CreateVersion7(), "", Guid.CreateVersion7(), "") { DeploymentId = deployment, Abilities = AbilitySet.Everything });
        http.SetEndpoint(new Endpoint(requestDelegate: null, new EndpointMetadataCollection(metadata), displayName: null));
        http.Request.RouteValues["id"] = inPath;
        var policy = await server.Services.GetRequiredService<IAuthorizationPolicyProvider>().GetDefaultPolicyAsync();
        var somebody = new ClaimsPrincipal(new ClaimsIdentity("bearer"));
        return (await server.Services.GetRequiredService<IAuthorizationService>().AuthorizeAsync(somebody, http, policy)).Succeeded;
    }

    private async Task<(Account Account, Guid Deployment)> NewDeploymentAsync()
    {
        var account = await server.NewShopAsync();
        return (account, await server.StoreDeploymentAsync(account, DeploymentState.Pending));
    }

    private static async Task<string> NewTokenAsync(Account account, Guid deployment, int uses = 1) =>
        (await account.Client.PostAsync($"/deployments/{deployment}/token", new { uses })).ShouldBe(201).Data.Text("token");

    private Task<long> TokensOfAsync(Account account) =>
        server.QuerySqlAsync<long>("SELECT count(*) FROM deployment_tokens WHERE account_id = $1", account.Id);

    private async Task<Caller> CallerOfAsync(Account account, Guid deployment)
    {
        var token = Guid.Parse(await server.QuerySqlAsync<string>("SELECT id::text FROM deployment_tokens WHERE account_id = $1", account.Id));
        return new Caller(account.Id, "", token, "") { DeploymentId = deployment };
    }

    private async Task<bool> UseAsync(Caller caller, bool commits = true)
    {
        await using var scope = server.NewScope();
        await using var transaction = await scope.ServiceProvider.GetRequiredService<SecretsDbContext>()
            .BeginWithinAsync(caller.AccountId, CancellationToken.None);
        var succeeded = await scope.ServiceProvider.GetRequiredService<DeploymentTokens>().UseAsync(caller, CancellationToken.None);
        if (commits)
        {
            await transaction.CommitAsync();
        }

        return succeeded;
    }
}

/// <summary>Deployments that are stored as rows, for tests that need one and do not read its map.</summary>
internal static class StoredDeployments
{
    /// <summary>Stores a deployment of shop's production environment with an empty map.</summary>
    /// <returns>Its id.</returns>
    public static async Task<Guid> StoreDeploymentAsync(this SecretsServer server, Account account, DeploymentState state)
    {
        var id = Guid.CreateVersion7();
        var stored = await server.ExecuteSqlAsync(
            """
            INSERT INTO deployments (
                account_id, id, number, site_id, environment_id, site, environment, environment_type, state, revision, takes_snapshot,
                withheld, expired, map_warnings, warnings, variable_count, map_tag, stdout, stderr, created_at, created_by, updated_at)
            SELECT
                e.account_id, $2, 1 + (SELECT count(*) FROM deployments d WHERE d.account_id = $1), e.site_id, e.id, 'shop', e.slug, e.type, $3, 1, false,
                '{}', '{}', '{}', '{}', 0, '', '', '', now(), 'test key', now()
            FROM environments e JOIN sites s ON s.account_id = e.account_id AND s.id = e.site_id
            WHERE e.account_id = $1 AND s.slug = 'shop' AND e.slug = 'production'
            """,
            account.Id, id, (int)state);
        stored.ShouldBe(1);
        return id;
    }
}

using System.Text.Json;
using SecretsService.Access;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>Whoever is refused because of what the request was sent with leaves a record, and a flood of them few.</summary>
public sealed class FailedAuthenticationsTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    [Fact]
    public async Task An_expired_key_is_recorded_in_its_own_account_under_its_name()
    {
        var account = await server.NewAccountAsync();
        var expired = await server.NewKeyOfAsync(account);
        await server.ExecuteSqlAsync("UPDATE api_keys SET expires_at = $2 WHERE account_id = $1 AND name = 'another key'", account.Id, server.Clock.GetUtcNow());

        (await expired.Client.GetAsync("/sites/a-name")).ShouldBeError(401, "unauthenticated");

        var failure = (await account.EventsAsync()).ShouldHaveSingleItem();
        failure.Text("event").ShouldBe("auth.failed");
        failure.GetProperty("actor").Text("type").ShouldBe("api_key");
        failure.GetProperty("actor").Text("name").ShouldBe("another key");
        failure.GetProperty("actor").Text("ip").ShouldNotBeEmpty();
        failure.GetProperty("resource").Text("type").ShouldBe("api-key");
        failure.Text("model_id").ShouldBe(failure.GetProperty("actor").Text("id"));
        failure.GetProperty("context").GetRawText().ShouldBe("""{"reason":"expired_key","route":"GET /api/v1/vector/sites/{site}","attempts":1}""");
    }

    [Fact]
    public async Task A_lacking_ability_is_recorded_with_the_route_that_needs_it()
    {
        var account = await server.NewAccountAsync();
        var weak = await server.NewKeyOfAsync(account);
        await server.ExecuteSqlAsync("UPDATE api_keys SET abilities = '{secret:read}' WHERE account_id = $1 AND name = 'another key'", account.Id);

        (await weak.Client.PostAsync("/sites", new { name = "New" })).ShouldBeError(403, "forbidden");

        (await account.EventsAsync()).ShouldHaveSingleItem().GetProperty("context").GetRawText()
            .ShouldBe("""{"reason":"missing_ability","route":"POST /api/v1/vector/sites","attempts":1,"ability":"site:write"}""");
    }

    [Fact]
    public async Task Attempts_with_one_key_are_not_counted_as_those_with_another()
    {
        var account = await server.NewAccountAsync();
        var (one, other) = (await server.NewKeyOfAsync(account, ["secret:read"]), await server.NewKeyOfAsync(account, ["secret:read"]));
        foreach (var sender in new[] { one, one, one, other })
        {
            (await sender.Client.PostAsync("/sites", new { name = "New" })).ShouldBeError(403, "forbidden");
        }

        var failures = await account.EventsAsync("?event=auth.failed");

        failures.Select(f => f.GetProperty("context").GetProperty("attempts").GetInt32()).ShouldBe([1, 1]);
        failures.DistinctBy(f => f.Text("model_id"), StringComparer.Ordinal).Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("uses_left = 0", "used_up_deployment_token")]
    [InlineData("expires_at = '2020-01-01'", "expired_deployment_token")]
    public async Task A_dead_deployment_token_is_recorded_in_its_own_account(string change, string reason)
    {
        var account = await server.NewShopAsync();
        var deployment = await account.HasDeploymentAsync();
        var token = (await account.Client.PostAsync($"/deployments/{deployment}/token", "{}")).ShouldBe(201).Data.Text("token");
        await server.ExecuteSqlAsync($"UPDATE deployment_tokens SET {change} WHERE account_id = $1", account.Id);

        (await server.ClientWith(token).GetAsync($"/deployments/{deployment}/variables")).ShouldBeError(401, "unauthenticated");

        var failure = (await account.EventsAsync("?event=auth.failed")).ShouldHaveSingleItem();
        failure.GetProperty("context").Text("reason").ShouldBe(reason);
        failure.GetProperty("actor").Text("type").ShouldBe("deployment_token");
        failure.GetRawText().ShouldNotContain(token[^20..]);
    }

    [Fact]
    public async Task A_deployment_token_that_is_sent_elsewhere_is_recorded()
    {
        var account = await server.NewShopAsync();
        var deployment = await account.HasDeploymentAsync();
        var token = (await account.Client.PostAsync($"/deployments/{deployment}/token", "{}")).ShouldBe(201).Data.Text("token");

        (await server.ClientWith(token).GetAsync("/secrets")).ShouldBeError(403, "forbidden");

        (await account.EventsAsync("?event=auth.failed")).ShouldHaveSingleItem().GetProperty("context").Text("ability").ShouldBe("secret:read");
    }

    [Fact]
    public async Task What_names_no_account_goes_to_the_first_one_and_a_flood_is_one_record_a_minute_for_each_reason()
    {
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        var before = (await ContextsAsync()).Count;
        (await server.ClientWith(ApiToken.Generate()).GetAsync("/secrets")).ShouldBe(401);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
            (await server.ClientWith(n % 2 == 0 ? null : $"sks_{n}").GetAsync("/secrets?canary")).ShouldBe(401)));
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await server.ClientWith(null).GetAsync("/secrets")).ShouldBe(401);
        (await server.ClientWith(ApiToken.Generate()).GetAsync("/secrets")).ShouldBe(401);

        var contexts = (await ContextsAsync()).Skip(before).ToList();

        contexts.Select(c => $"{c.Text("reason")} {c.GetProperty("attempts").GetInt32()}")
            .ShouldBe(["unknown_token 1", "no_token 1", "no_token 100", "unknown_token 101"]);
        string.Concat(contexts.Select(c => c.GetRawText())).ShouldNotContain("canary");
        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(DISTINCT concat_ws(' ', actor_type, actor_name, actor_id IS NULL), ',') FROM events WHERE account_id = $1 AND actor_id IS NULL",
            await FirstAccountAsync()))
            .ShouldBe("anonymous anonymous t");
    }

    private async Task<IReadOnlyList<JsonElement>> ContextsAsync() =>
    [
        .. SchemaTexts.Json(await server.QuerySqlAsync<string>(
            "SELECT coalesce(json_agg(context ORDER BY seq), '[]')::text FROM events WHERE account_id = $1 AND event = 'auth.failed'",
            await FirstAccountAsync())).EnumerateArray(),
    ];

    private Task<Guid> FirstAccountAsync() => server.FirstAccountAsync();
}

/// <summary>What cannot be recorded is refused all the same.</summary>
public sealed class UnrecordableFailuresTests(FailingTrailServer server) : IClassFixture<FailingTrailServer>
{
    [Fact]
    public async Task The_refusal_stands_and_the_log_says_so()
    {
        var first = await server.FirstAccountAsync();
        await server.ExecuteSqlAsync("INSERT INTO failing_trails VALUES ($1)", first);

        (await server.ClientWith(null).GetAsync("/secrets")).ShouldBeError(401, "unauthenticated");

        server.Log.Lines.ShouldContain(line => line.Text.Contains("A failed authentication (no_token)", StringComparison.Ordinal));
    }
}

/// <summary>The account of the installation.</summary>
internal static class FirstAccountSteps
{
    public static async Task<Guid> FirstAccountAsync(this SecretsServer server) =>
        Guid.Parse(await server.QuerySqlAsync<string>("SELECT id::text FROM accounts ORDER BY created_at, id LIMIT 1"));
}

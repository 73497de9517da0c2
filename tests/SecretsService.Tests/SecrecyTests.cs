using SecretsService.Storage.Rows;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A canary goes in as a value, in requests that succeed and in ones that fail, and must come out in the merged map only.</summary>
public sealed class SecrecyTests(TracingServer server) : IClassFixture<TracingServer>
{
    private const string Canary = "c4n4ry-7f3b9a";

    [Fact]
    public async Task A_value_comes_out_in_the_merged_map_and_nowhere_else()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var answers = new List<ApiAnswer>();

        var created = await account.Client.PostAsync("/global-secrets", new { key = "A", value = Canary });
        answers.Add(created.ShouldBe(201));
        var id = created.Id;
        answers.Add(await account.Client.PostAsync("/sites/shop/environments/production/secrets", new { key = "B", value = Canary + "2" }));
        answers.Add(await account.Client.PutAsync($"/secrets/{id}", new { value = Canary + "3" }));
        answers.Add(await account.Client.GetAsync("/global-secrets"));
        answers.Add(await account.Client.GetAsync($"/secrets/{id}"));
        answers.Add(await account.Client.PostAsync("/global-secrets", new { key = "A", value = Canary }));
        answers.Add(await account.Client.PostAsync("/global-secrets", new { key = "DB_NAME", value = Canary }));
        answers.Add(await account.Client.PostAsync("/global-secrets", new { key = Canary, value = Canary }));
        answers.Add(await account.Client.PostAsync("/global-secrets", new { key = "A", value = Canary, description = Canary + '\0' }));
        answers.Add(await account.Client.PostAsync("/global-secrets", $$"""{"key": "A", "value": {{Canary}}}"""));
        answers.Add(await account.Client.PostAsync("/global-secrets", $$"""{"key": "A", "value": ["{{Canary}}"]}"""));
        answers.Add(await account.Client.PostAsync("/global-secrets", $$"""{"key": "A", "{{Canary}} x": 1}"""));
        answers.Add(await account.Client.PutAsync($"/secrets/{id}", $$"""{"value": "{{Canary}}\ud800"}"""));
        answers.Add(await server.ClientWith(Canary).GetAsync("/global-secrets"));
        answers.AddRange(await RefusedMapsAsync(account, "/sites/shop/environments/production/injection"));
        await server.ExecuteSqlAsync("UPDATE secret_versions SET sealed_value = '' WHERE account_id = $1 AND name = 'B'", account.Id);
        answers.Add((await account.Client.GetAsync("/sites/shop/environments/production/injection")).ShouldBe(500));
        answers.Add(await account.Client.DeleteAsync("/sites/shop?force=true"));
        await account.HasSiteAsync("shop", "production");

        (await account.InjectAsync("shop", "production"))["A"].ShouldBe(Canary + "3");

        answers.ShouldAllBe(answer => !answer.Text.Contains(Canary, StringComparison.Ordinal));
        answers.SelectMany(answer => answer.Headers.Values).ShouldAllBe(header => !header.Contains(Canary, StringComparison.Ordinal));
        server.Log.Lines.Count.ShouldBeGreaterThan(1_000, "tracing was off, so that nothing was shown");
        server.Log.Lines.ShouldAllBe(line => !Shows(line.Text + line.Scopes, Canary) && !Shows(line.Text + line.Scopes, account.Token));
        (await TablesThatHoldAsync(Canary)).ShouldBeEmpty();
        (await TablesThatHoldAsync(account.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_value_that_was_put_into_a_path_or_query_by_mistake_is_in_no_line_of_the_log()
    {
        const string Misplaced = "m1spl4ced";
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        ApiAnswer[] answers =
        [
            await account.Client.GetAsync($"/global-secrets/{Misplaced}"),
            await account.Client.GetAsync($"/{Misplaced}"),
            await account.Client.PutAsync($"/sites/shop?value={Misplaced}", new { name = "x" }),
            await account.Client.GetAsync($"/sites/shop/environments/production/injection?{Misplaced}%20=1"),
            await account.Client.GetAsync($"/injection?format={Misplaced}&exposure={Misplaced}&mask={Misplaced}&prefix={Misplaced}.&keys={Misplaced}."),
        ];

        answers.ShouldAllBe(answer => answer.Status >= 400 && !answer.Text.Contains(Misplaced, StringComparison.Ordinal));
        server.Log.Lines.ShouldAllBe(line => !Shows(line.Text + line.Scopes, Misplaced));
    }

    [Fact]
    public async Task A_deployment_token_comes_out_where_it_is_made_and_nowhere_else()
    {
        var account = await server.NewShopAsync();
        var deployment = await server.StoreDeploymentAsync(account, DeploymentState.Pending);

        var created = await account.Client.PostAsync($"/deployments/{deployment}/token", "{}", ("Idempotency-Key", "token"));
        var token = created.ShouldBe(201).Data.Text("token");
        var refused = await server.ClientWith(token).GetAsync($"/deployments/{deployment}/token");
        var forbidden = await server.ClientWith(token).GetAsync("/global-secrets");

        created.Headers.Values.Append(refused.ShouldBe(405).Text).Append(forbidden.ShouldBe(403).Text).ShouldAllBe(text => !Shows(text, token));
        server.Log.Lines.ShouldAllBe(line => !Shows(line.Text + line.Scopes, token));
        (await TablesThatHoldAsync(token)).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<ApiAnswer>> RefusedMapsAsync(Account account, string path) =>
    [
        (await account.Client.GetAsync(path + "?keys=A,C")).ShouldBe(422),
        (await account.Client.GetAsync(path + "?exposure=client&keys=A&format=shell")).ShouldBe(422),
        (await account.Client.GetAsync(path + "?prefix=AWS_")).ShouldBe(422),
        (await account.Client.GetAsync(path + "?format=shell&sources=true")).ShouldBe(422),
        (await account.Client.GetAsync(path + "?format=shell", ("If-None-Match", "*"))).ShouldBe(304),
    ];

    private static bool Shows(string text, string canary) => text.Contains(canary, StringComparison.Ordinal);

    private async Task<IReadOnlyList<string>> TablesThatHoldAsync(string text)
    {
        var tables = await server.QuerySqlAsync<string>(
            "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public'");
        var holding = new List<string>();
        foreach (var table in tables.Split(','))
        {
            // Both as text and as the hex digits that bytea is shown in.
            var rows = await server.QuerySqlAsync<long>(
                $"SELECT count(*) FROM \"{table}\" t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || encode($1::bytea, 'hex') || '%'", text);
            if (rows > 0)
            {
                holding.Add(table);
            }
        }

        return holding;
    }
}

/// <summary>A server that logs everything there is.</summary>
public sealed class TracingServer : SecretsServer
{
    public TracingServer() => With("Logging:LogLevel:Default", "Trace")
        .With("Logging:LogLevel:Microsoft", "Trace")
        .With("Logging:LogLevel:Microsoft.AspNetCore", "Trace")
        .With("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace")
        .With("Logging:SecretsService.Testing.CapturedLog:LogLevel:Microsoft.AspNetCore.Routing", "Trace")
        .With("Logging:LogLevel:Microsoft.EntityFrameworkCore", "Trace")
        .With("Logging:LogLevel:Npgsql", "Trace")
        .With("Logging:LogLevel:SecretsService.Access.BearerAuthentication", "Trace");
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.Testing;
using SecretsService.WarmReads;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests.WarmReads;

/// <summary>A merged map that was made before is given again without being made: only where it is what a read would give now, and only with its record.</summary>
public sealed class GivingKeptAnswersTests(KeepingServer server) : IClassFixture<KeepingServer>
{
    private const string Injection = Production + "/injection";

    private AuditedReads Reads => server.Services.GetRequiredService<AuditedReads>();

    [Theory]
    [InlineData("")]
    [InlineData("?format=dotenv")]
    [InlineData("?keys=A&prefix=P_&sources=true")]
    public async Task The_second_answer_is_the_first_one_from_memory(string query)
    {
        var account = await server.NewShopWithAsync("A", "B");
        var first = (await account.Client.GetAsync(Injection + query)).ShouldBe(200);
        var given = Reads.Given;

        var second = (await account.Client.GetAsync(Injection + query)).ShouldBe(200);

        Reads.Given.ShouldBe(given + 1);
        second.Text.ShouldBe(first.Text);
        HeadersOf(second).ShouldBe(HeadersOf(first));
    }

    [Fact]
    public async Task It_costs_one_round_trip_and_is_logged_under_its_route()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        await account.MapOfAsync(Production);
        var before = server.Log.Lines.Count;

        var answer = await account.Client.GetAsync(Injection);

        var lines = server.Log.Lines.Skip(before).Select(line => line.Text).ToList();
        lines.Count(line => line.Contains("WITH fresh", StringComparison.Ordinal)).ShouldBe(1);
        lines.ShouldNotContain(line => line.Contains("FROM api_key_tokens", StringComparison.Ordinal) || line.Contains("FROM secrets", StringComparison.Ordinal));
        lines.ShouldContain(line =>
            line.Contains("/sites/{site}/environments/{environment}/injection 200", StringComparison.Ordinal)
            && line.Contains(answer.Headers["X-Request-Id"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_of_anything_shows_in_the_next_answer()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);

        for (var i = 0; i < 5; i++)
        {
            await account.HasSecretAsync($"B_{i}", "1");
            (await account.MapOfAsync(Production)).Count.ShouldBe(i + 2);
            (await account.MapOfAsync(Production)).Count.ShouldBe(i + 2);
        }
    }

    [Fact]
    public async Task No_key_meets_the_answer_to_another_one()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        await account.MapOfAsync(Production);
        var given = Reads.Given;
        var unable = await server.NewKeyOfAsync(account);
        var another = await server.NewKeyOfAsync(account);
        await server.ExecuteSqlAsync("UPDATE api_keys SET abilities = '{secret:read}' WHERE id = (SELECT api_key_id FROM api_key_tokens WHERE token_hash = $1)", ApiToken.HashOf(unable.Token));
        await server.ExecuteSqlAsync("UPDATE api_keys SET name = 'third key' WHERE id = (SELECT api_key_id FROM api_key_tokens WHERE token_hash = $1)", ApiToken.HashOf(another.Token));
        var stranger = await server.NewShopWithAsync("B");

        (await unable.Client.GetAsync(Injection)).ShouldBe(403);
        (await stranger.MapOfAsync(Production)).Keys.ShouldBe(["B"]);
        (await server.ClientWith(ApiToken.Generate()).GetAsync(Injection)).ShouldBe(401);
        (await server.ClientWith(null).GetAsync(Injection)).ShouldBe(401);
        (await another.MapOfAsync(Production)).Keys.ShouldBe(["A"]);
        Reads.Given.ShouldBe(given);
        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(actor_name, ',' ORDER BY seq) FROM events WHERE account_id = $1 AND event = 'secrets.injected'", account.Id))
            .ShouldBe("test key,test key,third key");
    }

    [Fact]
    public async Task A_key_that_is_revoked_gets_nothing_from_then_on()
    {
        var account = await server.NewShopWithAsync("A");
        var other = await server.NewKeyOfAsync(account);
        await other.MapOfAsync(Production);
        await other.MapOfAsync(Production);

        await server.RevokeAsync(other);

        (await other.Client.GetAsync(Injection)).ShouldBe(401);
        (await account.MapOfAsync(Production)).Keys.ShouldBe(["A"]);
    }

    [Fact]
    public async Task Who_holds_the_answer_already_gets_304_without_a_record_until_something_changes()
    {
        var account = await server.NewShopWithAsync("A");
        var tag = (await account.Client.GetAsync(Injection)).Headers["ETag"];
        var given = Reads.Given;

        var held = await account.Client.GetAsync(Injection, ("If-None-Match", tag));

        held.ShouldBe(304).Text.ShouldBeEmpty();
        held.Headers["ETag"].ShouldBe(tag);
        Reads.Given.ShouldBe(given + 1);
        (await InjectedAsync(account)).ShouldBe(1);
        await account.HasSecretAsync("B", "1");
        (await account.Client.GetAsync(Injection, ("If-None-Match", tag))).ShouldBe(200);
    }

    [Fact]
    public async Task A_head_request_is_answered_without_a_body()
    {
        var account = await server.NewShopWithAsync("A");
        var body = (await account.Client.GetAsync(Injection)).Text;

        var head = (await account.Client.SendAsync(HttpMethod.Head, Injection, content: null)).ShouldBe(200);

        head.Text.ShouldBeEmpty();
        head.Headers["Content-Length"].ShouldBe($"{body.Length}");
    }

    [Fact]
    public async Task Every_read_leaves_a_record_however_many_come_at_once()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        var given = Reads.Given;

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => account.Client.GetAsync(Injection)));

        answers.ShouldAllBe(a => a.Status == 200);
        Reads.Given.ShouldBe(given + 200);
        (await InjectedAsync(account)).ShouldBe(201);
        (await server.QuerySqlAsync<long>("SELECT max(seq) FROM events WHERE account_id = $1", account.Id))
            .ShouldBe(await server.QuerySqlAsync<long>("SELECT sum(count) FROM events WHERE account_id = $1", account.Id));
    }

    [Fact]
    public async Task Who_gives_up_takes_nobody_else_along()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", account.Token);
        using var gone = new CancellationTokenSource();

        var left = Enumerable.Range(0, 20).Select(_ => http.GetAsync(new Uri(ApiClient.Api + Injection, UriKind.Relative), gone.Token)).ToList();
        var stayed = Enumerable.Range(0, 20).Select(_ => account.Client.GetAsync(Injection)).ToList();
        await gone.CancelAsync();

        (await Task.WhenAll(stayed)).ShouldAllBe(a => a.Status == 200);
        await Task.WhenAll(left).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Where_no_record_can_be_stored_no_value_leaves()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "canary");
        await account.MapOfAsync(Production);
        await using (await WithoutAuditTrailTests.BrokenTrail.OfAsync(server, account))
        {
            foreach (var query in new[] { "", "?format=dotenv" })
            {
                var answer = await account.Client.GetAsync(Injection + query);
                answer.Status.ShouldBeOneOf(500, 503);
                answer.Text.ShouldNotContain("canary");
            }
        }

        (await account.MapOfAsync(Production))["A"].ShouldBe("canary");
    }

    [Fact]
    public async Task The_record_says_what_was_handed_out_and_where_it_came_from()
    {
        var account = await (await server.NewShopWithAsync("A", "B")).HasAppsAsync("shop", "worker");
        var id = await account.HasSecretAsync("C", "value");
        const string Query = "?app=worker&keys=C,A&prefix=P_&format=shell";

        await account.Client.GetAsync(Injection + Query);
        await account.Client.GetAsync(Injection + Query);

        const string Records = " FROM events WHERE account_id = $1 AND event = 'secrets.injected'";
        (await server.QuerySqlAsync<long>("SELECT count(DISTINCT (context::text, manifest, environment_id, app_id, site_id, actor_id, actor_ip))" + Records, account.Id)).ShouldBe(1);
        var context = JsonDocument.Parse(await server.QuerySqlAsync<string>("SELECT max(context::text)" + Records, account.Id)).RootElement;
        context.GetProperty("count").GetInt32().ShouldBe(2);
        context.Text("format").ShouldBe("shell");
        context.Text("prefix").ShouldBe("P_");
        context.Text("environment_type").ShouldBe("production");
        context.Texts("keys").ShouldBe(["A", "C"]);
        context.TryGetProperty("exposure", out _).ShouldBeFalse();
        var manifest = JsonDocument.Parse(await server.QuerySqlAsync<string>(
            "SELECT max(m.entries::text) FROM event_manifests m JOIN events e ON e.account_id = m.account_id AND e.manifest = m.hash AND m.hash = sha256(m.entries::text::bytea) WHERE m.account_id = $1",
            account.Id)).RootElement;
        manifest.EnumerateObject().Select(e => e.Name).ShouldBe(["A", "C"]);
        manifest.GetProperty("C").Text("secret_id").ShouldBe(id);
        manifest.GetProperty("C").GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_is_of_no_site_is_given_and_recorded_too()
    {
        var account = await server.NewShopWithAsync("A");
        var given = Reads.Given;

        (await account.MapOfAsync("", "?environment_type=production")).Keys.ShouldBe(["A"]);
        (await account.MapOfAsync("", "?environment_type=production")).Keys.ShouldBe(["A"]);

        Reads.Given.ShouldBe(given + 1);
        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(resource_type || ' ' || (resource_id IS NULL), ',') FROM events WHERE account_id = $1 AND event = 'secrets.injected'", account.Id))
            .ShouldBe("target true,target true");
    }

    private Task<long> InjectedAsync(Account account) =>
        server.QuerySqlAsync<long>("SELECT sum(count) FROM events WHERE account_id = $1 AND event = 'secrets.injected'", account.Id);

    private static IEnumerable<(string, string)> HeadersOf(ApiAnswer answer) =>
        answer.Headers.Where(h => h.Key.ToUpperInvariant() is not ("DATE" or "X-REQUEST-ID")).Select(h => (h.Key, h.Value)).Order();
}

/// <summary>A database that does not take the statement for a while.</summary>
public sealed class LosingTheDatabaseTests(KeepingServer server) : IClassFixture<KeepingServer>
{
    [Fact]
    public async Task Answers_are_given_from_memory_again_once_the_statement_can_be_prepared_again()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        await account.MapOfAsync(Production);
        await server.ExecuteSqlAsync("ALTER TABLE event_journal RENAME TO moved");
        await server.ExecuteSqlAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'WITH fresh%'");

        // The first finds its connection gone; the second opens another.
        (await account.Client.GetAsync($"{Production}/injection")).Status.ShouldBeOneOf(500, 503);
        (await account.Client.GetAsync($"{Production}/injection")).Status.ShouldBeOneOf(500, 503);
        await server.ExecuteSqlAsync("ALTER TABLE moved RENAME TO event_journal");

        var reads = server.Services.GetRequiredService<AuditedReads>();
        var given = reads.Given;
        await account.MapOfAsync(Production);
        reads.Given.ShouldBe(given + 1);
    }
}

/// <summary>What the time alone brings about, no revision tells.</summary>
public sealed class KeepingAnswersForATimeTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    [Fact]
    public async Task An_answer_ends_when_a_secret_of_it_expires()
    {
        var account = await server.NewShopWithAsync("A");
        await account.HasAsync(SecretSteps.Global, new { key = "B", value = "1", expires_at = server.Clock.GetUtcNow().AddMinutes(10) });
        (await account.MapOfAsync(Production)).Keys.ShouldBe(["A", "B"]);

        server.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        (await account.MapOfAsync(Production)).Keys.ShouldBe(["A", "B"]);
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["A"]);
        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBe(["B"]);
    }

    [Theory]
    [InlineData("api_keys k SET expires_at = $2 WHERE k.id IN (SELECT api_key_id FROM api_key_tokens WHERE token_hash = $1)")]
    [InlineData("api_key_tokens SET expires_at = $2 WHERE token_hash = $1")]
    public async Task An_answer_ends_with_the_key_that_it_was_given_to(string change)
    {
        var account = await server.NewShopWithAsync("A");
        await server.ExecuteSqlAsync("UPDATE " + change, ApiToken.HashOf(account.Token), server.Clock.GetUtcNow().AddMinutes(10));
        await account.MapOfAsync(Production);

        server.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        (await account.MapOfAsync(Production)).Keys.ShouldBe(["A"]);
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await account.Client.GetAsync(Production + "/injection")).ShouldBe(401);
    }

    [Fact]
    public async Task An_answer_is_made_anew_after_an_hour()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        var given = server.Services.GetRequiredService<AuditedReads>().Given;

        server.Clock.Advance(TimeSpan.FromHours(1));
        await account.MapOfAsync(Production);

        server.Services.GetRequiredService<AuditedReads>().Given.ShouldBe(given);
    }
}

/// <summary>With no room for answers each one is made anew.</summary>
public sealed class KeepingNothingTests(KeepingNothingServer server) : IClassFixture<KeepingNothingServer>
{
    [Fact]
    public async Task Nothing_is_kept_and_everything_recorded()
    {
        var account = await server.NewShopWithAsync("A");
        await account.MapOfAsync(Production);
        await account.MapOfAsync(Production);

        server.Services.GetRequiredService<SealedAnswers>().Count.ShouldBe(0);
        server.Services.GetRequiredService<AuditedReads>().Given.ShouldBe(0);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1 AND event = 'secrets.injected'", account.Id)).ShouldBe(2);
    }
}

/// <summary>A server that logs each query and each request, and is made to fail.</summary>
public sealed class KeepingServer : SecretsServer
{
    public KeepingServer() => With("Logging:LogLevel:Npgsql.Command", "Information").With("Logging:LogLevel:SecretsService", "Information");

    protected override bool ChecksDeclaredStatuses => false;
}

/// <summary>A server that keeps no answers.</summary>
public sealed class KeepingNothingServer : SecretsServer
{
    public KeepingNothingServer() => With("Injection:CacheMegabytes", "0");
}

/// <summary>What tests of keys do.</summary>
internal static class KeySteps
{
    /// <summary>Revokes a key, as a change that raises the account's revision with it.</summary>
    public static Task<int> RevokeAsync(this SecretsServer server, Account account) => server.ExecuteSqlAsync(
        """
        WITH gone AS (DELETE FROM api_key_tokens WHERE token_hash = $1)
        UPDATE accounts SET revision = revision + 1 WHERE id = $2
        """,
        ApiToken.HashOf(account.Token), account.Id);
}

using SecretsService.Storage.Rows;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>What nobody can use any more is deleted for good by itself, and nothing else is.</summary>
public sealed class PurgingWhatIsOldTests(SweepingServer server) : IClassFixture<SweepingServer>
{
    [Fact]
    public async Task A_deleted_secret_is_there_for_30_days_and_then_gone_with_its_versions()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await account.HasSecretAsync("LIVES", "1");
        await account.Client.DeleteAsync($"/secrets/{id}");

        await server.SweepAfterAsync(TimeSpan.FromDays(29));
        (await RowsOfAsync(account, "secrets")).ShouldBe(2);

        await server.SweepAfterAsync(TimeSpan.FromDays(2));
        (await RowsOfAsync(account, "secrets")).ShouldBe(1);
        (await RowsOfAsync(account, "secret_versions")).ShouldBe(1);
        (await account.Client.GetAsync("/global-secrets")).Data[0].GetProperty("key").GetString().ShouldBe("LIVES");
    }

    [Fact]
    public async Task A_secret_that_was_deleted_for_good_is_in_the_audit_trail()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.DeleteAsync($"/secrets/{id}");

        await server.SweepAfterAsync(TimeSpan.FromDays(31));

        (await server.QuerySqlAsync<string>(
            "SELECT resource_id::text || ' ' || actor_name || ' ' || (context ->> 'key') FROM events WHERE account_id = $1 AND event = 'secret.purged'",
            account.Id)).ShouldBe($"{id} retention A");
    }

    [Fact]
    public async Task More_secrets_than_one_batch_holds_are_deleted_in_one_sweep()
    {
        var account = await server.NewAccountAsync();
        await server.ExecuteSqlAsync(
            """
            INSERT INTO secrets (account_id, id, name, is_secret, is_pinned, is_withheld, version, created_at, created_by, updated_at, updated_by, deleted_at)
            SELECT $1, gen_random_uuid(), 'KEY_' || n, true, false, false, 1, now(), 'x', now(), 'x', $2::timestamptz FROM generate_series(1, 450) n
            """,
            account.Id, server.Clock.GetUtcNow());

        await server.SweepAfterAsync(TimeSpan.FromDays(31));

        (await RowsOfAsync(account, "secrets")).ShouldBe(0);
        (await RowsOfAsync(account, "events")).ShouldBe(450);
    }

    [Fact]
    public async Task Only_the_newest_versions_are_kept_and_the_merged_map_stays_as_it_is()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("ONE_VERSION", "1");
        foreach (var value in new[] { "2", "3", "4", "5" })
        {
            await account.Client.PutAsync($"/secrets/{id}", new { value });
        }

        var before = await account.Client.GetAsync("/sites/shop/environments/production/injection");

        await server.SweepAfterAsync(TimeSpan.FromHours(25));

        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(name || version, ' ' ORDER BY name, version) FROM secret_versions WHERE account_id = $1", account.Id))
            .ShouldBe("A4 A5 ONE_VERSION1");
        var after = await account.Client.GetAsync("/sites/shop/environments/production/injection");
        after.ShouldBe(200).Text.ShouldBe(before.Text);
        after.Headers["ETag"].ShouldBe(before.Headers["ETag"]);
    }

    [Fact]
    public async Task Kept_answers_are_deleted_after_24_hours()
    {
        var account = await server.NewAccountAsync();
        await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1" }, ("Idempotency-Key", "old"));
        server.Clock.Advance(TimeSpan.FromHours(2));
        await account.Client.PostAsync("/global-secrets", new { key = "B", value = "1" }, ("Idempotency-Key", "young"));

        await server.SweepAfterAsync(TimeSpan.FromHours(23));

        (await server.QuerySqlAsync<string>("SELECT string_agg(key, ' ') FROM idempotency_records WHERE account_id = $1", account.Id)).ShouldBe("young");
    }

    [Fact]
    public async Task Deployment_tokens_are_deleted_a_day_after_they_died()
    {
        var account = await server.NewShopAsync();
        var deployment = await server.StoreDeploymentAsync(account, DeploymentState.Pending);
        await server.ExecuteSqlAsync(
            """
            INSERT INTO deployment_tokens (account_id, id, deployment_id, token_hash, uses_left, expires_at, created_at, created_by)
            SELECT $1, gen_random_uuid(), $2, sha256(n::text::bytea), n % 2, $3::timestamptz + n * interval '1 second', now(), 'x' FROM generate_series(1, 450) n
            """,
            account.Id, deployment, server.Clock.GetUtcNow());
        await account.Client.PostAsync($"/deployments/{deployment}/token", new { ttl_seconds = 3_600 });

        await server.SweepAfterAsync(TimeSpan.FromHours(23));
        (await RowsOfAsync(account, "deployment_tokens")).ShouldBe(451);

        await server.SweepAfterAsync(TimeSpan.FromMinutes(75));
        (await RowsOfAsync(account, "deployment_tokens")).ShouldBe(1);
    }

    [Fact]
    public async Task A_sweep_that_fails_ends_nothing_and_the_next_one_makes_up_for_it()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.DeleteAsync($"/secrets/{id}");
        await server.ExecuteSqlAsync("ALTER TABLE secrets RENAME TO hidden");
        await server.SweepAfterAsync(TimeSpan.FromDays(31));
        server.Log.Lines.ShouldContain(line => line.Text.Contains("could not be deleted", StringComparison.Ordinal));
        await server.ExecuteSqlAsync("ALTER TABLE hidden RENAME TO secrets");

        await server.SweepAfterAsync(TimeSpan.FromDays(2));

        (await RowsOfAsync(account, "secrets")).ShouldBe(0);
    }

    private Task<long> RowsOfAsync(Account account, string table) =>
        server.QuerySqlAsync<long>($"SELECT count(*) FROM {table} WHERE account_id = $1", account.Id);
}

/// <summary>A server that keeps two versions, and tells when it has swept.</summary>
public class SweepingServer : ManualClockServer
{
    private const int MostLooks = 1_000;

    public SweepingServer() => With("Retention:VersionsPerSecret", "2");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Clock.HasTimerAsync();
    }

    /// <summary>Moves the clock on, and waits until a sweep that began after that has ended.</summary>
    public async Task SweepAfterAsync(TimeSpan time)
    {
        // Old answers are what a sweep deletes last: once this one is gone, a whole sweep has run at the new time.
        var marker = await NewAccountAsync();
        await marker.Client.PostAsync("/sites", new { name = "marker" }, ("Idempotency-Key", "marker"));
        await ExecuteSqlAsync(
            "UPDATE idempotency_records SET created_at = $2 WHERE account_id = $1", marker.Id, Clock.GetUtcNow() + time - TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Clock.Advance(time);
        var looks = 0;
        while (await QuerySqlAsync<long>("SELECT count(*) FROM idempotency_records WHERE account_id = $1", marker.Id) > 0)
        {
            looks++.ShouldBeLessThan(MostLooks, "no sweep has run");
            await Task.Delay(10);
        }
    }
}

using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>Every value that a secret has had, in order; and the one way to see it.</summary>
public sealed class KeepingVersionsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_new_value_and_a_new_key_add_a_version_and_nothing_else_does()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        foreach (var change in new object[]
        {
            new { value = "2" },
            new { value = "2" },
            new { key = "B" },
            new { key = "B" },
            new { description = "d" },
            new { expires_at = "2999-01-01T00:00:00Z" },
            new { pinned = true },
            new { key = "C", value = "3", description = "both" },
            new { is_secret = true },
        })
        {
            (await account.Client.PutAsync($"/secrets/{id}", change)).ShouldBe(200);
        }

        (await account.VersionsAsync(id)).ShouldBe(["4 update C", "3 update B", "2 update A", "1 create A"]);
    }

    [Fact]
    public async Task A_version_says_who_wrote_it_and_when_and_shows_no_value()
    {
        var account = await server.NewShopAsync();
        var created = await account.Client.PostAsync(Global, new { key = "A", value = "canary" });
        var colleague = await server.NewKeyOfAsync(account);
        await colleague.Client.PutAsync($"/secrets/{created.Id}", new { value = "canary-2" });

        var list = await account.Client.GetAsync($"{Global}/{created.Id}/versions");

        list.ShouldBe(200).Message.ShouldBe("Versions retrieved successfully");
        list.Text.ShouldNotContain("canary");
        list.Data[0].Text("created_by").ShouldBe("another key");
        list.Data[1].Text("created_by").ShouldBe("test key");
        list.Data[1].Text("fingerprint").ShouldBe(created.Data.Text("fingerprint"));
        list.Data[0].Text("fingerprint").ShouldNotBe(created.Data.Text("fingerprint"));
    }

    [Fact]
    public async Task Versions_come_in_pages()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        foreach (var number in Enumerable.Range(2, 4))
        {
            await account.Client.PutAsync($"/secrets/{id}", new { value = $"{number}" });
        }

        var second = await account.Client.GetAsync($"/secrets/{id}/versions?per_page=2&page=2");

        second.ShouldBe(200).Data.EnumerateArray().Select(v => v.GetProperty("version").GetInt32()).ShouldBe([3, 2]);
        second.Json.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(5);
    }

    [Fact]
    public async Task A_rollback_appends_the_old_value_as_a_version_that_deployments_get()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "old");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "new", description = "kept" });

        var answer = await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 });

        answer.Version().ShouldBe(3);
        answer.Data.Text("description").ShouldBe("kept");
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("old");
        (await account.VersionsAsync(id)).ShouldBe(["3 rollback A", "2 update A", "1 create A"]);
        (await account.RevealAsync(id, 2)).ShouldBe("new");
    }

    [Fact]
    public async Task A_rollback_over_a_rename_takes_the_value_and_not_the_key()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("OLD", "first");
        await account.Client.PutAsync($"/secrets/{id}", new { key = "NEW", value = "second" });

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).Version().ShouldBe(3);

        (await account.InjectAsync("shop", "production")).ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["NEW"] = "first" });
    }

    [Fact]
    public async Task A_rollback_leaves_an_expiry_in_the_past_as_it_is()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await server.ChangeAsync(account, id, "expires_at = now() - interval '1 hour'");

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBe(200).Data.GetProperty("expired").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"version": 2}""")]
    [InlineData("""{"version": 0}""")]
    [InlineData("""{"version": -1}""")]
    [InlineData("""{"version": 2147483647}""")]
    [InlineData("""{"version": 2147483648}""")]
    [InlineData("""{"version": 1.5}""")]
    [InlineData("""{"version": "1"}""")]
    [InlineData("""{"version": null}""")]
    public async Task A_version_that_is_not_there_is_refused(string body)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.PostAsync($"/secrets/{id}/rollback", body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["version"]);
        (await account.Client.PostAsync($"/secrets/{id}/reveal", body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["version"]);
        (await account.VersionsAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_rollback_needs_a_version()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.PostAsync($"/secrets/{id}/rollback", "{}")).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["version"]);
    }

    [Fact]
    public async Task Any_version_can_be_revealed_with_the_key_of_its_time()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("OLD", "first ü\n");
        await account.Client.PutAsync($"/secrets/{id}", new { key = "NEW", value = "second" });

        var old = await account.Client.PostAsync($"/secrets/{id}/reveal", new { version = 1 });
        var current = await account.Client.PostAsync($"/secrets/{id}/reveal", "{}");

        old.ShouldBe(200).Data.GetRawText().ShouldBe("""{"key":"OLD","value":"first ü\n","version":1}""");
        current.ShouldBe(200).Data.GetRawText().ShouldBe("""{"key":"NEW","value":"second","version":2}""");
        current.Message.ShouldBe("Value revealed successfully");
    }

    [Fact]
    public async Task A_reveal_needs_no_body_and_is_stored_by_nobody()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        var answer = await account.Client.SendAsync(HttpMethod.Post, $"/secrets/{id}/reveal", content: null);

        answer.ShouldBe(200).Headers["Cache-Control"].ShouldBe("no-store");
        answer.Headers.ContainsKey("ETag").ShouldBeFalse();
    }

    [Fact]
    public async Task A_deleted_secret_is_not_revealed()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");
        await account.Client.DeleteAsync($"/secrets/{id}");

        (await account.Client.PostAsync($"/secrets/{id}/reveal", "{}")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync($"/secrets/{id}/versions")).ShouldBeError(404, "not_found");
        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBeError(404, "not_found");
    }

    [Fact]
    public async Task Every_reveal_leaves_a_record_of_who_saw_what_without_the_value()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");
        await account.RevealAsync(id);
        await account.RevealAsync(id, 1);

        (await EventsAsync(account, "secret.revealed")).ShouldBe(2);
        var context = JsonDocument.Parse(await server.QuerySqlAsync<string>(
            "SELECT max(context::text) FROM events WHERE account_id = $1 AND event = 'secret.revealed' AND resource_id = $2 AND actor_name = 'test key'",
            account.Id, Guid.Parse(id))).RootElement;
        context.Text("key").ShouldBe("A");
        context.GetProperty("version").GetInt32().ShouldBe(1);
        (await server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE context::text LIKE '%canary%'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_reveal_changes_no_map_and_so_no_revision()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        var before = await RevisionAsync(account);

        await account.RevealAsync(id);

        (await RevisionAsync(account)).ShouldBe(before);
    }

    [Fact]
    public async Task A_reveal_that_was_refused_leaves_no_record()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        await account.Client.PostAsync($"/secrets/{id}/reveal", new { version = 9 });

        (await EventsAsync(account, "secret.revealed")).ShouldBe(0);
    }

    [Fact]
    public async Task Each_write_leaves_one_record_and_one_that_changes_nothing_none()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 });
        await account.Client.DeleteAsync($"/secrets/{id}");
        await account.Client.PostAsync($"/secrets/{id}/restore", "{}");
        await account.Client.PostAsync($"/secrets/{id}/restore", "{}");

        foreach (var name in new[] { "created", "updated", "rolled_back", "deleted", "restored" })
        {
            (await EventsAsync(account, $"secret.{name}")).ShouldBe(1, name);
        }
    }

    [Fact]
    public async Task Updates_and_rollbacks_at_once_leave_versions_without_gap_or_twin()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "0");

        var answers = await Task.WhenAll(Enumerable.Range(1, 32).Select(n => n % 2 == 0
            ? account.Client.PutAsync($"/secrets/{id}", new { value = $"{n}" })
            : account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })));

        answers.Select(a => a.Version()).Order().ShouldBe(Enumerable.Range(2, 32));
        (await account.VersionsAsync(id)).Select(v => int.Parse(v.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(Enumerable.Range(1, 33).Reverse());
        var last = answers.Single(a => a.Version() == 33);
        (await account.Client.GetAsync($"/secrets/{id}")).Data.Text("fingerprint").ShouldBe(last.Data.Text("fingerprint"));
        (await account.RevealAsync(id)).ShouldBe((await account.InjectAsync("shop", "production"))["A"]);
    }

    private Task<int> EventsAsync(Account account, string name) =>
        server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE account_id = $1 AND event = $2", account.Id, name);

    private Task<long> RevisionAsync(Account account) => server.QuerySqlAsync<long>("SELECT revision FROM accounts WHERE id = $1", account.Id);
}

/// <summary>Where the audit trail cannot be written, nothing leaves and nothing changes.</summary>
public sealed class WithoutAuditTrailTests(UndeclaredStatusServer server) : IClassFixture<UndeclaredStatusServer>
{
    [Fact]
    public async Task A_value_leaves_only_with_its_record()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");
        await using var broken = await BrokenTrail.OfAsync(server, account);

        var answer = await account.Client.PostAsync($"/secrets/{id}/reveal", "{}");

        answer.Status.ShouldBeOneOf(500, 503);
        answer.Text.ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_change_stands_only_with_its_record()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "old");
        await using (await BrokenTrail.OfAsync(server, account))
        {
            (await account.Client.PutAsync($"/secrets/{id}", new { value = "new" })).Status.ShouldBeOneOf(500, 503);
            (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).Status.ShouldBeOneOf(500, 503);
            (await account.Client.DeleteAsync($"/secrets/{id}")).Status.ShouldBeOneOf(500, 503);
            (await account.Client.DeleteAsync($"/secrets/{id}?purge=true")).Status.ShouldBeOneOf(500, 503);
            (await account.Client.PostAsync(Global, new { key = "B", value = "1" })).Status.ShouldBeOneOf(500, 503);
            (await account.Client.PostAsync(Global + "/import", new { C = "1" })).Status.ShouldBeOneOf(500, 503);
        }

        (await account.InjectAsync("shop", "production")).ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "old" });
        (await account.VersionsAsync(id)).ShouldBe(["1 create A"]);
    }

    internal sealed class BrokenTrail(SecretsServer server, string trigger) : IAsyncDisposable
    {
        public static async Task<BrokenTrail> OfAsync(SecretsServer server, Account account)
        {
            var trigger = $"broken_{account.Id:N}";
            await server.ExecuteSqlAsync(
                $"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                + $"IF NEW.account_id = '{account.Id}' THEN RAISE EXCEPTION 'the trail is full'; END IF; RETURN NEW; END $$");
            await server.ExecuteSqlAsync($"CREATE TRIGGER {trigger} BEFORE INSERT ON event_journal FOR EACH ROW EXECUTE FUNCTION {trigger}()");
            return new BrokenTrail(server, trigger);
        }

        public async ValueTask DisposeAsync() => await server.ExecuteSqlAsync($"DROP TRIGGER {trigger} ON event_journal");
    }
}

/// <summary>A server that is made to fail: a 500 is declared by no route.</summary>
public sealed class UndeclaredStatusServer : SecretsServer
{
    protected override bool ChecksDeclaredStatuses => false;
}

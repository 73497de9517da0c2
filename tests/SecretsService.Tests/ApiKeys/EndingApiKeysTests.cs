using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>A key ends when it is deleted, at the next request on every replica, or at its time.</summary>
public sealed class EndingApiKeysTests(TwoReplicas server) : IClassFixture<TwoReplicas>
{
    [Fact]
    public async Task A_deleted_key_is_answered_as_it_was_and_is_unknown_from_the_next_request_on()
    {
        var account = await server.NewAccountAsync();
        var key = (await account.Client.PostAsync("/api-keys", new { name = "pipeline" })).ShouldBe(201);
        var client = server.ClientWith(key.Data.Text("token"));
        (await client.GetAsync("/global-secrets")).ShouldBe(200);
        var shown = await account.Client.GetAsync($"/api-keys/{key.Id}");

        var deleted = (await account.Client.DeleteAsync($"/api-keys/{key.Id}")).ShouldBe(200);

        deleted.Data.GetRawText().ShouldBe(shown.Data.GetRawText());
        (await client.GetAsync("/global-secrets")).ShouldBeError(401, "unauthenticated");
        (await account.Client.GetAsync($"/api-keys/{key.Id}")).ShouldBeError(404, "not_found");
        (await account.Client.DeleteAsync($"/api-keys/{key.Id}")).ShouldBeError(404, "not_found");
        (await server.QuerySqlAsync<string>(
            "SELECT context ->> 'name' FROM events WHERE account_id = $1 AND event = 'api-key.deleted' AND resource_id = $2", account.Id, Guid.Parse(key.Id)))
            .ShouldBe("pipeline");
    }

    [Fact]
    public async Task A_key_cannot_delete_itself()
    {
        var account = await server.NewAccountAsync();
        var self = (await account.Client.GetAsync("//api/v1/auth/whoami")).Data.GetProperty("api_key").Text("id");

        (await account.Client.DeleteAsync($"/api-keys/{self}")).ShouldBeError(403, "forbidden").Message!.ShouldStartWith("A key cannot delete itself");
        (await account.Client.GetAsync($"/api-keys/{self}")).ShouldBe(200);
    }

    [Fact]
    public async Task Two_keys_that_delete_each_other_at_once_leave_one()
    {
        var account = await server.NewAccountAsync();
        var other = await server.NewKeyOfAsync(account, ["*"]);
        var (one, two) = (await IdOfAsync(account), await IdOfAsync(other));

        var answers = await Task.WhenAll(account.Client.DeleteAsync($"/api-keys/{two}"), other.Client.DeleteAsync($"/api-keys/{one}"));

        answers.Select(a => a.Status).Count(s => s == 200).ShouldBe(1);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM api_keys WHERE account_id = $1", account.Id)).ShouldBe(1);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("rotate")]
    public async Task What_one_replica_ends_the_other_refuses_at_the_next_request(string what)
    {
        var account = await server.NewAccountAsync();
        var key = (await account.Client.PostAsync("/api-keys", new { name = "pipeline" })).ShouldBe(201);
        var elsewhere = server.Other.ClientWith(key.Data.Text("token"));
        foreach (var _ in Enumerable.Range(0, 3))
        {
            (await elsewhere.GetAsync("//api/v1/auth/whoami")).ShouldBe(200);
        }

        var ended = what == "delete" ? await account.Client.DeleteAsync($"/api-keys/{key.Id}") : await account.Client.PostAsync($"/api-keys/{key.Id}/rotate", new { });

        ended.ShouldBe(200);
        (await elsewhere.GetAsync("//api/v1/auth/whoami")).ShouldBeError(401, "unauthenticated");
    }

    [Fact]
    public async Task A_key_is_accepted_until_its_time_and_stays_listed_after_it()
    {
        var account = await server.NewAccountAsync();
        var key = (await account.Client.PostAsync("/api-keys", new { name = "short", expires_at = server.Clock.GetUtcNow().AddMinutes(10) })).ShouldBe(201);
        var client = server.ClientWith(key.Data.Text("token"));

        server.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        (await client.GetAsync("//api/v1/auth/whoami")).ShouldBe(200).Data.Text("expires_at").ShouldBe(key.Data.Text("expires_at"));
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await client.GetAsync("//api/v1/auth/whoami")).ShouldBeError(401, "unauthenticated");
        (await account.Client.GetAsync($"/api-keys/{key.Id}")).ShouldBe(200).Data.GetProperty("expired").GetBoolean().ShouldBeTrue();
        (await account.Client.DeleteAsync($"/api-keys/{key.Id}")).ShouldBe(200);
    }

    private static async Task<string> IdOfAsync(Account account) => (await account.Client.GetAsync("//api/v1/auth/whoami")).Data.GetProperty("api_key").Text("id");
}

/// <summary>Two servers on one database.</summary>
public sealed class TwoReplicas : ManualClockServer, IAsyncLifetime
{
    private readonly string _keyring = NewKeyring();

    public TwoReplicas() => With("Keys:Keyring", _keyring);

    /// <summary>The other one.</summary>
    public SecretsServer Other { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Other = new SecretsServer().With("ConnectionStrings:Secrets", ConnectionString).With("Keys:Keyring", _keyring).With(Clock);
        await Other.InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await Other.DisposeAsync();
        await DisposeAsync();
        await PostgresTemplate.DropAsync(ConnectionString);
    }
}

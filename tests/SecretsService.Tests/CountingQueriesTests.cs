using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>What a read costs must not grow with what there is.</summary>
public sealed class CountingQueriesTests(QueryLoggingServer server) : IClassFixture<QueryLoggingServer>
{
    private static readonly string[] Tables = ["FROM api_key_tokens", "FROM environments", "FROM secrets", "INSERT INTO event_journal"];

    [Fact]
    public async Task The_merged_map_takes_as_many_queries_for_50_secrets_as_for_one()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("KEY_0", "1");
        await account.InjectAsync("shop", "production");
        var forOne = await QueriesOfAsync(() => account.InjectAsync("shop", "production"));

        foreach (var number in Enumerable.Range(1, 49))
        {
            await account.HasSecretAsync($"KEY_{number}", "1");
        }

        (await QueriesOfAsync(() => account.InjectAsync("shop", "production"))).ShouldBe(forOne);
        forOne.ShouldBe(4, "round trips: one for the key, one for the environment, one for all of its secrets, one for the record");
    }

    [Fact]
    public async Task A_list_takes_as_many_queries_for_50_secrets_as_for_one()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("KEY_0", "1");
        var forOne = await QueriesOfAsync(() => account.Client.GetAsync("/global-secrets?per_page=100"));

        foreach (var number in Enumerable.Range(1, 49))
        {
            await account.HasSecretAsync($"KEY_{number}", "1");
        }

        (await QueriesOfAsync(() => account.Client.GetAsync("/global-secrets?per_page=100"))).ShouldBe(forOne);
    }

    private async Task<int> QueriesOfAsync<T>(Func<Task<T>> request)
    {
        var before = Queries();
        await request();
        return Queries() - before;
    }

    // Not those of the service itself, which chains records at any time.
    private int Queries() => server.Log.Lines.Count(line =>
        line.Text.Contains("xecution completed", StringComparison.Ordinal)
        && Tables.Any(table => line.Text.Contains(table, StringComparison.Ordinal)));
}

/// <summary>A server that logs each query, and keeps no answers.</summary>
public sealed class QueryLoggingServer : SecretsServer
{
    public QueryLoggingServer() => With("Logging:LogLevel:Npgsql.Command", "Information").With("Injection:CacheMegabytes", "0");
}

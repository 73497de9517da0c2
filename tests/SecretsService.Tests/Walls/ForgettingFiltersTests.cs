using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SecretsService.Access;
using SecretsService.Http;
using SecretsService.Resolution;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Walls;

/// <summary>
/// The fault that the wall is for: a query that is sent for one account and asks for another's rows. The queries are those that the service really
/// sends for the other account, with its id and those of its rows in them.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The runner ends it by IAsyncLifetime")]
public sealed class ForgettingFiltersTests : IAsyncLifetime
{
    private static readonly IReadOnlyList<string> Reads =
    [
        "/sites", "/sites/shop", "/sites/shop/environments", "/sites/shop/environments/production", "/sites/shop/apps", "/sites/shop/required-secrets",
        "/secret-types", "/secret-types/pair", "/global-secrets", "/secrets", "/secrets/stats", "/sites/shop/environments/production/secrets?inherited=true",
        "/sites/shop/environments/production/deployments", "/sites/shop/environments/production/pending-changes",
    ];

    private readonly TwoAccounts _server = new();
    private readonly CapturedQueries _queries = new();

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        _queries.Follow(_server);
    }

    public async Task DisposeAsync()
    {
        await ((IAsyncLifetime)_server).DisposeAsync();
        _queries.Dispose();
    }

    [Fact]
    public async Task Every_query_of_another_accounts_reads_gives_nothing()
    {
        foreach (var path in Reads)
        {
            var sent = await _queries.OfAsync(async () => (await _server.Other.Client.GetAsync(path)).ShouldBe(200));
            var named = sent.Where(query => query.Parameters.Any(p => p.Value is Guid id && id == _server.Other.Id)).ToList();
            foreach (var query in named)
            {
                await _server.WithinAsync(_server.One.Id, async connection => (await CountAsync(connection, query)).ShouldBe(0, $"{path}: {query.Sql}"));
            }

            // Or the test would show nothing: the same queries, within the account whose rows they ask for.
            var seen = 0L;
            await _server.WithinAsync(_server.Other.Id, async connection =>
            {
                foreach (var query in named)
                {
                    seen += await CountAsync(connection, query);
                }
            });
            seen.ShouldBeGreaterThan(0, path);
        }
    }

    [Fact]
    public async Task The_merged_map_of_another_account_is_not_found()
    {
        await using var scope = _server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AccountScope>().Enter(_server.One.Id);
        var reader = scope.ServiceProvider.GetRequiredService<SnapshotReader>();
        var other = new Caller(_server.Other.Id, "", Guid.CreateVersion7(), "");
        var path = new EnvironmentPath(ResourceReference.Of("shop"), ResourceReference.Of("production"));

        foreach (var (account, isFound) in new[] { (_server.One, false), (_server.Other, true) })
        {
            await _server.WithinAsync(account.Id, async connection =>
            {
                var snapshot = await reader.ReadBothAsync(
                    other, new TargetReference(path), Candidate.Query, SecretSource.Query, within: connection, CancellationToken.None);
                snapshot.Succeeded(out var found, out var failure).ShouldBe(isFound, failure?.Message);
                (found?.Rows.Count ?? 0).ShouldBe(isFound ? 2 : 0);
            });
        }
    }

    // The rows of a query; where all it gives is a number or a truth value, that.
    private static async Task<long> CountAsync(NpgsqlConnection connection, CapturedQuery query)
    {
        await using var command = query.On(connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0L;
        while (await reader.ReadAsync())
        {
            rows += reader.FieldCount > 1 ? 1 : reader.GetValue(0) switch
            {
                int number => number,
                long number => number,
                bool isFound => isFound ? 1 : 0,
                _ => 1,
            };
        }

        return rows;
    }
}

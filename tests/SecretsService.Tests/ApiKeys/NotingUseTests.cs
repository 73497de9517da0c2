using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SecretsService.Access;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>When a key was used last is right to a minute, and costs no write a request.</summary>
public sealed class NotingUseTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_request_is_the_last_use_once_that_is_stored()
    {
        var account = await server.NewAccountAsync();
        var key = (await account.Client.PostAsync("/api-keys", new { name = "x" })).ShouldBe(201);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.ClientWith(key.Data.Text("token")).GetAsync("//api/v1/auth/whoami");
        var revision = await RevisionAsync(account);

        await server.Services.GetRequiredService<KeyUses>().StoreAsync(CancellationToken.None);

        (await account.Client.GetAsync($"/api-keys/{key.Id}")).ShouldBe(200).Data.GetProperty("last_used_at").GetDateTimeOffset()
            .ShouldBe(server.Clock.GetUtcNow(), TimeSpan.FromMilliseconds(1));
        (await RevisionAsync(account)).ShouldBe(revision);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM events WHERE account_id = $1 AND event <> 'api-key.created'", account.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task A_request_writes_nothing_of_it()
    {
        var account = await server.NewAccountAsync();
        var versions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var _ in Enumerable.Range(0, 30))
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            (await account.Client.GetAsync("//api/v1/auth/whoami")).ShouldBe(200);
            versions.Add(await server.QuerySqlAsync<string>("SELECT xmin::text FROM api_keys WHERE account_id = $1", account.Id));
        }

        // As the row was made, and as it is each time that all uses are stored, every 20 seconds.
        versions.Count.ShouldBeLessThan(15);
    }

    [Fact]
    public async Task The_uses_of_several_accounts_are_stored_together_and_a_later_time_stays()
    {
        var uses = NewUses(out var database);
        await using var _ = database;
        var (first, second) = (await NewKeyAsync(), await NewKeyAsync());
        uses.Note(first.Account, first.Key, Noon);
        uses.Note(second.Account, second.Key, Noon.AddMinutes(1));
        uses.Note(Guid.CreateVersion7(), Guid.CreateVersion7(), Noon);
        await uses.StoreAsync(CancellationToken.None);

        var another = NewUses(out var otherDatabase);
        await using var __ = otherDatabase;
        another.Note(first.Account, first.Key, Noon.AddMinutes(-1));
        another.Note(second.Account, second.Key, Noon.AddMinutes(2));
        await another.StoreAsync(CancellationToken.None);

        (await LastUseAsync(first)).ShouldBe(Noon);
        (await LastUseAsync(second)).ShouldBe(Noon.AddMinutes(2));
    }

    [Fact]
    public async Task What_could_not_be_stored_is_kept_for_the_next_time()
    {
        var isDown = true;
        var builder = new NpgsqlDataSourceBuilder(server.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            _ => throw new NotSupportedException(),
            _ => isDown ? throw new NpgsqlException("down") : Task.CompletedTask);
        await using var database = builder.Build();
        var uses = new KeyUses(database);
        var key = await NewKeyAsync();
        uses.Note(key.Account, key.Key, Noon);

        await Should.ThrowAsync<NpgsqlException>(() => uses.StoreAsync(CancellationToken.None));
        isDown = false;
        await uses.StoreAsync(CancellationToken.None);

        (await LastUseAsync(key)).ShouldBe(Noon);
    }

    [Fact]
    public async Task A_use_that_is_noted_while_others_are_stored_or_given_up_is_not_lost()
    {
        var uses = NewUses(out var database);
        await using var _ = database;
        var keys = new[] { await NewKeyAsync(), await NewKeyAsync(), await NewKeyAsync() };
        using var done = new CancellationTokenSource();
        var storing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await uses.StoreAsync(CancellationToken.None);
            }
        });

        await Task.WhenAll(keys.Select(key => Task.Run(() =>
        {
            foreach (var second in Enumerable.Range(1, 100_000))
            {
                uses.Note(key.Account, key.Key, Noon.AddSeconds(second));
            }
        })));
        await done.CancelAsync();
        await storing;
        await uses.StoreAsync(CancellationToken.None);

        foreach (var key in keys)
        {
            (await LastUseAsync(key)).ShouldBe(Noon.AddSeconds(100_000));
        }
    }

    private KeyUses NewUses(out NpgsqlDataSource database)
    {
        database = NpgsqlDataSource.Create(server.ConnectionString);
        return new KeyUses(database);
    }

    private async Task<(Guid Account, Guid Key)> NewKeyAsync()
    {
        var account = await server.NewAccountAsync();
        return (account.Id, Guid.Parse(await server.QuerySqlAsync<string>("SELECT id::text FROM api_keys WHERE account_id = $1", account.Id)));
    }

    private async Task<DateTimeOffset> LastUseAsync((Guid Account, Guid Key) key) => DateTimeOffset.FromUnixTimeSeconds(
        await server.QuerySqlAsync<long>("SELECT extract(epoch FROM last_used_at)::bigint FROM api_keys WHERE account_id = $1 AND id = $2", key.Account, key.Key));

    private Task<long> RevisionAsync(Account account) => server.QuerySqlAsync<long>("SELECT revision FROM accounts WHERE id = $1", account.Id);
}

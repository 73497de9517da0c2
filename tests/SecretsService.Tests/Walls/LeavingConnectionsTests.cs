using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SecretsService.Access;
using SecretsService.Startup;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Walls;

/// <summary>Whose rows a connection showed is over when it goes back to the pool, however its use ended: the pool here has one.</summary>
public sealed class LeavingConnectionsTests(OneConnectionServer server) : IClassFixture<OneConnectionServer>
{
    private const string Injection = "/sites/shop/environments/production/injection";

    // The notice arrives at once, and whoever listens to it can cancel while the statement runs.
    private const string NoticeAndWait = "DO $$ BEGIN RAISE NOTICE 'runs'; PERFORM pg_sleep(60); END $$";

    private static readonly IReadOnlyDictionary<string, Func<SecretsServer, Account, Task>> Uses =
        new Dictionary<string, Func<SecretsServer, Account, Task>>(StringComparer.Ordinal)
        {
            ["look-up of a token"] = (server, account) => server.Services.GetRequiredService<Credentials>().FindAsync(account.Token, CancellationToken.None),
            ["look-up of no token"] = (server, _) => server.Services.GetRequiredService<Credentials>().FindAsync(token: null, CancellationToken.None),
            ["merged map"] = async (_, account) => (await account.Client.GetAsync(Injection)).ShouldBe(200),
            ["merged map of nothing, whose transaction is left open"] = async (_, account) => (await account.Client.GetAsync(Injection + "?app=none")).ShouldBe(404),
            ["list"] = async (_, account) => (await account.Client.GetAsync("/secrets")).ShouldBe(200),
            ["change"] = async (_, account) => (await account.Client.PostAsync("/sites", new { name = "blog", slug = "blog" })).ShouldBe(201),
            ["change that is refused"] = async (_, account) => (await account.Client.PostAsync("/sites", new { name = "shop", slug = "shop" })).ShouldBe(422),
            ["query"] = (server, account) => WithinAsync(server, account, db => db.Sites.CountAsync()),
            ["query of everybody's rows"] = async (server, _) =>
            {
                await using var scope = server.NewScope();
                (await scope.ServiceProvider.GetRequiredService<SecretsDbContext>().Sites.CountAsync()).ShouldBeGreaterThan(0);
            },
            ["query that fails"] = (server, account) => WithinAsync(
                server, account, db => Should.ThrowAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync("SELECT 1 / 0"))),
            ["query that is cancelled by the server"] = (server, account) => WithinAsync(
                server, account, db => Should.ThrowAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)"))),
            ["query that is cancelled by the caller"] = (server, account) => WithinAsync(server, account, CancelMidwayAsync),
            ["transaction"] = (server, account) => WithinAsync(server, account, async db =>
            {
                await using var transaction = await db.BeginWithinAsync(account.Id, CancellationToken.None);
                await transaction.CommitAsync();
            }),
            ["transaction that is given up"] = (server, account) => WithinAsync(server, account, async db =>
            {
                await using var transaction = await db.BeginWithinAsync(account.Id, CancellationToken.None);
            }),
            ["change of an account"] = (server, account) => WithinAsync(server, account, async db =>
            {
                await using var change = await AccountTransaction.BeginAsync(db, account.Id, CancellationToken.None);
                await change.CommitAsync(CancellationToken.None);
            }),
            ["change of an account that fails"] = (server, account) => WithinAsync(server, account, async db =>
            {
                await using var change = await AccountTransaction.BeginAsync(db, account.Id, CancellationToken.None);
                await Should.ThrowAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync("SELECT 1 / 0"));
            }),
            ["change of an account that is cancelled"] = (server, account) => WithinAsync(server, account, async db =>
            {
                await using var change = await AccountTransaction.BeginAsync(db, account.Id, CancellationToken.None);
                await CancelMidwayAsync(db);
            }),
        };

    public static TheoryData<string> NamesOfUses() => [.. Uses.Keys];

    [Theory]
    [MemberData(nameof(NamesOfUses))]
    public async Task The_next_use_of_the_connection_sees_nobodys_rows(string use)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var before = await LookAsync();

        await Uses[use](server, account);

        var after = await LookAsync();
        after.Setting.ShouldBe("");
        after.Accounts.ShouldBe(0);
        after.Backend.ShouldBe(before.Backend, "It must be the same connection, or nothing is shown.");
    }

    [Fact]
    public async Task A_connection_that_is_not_reset_would_show_the_next_user_an_accounts_rows()
    {
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Options = "", NoResetOnClose = true, MaxPoolSize = 1 }.ConnectionString);
        await using (var connection = await source.OpenConnectionAsync())
        {
            await TwoAccounts.Command(connection, $"SET {AccountWall.Setting} = '{AccountWall.Everybody}'").ExecuteNonQueryAsync();
        }

        (await LookAsync(source)).Accounts.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("Host=x;No Reset On Close=true")]
    [InlineData("Host=x;Multiplexing=true")]
    public void A_connection_string_that_would_keep_the_setting_is_refused(string connectionString) =>
        Should.Throw<StartupException>(() => new DatabaseAddress().Use(connectionString)).Sentences.ShouldHaveSingleItem().ShouldContain("leave them out");

    private static async Task WithinAsync(SecretsServer server, Account account, Func<SecretsDbContext, Task> work)
    {
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AccountScope>().Enter(account.Id);
        await work(scope.ServiceProvider.GetRequiredService<SecretsDbContext>());
    }

    private static async Task CancelMidwayAsync(SecretsDbContext db)
    {
        using var cancellation = new CancellationTokenSource();
        var cancelling = Task.CompletedTask;
        ((NpgsqlConnection)db.Database.GetDbConnection()).Notice += (_, _) => cancelling = cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => db.Database.ExecuteSqlRawAsync(NoticeAndWait, cancellation.Token));
        await cancelling;
    }

    private Task<Sight> LookAsync() => LookAsync(server.Services.GetRequiredService<NpgsqlDataSource>());

    private static async Task<Sight> LookAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            $"SELECT pg_backend_pid(), coalesce(current_setting('{AccountWall.Setting}', true), ''), (SELECT count(*) FROM accounts)");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new Sight(reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2));
    }

    private sealed record Sight(int Backend, string Setting, long Accounts);
}

/// <summary>A server whose pool has a single connection.</summary>
public sealed class OneConnectionServer : SecretsServer
{
    public override async Task InitializeAsync()
    {
        With("ConnectionStrings:Secrets", await PostgresTemplate.CloneAsync() + ";Maximum Pool Size=1");
        await base.InitializeAsync();
    }
}

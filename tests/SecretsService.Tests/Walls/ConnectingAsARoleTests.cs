using Npgsql;
using SecretsService.Access;
using SecretsService.Storage.Embedded;
using SecretsService.Testing;
using SecretsService.Tests.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Walls;

/// <summary>The database roles that an operator may give to the service, in a cluster that has its superuser at hand.</summary>
public sealed class ConnectingAsARoleTests : PrivateDatabaseTests
{
    private const string Warning = "which no row-level security binds";

    // A role that owns nothing, as docs/operations.md sets it up.
    private const string MakeRole =
        """
        CREATE ROLE serving LOGIN PASSWORD 'serving';
        GRANT USAGE ON SCHEMA public TO serving;
        ALTER DEFAULT PRIVILEGES FOR ROLE secrets IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO serving;
        """;

    // As a release before the chain left them; the role that does not own the table leaves it there, empty.
    private const string AddEarlierEvent =
        """
        INSERT INTO earlier_events (account_id, id, event, actor_id, actor_name, resource_type, resource_id, context, occurred_at)
        SELECT id, gen_random_uuid(), 'secret.created', '00000000-0000-0000-0000-000000000000', 'earlier', 'secret', NULL, '{}', now() FROM accounts
        """;

    private readonly string _keyring = SecretsServer.NewKeyring();
    private string _owner = "";

    public override async Task InitializeAsync() => _owner = (await Database.StartAsync()).ConnectionString;

    [Fact]
    public async Task A_role_that_no_wall_binds_is_warned_about_at_start()
    {
        await using (var ordinary = await StartAsync(_owner))
        {
            ordinary.Log.Lines.ShouldNotContain(line => line.Text.Contains(Warning, StringComparison.Ordinal));
        }

        await using (var superuser = await StartAsync(AsSuperuser()))
        {
            superuser.Log.Lines.ShouldContain(line => line.Text.Contains($"The database role postgres is a superuser (or has BYPASSRLS), {Warning}", StringComparison.Ordinal));
        }

        await ExecuteAsync(AsSuperuser(), "ALTER ROLE secrets BYPASSRLS");
        await using var bypassing = await StartAsync(_owner);
        bypassing.Log.Lines.ShouldContain(line => line.Text.Contains($"The database role secrets is a superuser (or has BYPASSRLS), {Warning}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_whose_wall_was_taken_down_is_warned_about_at_start()
    {
        await using (await StartAsync(_owner))
        {
            await ExecuteAsync(_owner, "ALTER TABLE secrets NO FORCE ROW LEVEL SECURITY; ALTER TABLE events DISABLE ROW LEVEL SECURITY");
        }

        await using var server = await StartAsync(_owner);
        server.Log.Lines.ShouldContain(line => line.Text.Contains("Row-level security does not hold for the tables events, secrets:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_that_owns_nothing_serves_what_another_one_has_migrated()
    {
        var serving = new NpgsqlConnectionStringBuilder(_owner) { Username = "serving", Password = "serving" }.ConnectionString;
        await ExecuteAsync(AsSuperuser(), MakeRole);
        var migration = ServiceProcess.Start([("ConnectionStrings__Secrets", _owner)], "--migrate");
        (await migration.ExitAsync()).ShouldBe(0, migration.Output);
        await using (await StartAsync(serving, migrates: false))
        {
            await ExecuteAsync($"{_owner};Options=-c secrets.account=*", AddEarlierEvent);
        }

        await using var server = await StartAsync(serving, migrates: false);

        server.Log.Lines.ShouldNotContain(line => line.Text.Contains(Warning, StringComparison.Ordinal));
        (await server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE actor_name = 'earlier'")).ShouldBe(1);
        (await server.QuerySqlAsync<int>("SELECT count(*) FROM earlier_events")).ShouldBe(0);
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var secret = await account.HasSecretAsync("shop", "production", "KEY", "1");
        (await account.Client.PutAsync($"/sites/shop/environments/production/secrets/{secret}", new { value = "2" })).ShouldBe(200);
        await account.HasDeployedAsync();
        (await account.InjectAsync("shop", "production"))["KEY"].ShouldBe("2");
        (await account.Client.DeleteAsync($"/sites/shop/environments/production/secrets/{secret}")).ShouldBe(200);
    }

    [Theory]
    [InlineData("ALTER TABLE secrets DISABLE ROW LEVEL SECURITY")]
    [InlineData("DROP POLICY account_wall ON secrets")]
    [InlineData("TRUNCATE secrets CASCADE")]
    public async Task A_role_that_owns_nothing_cannot_take_the_wall_down(string sql)
    {
        await ExecuteAsync(AsSuperuser(), MakeRole);
        await using var server = await StartAsync(_owner);

        var refusal = await Should.ThrowAsync<PostgresException>(
            () => ExecuteAsync(new NpgsqlConnectionStringBuilder(_owner) { Username = "serving", Password = "serving" }.ConnectionString, sql));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    private async Task<SecretsServer> StartAsync(string connectionString, bool migrates = true)
    {
        var server = new SecretsServer()
            .With("ConnectionStrings:Secrets", connectionString)
            .With("Bootstrap:ApiKey", ApiToken.Generate())
            .With("Keys:Keyring", _keyring)
            .With("Database:MigrateAtStart", migrates ? "true" : "false");
        await server.InitializeAsync();
        return server;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    // The superuser of a private cluster has the password of the service's role.
    private string AsSuperuser() => new NpgsqlConnectionStringBuilder(_owner) { Username = Initdb.Superuser }.ConnectionString;
}

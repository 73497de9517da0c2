using Microsoft.EntityFrameworkCore;
using SecretsService.Scopes;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>What the database itself guarantees, whatever the code does.</summary>
public sealed class SchemaTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string InsertSecret =
        "INSERT INTO secrets (account_id, id, site_id, app_id, environment_type, environment_id, name, is_secret, is_pinned, is_withheld, version, created_at, created_by, updated_at, updated_by) "
        + "SELECT $1, gen_random_uuid(), $2, $3, $4, $5, $6, true, false, false, 1, now(), '', now(), ''";

    [Fact]
    public void The_migrations_make_the_model()
    {
        using var db = new DesignTimeFactory().CreateDbContext([]);

        db.Database.HasPendingModelChanges().ShouldBeFalse("Add a migration: CONTRIBUTING.md says how.");
    }

    [Fact]
    public async Task The_database_derives_the_same_scope_key_as_the_code()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var site = Guid.Parse((await account.Client.GetAsync("/sites/shop")).Id);
        var environment = Guid.Parse((await account.Client.GetAsync("/sites/shop/environments/production")).Id);
        var app = Guid.Parse((await account.Client.PostAsync("/sites/shop/apps", new { name = "worker" })).ShouldBe(201).Id);
        SecretScope[] scopes =
        [
            SecretScope.Global,
            new(new Owner.Global(), new Selector.Type("production")),
            new(new Owner.Site(site), new Selector.Any()),
            new(new Owner.Site(site), new Selector.Type("load-test")),
            new(new Owner.Site(site), new Selector.Environment(environment)),
            new(new Owner.App(site, app), new Selector.Any()),
            new(new Owner.App(site, app), new Selector.Type("local")),
            new(new Owner.App(site, app), new Selector.Environment(environment)),
        ];

        foreach (var scope in scopes)
        {
            var derived = await server.QuerySqlAsync<string>($"{InsertSecret} RETURNING scope_key || ' in ' || collection_key", [account.Id, .. ColumnsOf(scope), "KEY"]);
            derived.ShouldBe($"{scope.StorageKey} in {scope.CollectionKey}");
        }
    }

    [Fact]
    public async Task A_second_row_of_a_scope_and_folded_name_is_refused_by_the_database()
    {
        var account = await server.NewAccountAsync();
        await server.ExecuteSqlAsync(InsertSecret, [account.Id, .. ColumnsOf(SecretScope.Global), "Key"]);

        var refusal = await Should.ThrowAsync<Npgsql.PostgresException>(
            () => server.ExecuteSqlAsync(InsertSecret, [account.Id, .. ColumnsOf(SecretScope.Global), "KEY"]));

        refusal.ConstraintName.ShouldBe(Constraints.SecretName);
    }

    [Fact]
    public async Task A_global_row_that_selects_an_environment_is_refused_by_the_database()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var environment = Guid.Parse((await account.Client.GetAsync("/sites/shop/environments/production")).Id);

        var refusal = await Should.ThrowAsync<Npgsql.PostgresException>(
            () => server.ExecuteSqlAsync(InsertSecret, account.Id, DBNull.Value, DBNull.Value, DBNull.Value, environment, "KEY"));

        refusal.ConstraintName.ShouldBe("ck_secrets_scope");
    }

    [Fact]
    public async Task A_row_cannot_refer_to_another_accounts_row()
    {
        var account = await server.NewAccountAsync();
        var stranger = await (await server.NewAccountAsync()).HasSiteAsync("shop");
        var site = Guid.Parse((await stranger.Client.GetAsync("/sites/shop")).Id);

        var refusal = await Should.ThrowAsync<Npgsql.PostgresException>(
            () => server.ExecuteSqlAsync(InsertSecret, account.Id, site, DBNull.Value, DBNull.Value, DBNull.Value, "KEY"));

        refusal.ConstraintName.ShouldBe(Constraints.SecretSite);
    }

    [Fact]
    public async Task A_row_cannot_refer_to_an_app_or_environment_of_another_site()
    {
        var account = await (await (await server.NewAccountAsync()).HasSiteAsync("shop", "production")).HasSiteAsync("blog");
        var blog = Guid.Parse((await account.Client.GetAsync("/sites/blog")).Id);
        var environment = Guid.Parse((await account.Client.GetAsync("/sites/shop/environments/production")).Id);
        var app = Guid.Parse((await account.Client.PostAsync("/sites/shop/apps", new { name = "worker" })).ShouldBe(201).Id);

        var ofEnvironment = await Should.ThrowAsync<Npgsql.PostgresException>(
            () => server.ExecuteSqlAsync(InsertSecret, account.Id, blog, DBNull.Value, DBNull.Value, environment, "KEY"));
        var ofApp = await Should.ThrowAsync<Npgsql.PostgresException>(
            () => server.ExecuteSqlAsync(InsertSecret, account.Id, blog, app, DBNull.Value, DBNull.Value, "KEY"));

        ofEnvironment.ConstraintName.ShouldBe(Constraints.SecretEnvironment);
        ofApp.ConstraintName.ShouldBe(Constraints.SecretApp);
    }

    [Fact]
    public async Task Every_key_of_a_tenants_table_begins_with_its_account()
    {
        var others = await server.QuerySqlAsync<string>(
            """
            SELECT coalesce(string_agg(t.relname, ',' ORDER BY t.relname), '')
            FROM pg_index i
            JOIN pg_class t ON t.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
            WHERE i.indisprimary AND a.attname <> 'account_id'
            """);

        others.ShouldBe("__EFMigrationsHistory,accounts,key_encryption_keys");
    }

    private static object[] ColumnsOf(SecretScope scope) =>
        [.. new object?[] { scope.SiteId, scope.AppId, scope.EnvironmentType, scope.EnvironmentId }.Select(column => column ?? DBNull.Value)];
}

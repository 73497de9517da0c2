using Npgsql;
using SecretsService.Storage;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Walls;

/// <summary>What the database holds up between accounts when every filter of the service is missing. It is asked of each table that there is.</summary>
public sealed class RowLevelSecurityTests(TwoAccounts server) : IClassFixture<TwoAccounts>
{
    private const string Refused = PostgresErrorCodes.InsufficientPrivilege;

    // None of it may stand in the schema: each shows rows to whoever asks, or runs as the one who made it.
    private const string WaysAround =
        """
        SELECT 'view ' || c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm', 'f')
        UNION ALL SELECT 'function ' || p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        UNION ALL SELECT 'rule ' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = 'public'::regnamespace
        """;

    private const string UniqueBeyondAnAccount =
        """
        SELECT i.relname
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid AND t.relnamespace = 'public'::regnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'account_id'
        WHERE x.indisunique AND x.indkey[0] <> a.attnum
        ORDER BY 1
        """;

    private const string ForeignKeysThatLeaveAnAccount =
        """
        SELECT k.conname
        FROM pg_constraint k
        JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attnum = k.conkey[1]
        JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attnum = k.confkey[1]
        JOIN pg_class t ON t.oid = k.confrelid
        WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND t.relname <> 'key_encryption_keys'
          AND NOT (here.attname = 'account_id' AND (there.attname = 'account_id' OR t.relname = 'accounts' AND there.attname = 'id'))
        """;

    [Fact]
    public async Task Every_tenants_table_has_a_wall_that_binds_its_owner_too()
    {
        foreach (var (table, column) in server.Tables)
        {
            var walls = await server.AskAsync(
                $"""
                 SELECT concat_ws(' ', p.polname, p.polpermissive, p.polcmd::text, p.polroles::text, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))
                 FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
                 WHERE c.oid = $1::regclass AND c.relrowsecurity AND c.relforcerowsecurity
                 """,
                table);

            // One alone, for every role and command; two would be joined with OR.
            var wall = walls.ShouldHaveSingleItem($"The table {table} needs FORCE ROW LEVEL SECURITY and a policy: see the migration AbilitiesAndAudit.");
            wall.ShouldStartWith($"{AccountWall.Policy} t * {{0}} (({column} = ", customMessage: table);
            wall.ShouldContain($"current_setting('{AccountWall.Setting}'", customMessage: table);
        }
    }

    [Fact]
    public async Task Every_tenants_table_has_rows_of_both_accounts_for_these_tests()
    {
        foreach (var (table, column) in server.Tables)
        {
            var count = await server.AskAsync($"SELECT count(DISTINCT {column}) FROM {table} WHERE {column} IN ($1, $2)", server.One.Id, server.Other.Id);
            count.ShouldBe(["2"], $"TwoAccounts must make rows of {table}.");
        }
    }

    [Fact]
    public async Task Foreign_keys_and_unique_indexes_stay_within_an_account_but_for_the_hashes_of_tokens()
    {
        (await server.AskAsync(ForeignKeysThatLeaveAnAccount)).ShouldBeEmpty();

        // Whose token it is, is what a look-up by its hash finds out.
        (await server.AskAsync(UniqueBeyondAnAccount)).ShouldBe(["ux_api_key_tokens_token_hash", "ux_deployment_tokens_token_hash"]);
    }

    [Fact]
    public async Task No_view_rule_or_function_of_the_schema_leads_around_the_wall() => (await server.AskAsync(WaysAround)).ShouldBeEmpty();

    [Fact]
    public Task Within_an_account_no_filter_is_needed_to_see_its_rows_alone() => server.WithinAsync(server.One.Id, async connection =>
    {
        foreach (var (table, column) in server.Tables)
        {
            (await TwoAccounts.AskAsync(connection, $"SELECT DISTINCT {column} FROM {table}")).ShouldBe([$"{server.One.Id}"], table);
            (await TwoAccounts.AskAsync(connection, $"SELECT count(*) FROM {table} WHERE {column} = $1", server.Other.Id)).ShouldBe(["0"], table);
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Outside_of_every_account_nothing_is_seen_changed_or_deleted(bool isInUnknownAccount) => server.WithinAsync(
        isInUnknownAccount ? Guid.CreateVersion7() : null,
        async connection =>
        {
            foreach (var (table, column) in server.Tables)
            {
                (await TwoAccounts.AskAsync(connection, $"SELECT count(*) FROM {table}")).ShouldBe(["0"], table);
                (await TwoAccounts.Command(connection, $"UPDATE {table} SET {column} = {column}").ExecuteNonQueryAsync()).ShouldBe(0, table);
                (await TwoAccounts.Command(connection, $"DELETE FROM {table}").ExecuteNonQueryAsync()).ShouldBe(0, table);
            }
        });

    [Fact]
    public Task Another_accounts_rows_are_neither_changed_nor_deleted() => server.WithinAsync(server.One.Id, async connection =>
    {
        foreach (var (table, column) in server.Tables)
        {
            var own = long.Parse((await TwoAccounts.AskAsync(connection, $"SELECT count(*) FROM {table}"))[0], null);
            (await TwoAccounts.Command(connection, $"UPDATE {table} SET {column} = {column}").ExecuteNonQueryAsync()).ShouldBe((int)own, table);
            (await TwoAccounts.Command(connection, $"DELETE FROM {table} WHERE {column} = $1", server.Other.Id).ExecuteNonQueryAsync()).ShouldBe(0, table);
            (await TwoAccounts.Command(connection, $"DELETE FROM {table} WHERE {column} <> $1", server.One.Id).ExecuteNonQueryAsync()).ShouldBe(0, table);
        }
    });

    [Fact]
    public async Task No_row_is_made_in_another_account()
    {
        foreach (var table in server.Tables.Keys)
        {
            await server.WithinAsync(server.One.Id, async connection =>
            {
                var refusal = await Should.ThrowAsync<PostgresException>(async () => await InsertCopyAsync(connection, table), table);
                refusal.SqlState.ShouldBe(Refused, table);
                refusal.MessageText.ShouldBe($"new row violates row-level security policy for table \"{table}\"");
            });
        }
    }

    [Fact]
    public async Task No_row_is_given_to_another_account()
    {
        foreach (var (table, column) in server.Tables)
        {
            await server.WithinAsync(server.One.Id, async connection =>
            {
                await using var update = TwoAccounts.Command(connection, $"UPDATE {table} SET {column} = $1", server.Other.Id);
                (await Should.ThrowAsync<PostgresException>(() => update.ExecuteNonQueryAsync(), table)).SqlState.ShouldBe(Refused, table);
            });
        }
    }

    [Fact]
    public Task What_the_planner_knows_of_the_rows_is_not_shown() => server.WithinAsync(server.One.Id, async connection =>
    {
        foreach (var table in server.Tables.Keys)
        {
            await TwoAccounts.Command(connection, $"ANALYZE {table}").ExecuteNonQueryAsync();
            (await TwoAccounts.AskAsync(connection, "SELECT count(*) FROM pg_stats WHERE tablename = $1", table)).ShouldBe(["0"], table);
        }
    });

    // The same row as the other account has, with every column that can be written.
    private async Task InsertCopyAsync(NpgsqlConnection connection, string table)
    {
        var columns = (await server.AskAsync(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'",
            table))[0];
        var row = (await server.AskAsync($"SELECT to_jsonb(t)::text FROM {table} t WHERE {server.Tables[table]} = $1", server.Other.Id))[0];
        await using var insert = TwoAccounts.Command(
            connection, $"INSERT INTO {table} ({columns}) OVERRIDING USER VALUE SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1::jsonb)", row);
        await insert.ExecuteNonQueryAsync();
    }
}

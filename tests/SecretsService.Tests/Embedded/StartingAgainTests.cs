using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class StartingAgainTests
{
    [Fact]
    public async Task The_data_is_there_again_and_nothing_ran_in_between()
    {
        await using var database = new PrivateDatabase();
        await using (var first = await database.StartAsync())
        {
            await PrivateDatabase.QueryAsync(first, "CREATE TABLE kept AS SELECT 42 AS number");
        }

        database.Processes().ShouldBeEmpty();
        var second = await database.StartAsync();
        (await PrivateDatabase.QueryAsync(second, "SELECT number FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_first_start_that_was_interrupted_is_begun_anew()
    {
        await using var database = new PrivateDatabase();
        var unfinished = Directory.CreateDirectory(Path.Combine(database.Folder, "postgres", "data.tmp")).FullName;
        await File.WriteAllTextAsync(Path.Combine(unfinished, "PG_VERSION"), "15\n");
        await File.WriteAllTextAsync(Path.Combine(database.Folder, "initdb.password"), "left over");
        await File.WriteAllTextAsync(Path.Combine(database.Folder, "lock"), string.Empty);

        await using var postgres = await database.StartAsync();

        (await PrivateDatabase.QueryAsync(postgres, "SELECT 1")).ShouldBe(1);
        Directory.Exists(unfinished).ShouldBeFalse();
        File.Exists(Path.Combine(database.Folder, "initdb.password")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_first_start_that_was_interrupted_after_initdb_is_completed()
    {
        await using var database = new PrivateDatabase();
        await database.InterruptAfterInitdbAsync();

        await using var postgres = await database.StartAsync();

        (await PrivateDatabase.QueryAsync(postgres, "SELECT current_database() || ' ' || current_user")).ShouldBe("secrets secrets");
    }

    [Fact]
    public async Task A_first_start_that_was_interrupted_between_role_and_database_is_completed()
    {
        await using var database = new PrivateDatabase();
        await using (var first = await database.StartAsync())
        {
            await PrivateDatabase.QueryAsSuperuserAsync(first, "DROP DATABASE secrets");
        }

        await using var second = await database.StartAsync();

        (await PrivateDatabase.QueryAsync(second, "SELECT current_database() || ' ' || current_user")).ShouldBe("secrets secrets");
    }

    [Fact]
    public async Task A_warm_start_connects_once_and_as_the_service()
    {
        await using var database = new PrivateDatabase();
        await using (var first = await database.StartAsync())
        {
            await PrivateDatabase.QueryAsSuperuserAsync(first, "ALTER SYSTEM SET log_connections = on");
        }

        await (await database.StartAsync()).DisposeAsync();

        var log = await File.ReadAllLinesAsync(Path.Combine(database.Folder, "postgres", "pg.log"));
        log.Where(line => line.Contains("connection received", StringComparison.Ordinal)).ShouldHaveSingleItem();
        log.Where(line => line.Contains("connection authorized: user=secrets database=secrets", StringComparison.Ordinal)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_role_that_became_a_superuser_is_refused()
    {
        await using var database = new PrivateDatabase();
        await using (var first = await database.StartAsync())
        {
            await PrivateDatabase.QueryAsSuperuserAsync(first, "ALTER ROLE secrets SUPERUSER");
        }

        (await database.RefusalAsync()).ShouldStartWith($"The role secrets of the database in {database.Folder}/postgres is a superuser,");
        database.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_password_of_other_data_is_refused()
    {
        await using var database = new PrivateDatabase();
        await (await database.StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(database.Folder, "postgres", "password"), "other");

        (await database.RefusalAsync()).ShouldBe(
            $"The password in {database.Folder}/postgres is not that of the data beside it: restore both from one backup.");
    }

    [Fact]
    public async Task A_folder_whose_path_has_blanks_and_quotes_will_do()
    {
        await using var database = new PrivateDatabase();
        await using var postgres = await database.StartAsync(folder: database.PathOf("a \"b\" 'c' $d:é"));
        (await PrivateDatabase.QueryAsync(postgres, "SELECT 1")).ShouldBe(1);
    }
}

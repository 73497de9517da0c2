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
    public async Task A_folder_whose_path_has_blanks_and_quotes_will_do()
    {
        await using var database = new PrivateDatabase();
        await using var postgres = await database.StartAsync(folder: database.PathOf("a \"b\" 'c' $d:é"));
        (await PrivateDatabase.QueryAsync(postgres, "SELECT 1")).ShouldBe(1);
    }
}

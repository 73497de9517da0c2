using System.Globalization;
using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class RefusingAFolderTests : PrivateDatabaseTests
{
    [Fact]
    public async Task A_path_too_long_for_a_socket()
    {
        // The slash counts, so that the socket's path has 108 bytes, one more than it may.
        var tooLong = Database.Beside + "/" + new string('x', 107 - "/postgres/run/.s.PGSQL.5432".Length - Database.Beside.Length);
        (await Database.RefusalAsync(folder: tooLong)).ShouldBe(
            $"The data folder's path {tooLong} is 1 bytes too long for a unix socket in it: set Embedded:DataDirectory to a shorter one.");
    }

    [Fact]
    public async Task A_comma_in_the_path()
    {
        (await Database.RefusalAsync(folder: Database.PathOf("a,b"))).ShouldContain("holds a comma, which separates hosts");
    }

    [Fact]
    public async Task A_file()
    {
        await File.WriteAllTextAsync(Database.Folder, "not a folder");
        (await Database.RefusalAsync()).ShouldStartWith($"The data folder {Database.Folder} is a file:");
    }

    [Fact]
    public async Task A_folder_below_a_file()
    {
        await File.WriteAllTextAsync(Database.PathOf("file"), "not a folder");
        (await Database.RefusalAsync(folder: Database.PathOf("file/d"))).ShouldStartWith(
            $"The data folder {Database.PathOf("file/d")} cannot be used (");
    }

    [Fact]
    public async Task A_folder_of_others_that_anyone_can_write_in_whose_mode_is_left_alone()
    {
        Directory.CreateDirectory(Database.Folder);
        await File.WriteAllTextAsync(Path.Combine(Database.Folder, "theirs"), string.Empty);
        FilePermissions.Set(Database.Folder, FilePermissions.RunnableFile | UnixFileMode.OtherWrite);

        (await Database.RefusalAsync()).ShouldContain(
            "holds other files and can be written by other users: set Embedded:DataDirectory to an empty folder");
        FilePermissions.OthersMayWrite(Database.Folder).ShouldBeTrue();
    }

    [FactForRoot]
    public async Task A_folder_with_files_in_it_that_belongs_to_another_user_who_could_replace_the_key_ring()
    {
        Directory.CreateDirectory(Database.Folder);
        await File.WriteAllTextAsync(Path.Combine(Database.Folder, "theirs"), string.Empty);
        FilePermissions.Set(Database.Folder, FilePermissions.OwnerOnly);
        await PrivateDatabase.PrintAsync("/bin/chown", "nobody", Database.Folder);

        (await Database.RefusalAsync()).ShouldBe(
            $"The folder {Database.Folder} belongs to another user, who could replace what the service keeps there: "
            + $"run `chown -R root {Database.Folder}` if you trust what it holds, or set Embedded:DataDirectory to another folder.");
        Directory.GetFileSystemEntries(Database.Folder).Select(Path.GetFileName).ShouldBe(["theirs"]);
    }

    [TheoryForRoot]
    [InlineData("")]
    [InlineData("postgres")]
    [InlineData("binaries")]
    public async Task A_folder_of_the_service_that_belongs_to_another_user(string folder)
    {
        Database.PretendData("15", password: "secret");
        var foreign = Path.TrimEndingDirectorySeparator(Directory.CreateDirectory(Path.Combine(Database.Folder, folder)).FullName);
        await PrivateDatabase.PrintAsync("/bin/chown", "nobody", foreign);

        (await Database.RefusalAsync()).ShouldStartWith($"The folder {foreign} belongs to another user,");
    }

    [FactForRoot]
    public async Task A_link_of_another_user_to_an_empty_folder_of_theirs()
    {
        var target = Directory.CreateDirectory(Database.PathOf("theirs")).FullName;
        await PrivateDatabase.PrintAsync("/bin/chown", "nobody", target);
        File.CreateSymbolicLink(Database.Folder, target);

        (await Database.RefusalAsync()).ShouldStartWith($"The folder {Database.Folder} belongs to another user,");
    }

    [FactForRoot]
    public async Task A_folder_below_one_that_is_closed_to_the_unprivileged_user()
    {
        var closed = Database.PathOf("closed");
        FilePermissions.CreatePrivateFolder(closed);
        (await Database.RefusalAsync(folder: closed + "/in/d")).ShouldMatch(
            $"^The folder {closed} is closed to the user .* such as /var/lib/secrets-service.$");
    }

    [Fact]
    public async Task Data_of_another_major_version()
    {
        Database.PretendData("12");
        (await Database.RefusalAsync()).ShouldMatch(
            @"was made by PostgreSQL 12 and opens with no other version, but only PostgreSQL \d+ \(/.*\) was found: install PostgreSQL 12");
        (await Database.RefusalAsync(Database.MachineWith())).ShouldContain("opens with no other version, but none was found: install PostgreSQL 12");
    }

    [Fact]
    public async Task Data_that_is_damaged()
    {
        Database.PretendData("?");
        (await Database.RefusalAsync()).ShouldContain("holds no PG_VERSION file of PostgreSQL 13 or newer");
    }

    [Fact]
    public async Task Data_without_its_password()
    {
        var password = Path.Combine(Database.Folder, "postgres", "password");
        var major = (await PrivateDatabase.PostgresOfThisMachineAsync()).Major;
        Database.PretendData(major.ToString(CultureInfo.InvariantCulture));
        (await Database.RefusalAsync()).ShouldBe(
            $"{password} is missing, and {Database.Data} cannot be opened without it: restore the file from your backup.");
    }

    [Fact]
    public async Task Data_that_PostgreSQL_does_not_start_with()
    {
        var major = (await PrivateDatabase.PostgresOfThisMachineAsync()).Major;
        Database.PretendData(major.ToString(CultureInfo.InvariantCulture), password: "secret");
        (await Database.RefusalAsync()).ShouldMatch("^PostgreSQL ended at its start. It said: .*postgres.*");
        Database.Processes().ShouldBeEmpty();
    }

    [FactForRoot]
    public async Task Any_folder_where_there_is_no_user_to_run_PostgreSQL_as()
    {
        var passwd = Database.PathOf("passwd");
        await File.WriteAllTextAsync(passwd, "root:x:0:0:root:/root:/bin/sh\npostgres:x:0:0:root again:/:/bin/sh\n");
        (await Database.RefusalAsync(SearchLocations.OfThisMachine() with { PasswdFile = passwd })).ShouldStartWith(
            "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as:");
    }
}

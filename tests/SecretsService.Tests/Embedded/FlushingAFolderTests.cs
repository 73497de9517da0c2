using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class FlushingAFolderTests : PrivateDatabaseTests
{
    [Fact]
    public async Task A_folder_is_flushed_and_nothing_stays_open()
    {
        await File.WriteAllTextAsync(Database.PathOf("file.tmp"), "text");
        File.Move(Database.PathOf("file.tmp"), Database.PathOf("é"));

        DirectorySync.Flush(Database.Beside);

        Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget).ShouldNotContain(Database.Beside);
        (await File.ReadAllTextAsync(Database.PathOf("é"))).ShouldBe("text");
    }

    [Fact]
    public void A_file_system_that_cannot_flush_folders_is_no_error() => Should.NotThrow(() => DirectorySync.Flush("/proc"));

    [Fact]
    public void A_folder_that_is_not_there_is_an_error()
    {
        var missing = Database.PathOf("missing");
        Should.Throw<IOException>(() => DirectorySync.Flush(missing)).Message.ShouldBe(
            $"The folder {missing} cannot be opened: No such file or directory");
    }
}

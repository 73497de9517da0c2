using System.Formats.Tar;
using System.Security.Cryptography;
using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class UnpackingThePackageTests : PrivateDatabaseTests
{
    [Fact]
    public async Task Programs_run_for_all_and_links_are_made()
    {
        var program = PrivateDatabase.TextEntry("package/native/bin/postgres", "program");
        program.Mode = UnixFileMode.UserExecute | UnixFileMode.UserRead;
        await UnpackAsync(
            program,
            PrivateDatabase.TextEntry("package/native/lib/libpq.so.5.18", "library"),
            Links("native/lib/libpq.so.5.18", "native/lib/libpq.so.5"));

        var modes = await PrivateDatabase.PrintAsync(
            "/bin/sh", "-c", "cd \"$1\" && stat -c '%n %a' . package/native/bin package/native/bin/* package/native/lib/libpq.so.5.18", "sh", Target);
        modes.Split('\n').ShouldBe([". 755", "package/native/bin 755", "package/native/bin/postgres 755", "package/native/lib/libpq.so.5.18 644"]);
        new FileInfo(Path.Combine(Target, "package/native/lib/libpq.so.5")).LinkTarget.ShouldBe("libpq.so.5.18");
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("package/../../escaped")]
    [InlineData("/tmp/escaped-from-an-archive")]
    public async Task A_file_outside_of_the_folder_is_refused(string name)
    {
        (await RefusalAsync(PrivateDatabase.TextEntry(name, "text"))).ShouldContain($"because {name} lies outside of it");
        File.Exists(Path.GetFullPath(Path.Combine(Target, name))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_link_in_the_archive_is_refused()
    {
        var link = new PaxTarEntry(TarEntryType.SymbolicLink, "package/link") { LinkName = "/etc" };
        (await RefusalAsync(link)).ShouldContain("package/link is a SymbolicLink");
    }

    [Theory]
    [InlineData("../../../etc/passwd", "native/lib/x")]
    [InlineData("/etc/passwd", "native/lib/x")]
    [InlineData("native/lib/x", "../../escaped")]
    public async Task A_listed_link_that_leaves_the_folder_is_refused(string source, string target)
    {
        (await RefusalAsync(Links(source, target))).ShouldContain("lies outside of it");
    }

    [Fact]
    public async Task Only_the_pinned_tarball_passes()
    {
        var tarball = await Database.TarballAsync(PrivateDatabase.TextEntry("package/file", "text"));
        var hash = Convert.ToBase64String(SHA512.HashData(await File.ReadAllBytesAsync(tarball)));
        await new NpmPostgresPackage("@some/package", hash).VerifyAsync(tarball, CancellationToken.None);
        await File.AppendAllTextAsync(tarball, "!");

        var refusal = await Should.ThrowAsync<EmbeddedPostgresException>(
            () => new NpmPostgresPackage("@some/package", hash).VerifyAsync(tarball, CancellationToken.None));

        refusal.Message.ShouldContain($"should be {hash}");
        File.Exists(tarball).ShouldBeFalse();
    }

    private string Target => Database.PathOf("unpacked");

    private static PaxTarEntry Links(string source, string target) =>
        PrivateDatabase.TextEntry("package/native/pg-symlinks.json", $$"""[{"source":"{{source}}","target":"{{target}}"}]""");

    private async Task UnpackAsync(params TarEntry[] entries) =>
        await PackageArchive.UnpackAsync(await Database.TarballAsync(entries), Target, CancellationToken.None);

    private async Task<string> RefusalAsync(params TarEntry[] entries) =>
        (await Should.ThrowAsync<EmbeddedPostgresException>(() => UnpackAsync(entries))).Message;
}

using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

public sealed class AskingForTheOwnerTests : PrivateDatabaseTests
{
    private string Ring => Database.PathOf("keyring.json");

    public override Task InitializeAsync() => File.WriteAllTextAsync(Ring, "{}");

    [Fact]
    public async Task What_we_make_is_our_own_and_stat_agrees()
    {
        FileOwnership.IsOwn(Ring).ShouldBeTrue();
        FileOwnership.IsOwn(Database.Beside).ShouldBeTrue();
        FileOwnership.OwnerOf(Ring).ToString(null, null).ShouldBe(await PrivateDatabase.PrintAsync("/usr/bin/stat", "-c", "%u", Ring));
    }

    [FactForRoot]
    public async Task What_is_given_to_another_user_is_not()
    {
        await PrivateDatabase.PrintAsync("/bin/chown", "123456:0", Ring);
        FileOwnership.IsOwn(Ring).ShouldBeFalse();
        FileOwnership.OwnerOf(Ring).ShouldBe(123456u);
    }

    [FactForRoot]
    public async Task Our_link_to_a_file_of_another_user_is_not()
    {
        await PrivateDatabase.PrintAsync("/bin/chown", "nobody", Ring);
        var link = File.CreateSymbolicLink(Database.PathOf("link"), Ring).FullName;
        FileOwnership.IsOwn(link).ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_and_no_answer()
    {
        var missing = Database.PathOf("é missing");
        Should.Throw<IOException>(() => FileOwnership.IsOwn(missing)).Message.ShouldBe(
            $"The owner of {missing} is not known: No such file or directory");
    }
}

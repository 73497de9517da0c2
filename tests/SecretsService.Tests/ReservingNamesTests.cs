using SecretsService.Testing;
using Xunit;

namespace SecretsService.Tests;

/// <summary>The operator's own list of reserved names takes the place of the default one.</summary>
public sealed class ReservingNamesTests(ReservingServer server) : IClassFixture<ReservingServer>
{
    [Theory]
    [InlineData("PLATFORM_TOKEN")]
    [InlineData("platform_token")]
    [InlineData("EXACT")]
    public async Task A_name_on_the_list_is_refused(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key, value = "1" })).ShouldBlame("key", "reserved");
    }

    [Theory]
    [InlineData("AWS_REGION")]
    [InlineData("DB_NAME")]
    [InlineData("EXACTLY")]
    public async Task A_name_of_the_default_list_is_taken(string key)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.PostAsync("/global-secrets", new { key, value = "1" })).ShouldBe(201);
    }
}

/// <summary>A server with reserved names of its operator's.</summary>
public sealed class ReservingServer : SecretsServer
{
    public ReservingServer() => With("Secrets:ReservedNames:0", "PLATFORM_*").With("Secrets:ReservedNames:1", "EXACT");
}

using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ImportSteps;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A service whose operator lets each scope hold 1,000 secrets.</summary>
public sealed class LimitsTests(RoomyServer server) : IClassFixture<RoomyServer>
{
    [Fact]
    public async Task A_file_may_hold_as_many_keys_as_the_operator_allows_and_not_one_more()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");

        (await account.ImportAsync("/global-secrets", MapOf(1_001))).ShouldBe(422).Errors.ShouldHaveSingleItem().Value.ShouldContain("1000 keys");
        (await account.ImportAsync("/global-secrets", MapOf(1_000))).ShouldBe(200).Data.Texts("created").Count.ShouldBe(1_000);

        (await account.MapOfAsync(Production)).Count.ShouldBe(1_000);
    }

    [Fact]
    public async Task A_scope_that_is_full_takes_no_more_in_any_way()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("DELETED", "1");
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        (await account.ImportAsync("/global-secrets", MapOf(1_000))).ShouldBe(200);

        (await account.Client.PostAsync("/global-secrets", new { key = "MORE", value = "1" })).ShouldBeError(422, "limit_reached").ShouldBlame("key", "1000 secrets");
        (await account.Client.PostAsync("/global-secrets", new { key = "MORE", withheld = true })).ShouldBeError(422, "limit_reached");
        (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBeError(422, "limit_reached");
        (await account.ImportDotEnvAsync("/global-secrets", "MORE=1")).ShouldBeError(422, "limit_reached");
    }

    [Fact]
    public async Task Each_environment_type_of_an_owner_is_a_scope_with_room_of_its_own()
    {
        var account = await server.NewAccountAsync();
        (await account.ImportAsync("/global-secrets", MapOf(1_000))).ShouldBe(200);

        (await account.ImportAsync("/global-secrets", MapOf(1_000), "?environment_type=production")).ShouldBe(200);
    }

    [Fact]
    public async Task A_value_of_65536_bytes_is_taken_from_a_file_and_one_byte_more_refused()
    {
        var account = await server.NewAccountAsync();
        var value = new string('x', 65_536);

        (await account.ImportDotEnvAsync("/global-secrets", $"A={value}")).ShouldBe(200);
        (await account.ImportDotEnvAsync("/global-secrets", $"B={value}x")).ShouldBlame("line 1", "65536 bytes");
    }

    [Fact]
    public async Task A_changed_value_and_description_have_the_limits_of_new_ones()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.PutAsync($"/secrets/{id}", new { value = new string('x', 65_536), description = new string('d', 1_024) })).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{id}", new { value = new string('x', 65_537), description = new string('d', 1_025) }))
            .ShouldBe(422).Errors.Keys.ShouldBe(["value", "description"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_changed_key_may_have_256_characters_and_not_one_more()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.PutAsync($"/secrets/{id}", new { key = new string('K', 256) })).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{id}", new { key = new string('K', 257) })).ShouldBlame("key", "256");
    }
}

/// <summary>A server that lets each scope hold 1,000 secrets.</summary>
public sealed class RoomyServer : SecretsServer
{
    public RoomyServer() => With("Secrets:PerScope", "1000");
}

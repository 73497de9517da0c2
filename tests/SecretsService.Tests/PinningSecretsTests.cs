using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>What is pinned holds for everything below it. (Writing beside a pin is refused; these values were there before it.)</summary>
public sealed class PinningSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_pinned_value_is_injected_in_spite_of_a_narrower_one()
    {
        var (account, _) = await AccountWithPinAsync();

        (await account.MapOfAsync(Production))["A"].ShouldBe("broad");
    }

    [Fact]
    public async Task An_expired_pinned_value_is_not_replaced_by_a_narrower_one()
    {
        var (account, pinned) = await AccountWithPinAsync();
        await server.ChangeAsync(account, pinned, "expires_at = now() - interval '1 hour'");

        (await account.MapOfAsync(Production)).ShouldBeEmpty();
        (await account.MetaOfAsync(Production)).Texts("expired").ShouldBe(["A"]);
    }

    [Fact]
    public async Task An_explanation_says_that_it_is_pinned()
    {
        var (account, pinned) = await AccountWithPinAsync();

        var key = await account.ExplainAsync(Production, "A");

        key.Text("reason").ShouldBe("The value of the account decides over one other, because it is pinned: nothing narrower may override it.");
        key.GetProperty("winner").Text("secret_id").ShouldBe(pinned);
        key.GetProperty("winner").GetProperty("pinned").GetBoolean().ShouldBeTrue();
        key.GetProperty("shadowed")[0].GetProperty("rung").GetInt32().ShouldBe(7);
    }

    [Fact]
    public async Task A_deleted_pin_pins_nothing()
    {
        var (account, pinned) = await AccountWithPinAsync();
        await account.Client.DeleteAsync($"/secrets/{pinned}");

        (await account.MapOfAsync(Production))["A"].ShouldBe("narrow");
    }

    private async Task<(Account Account, string Pinned)> AccountWithPinAsync()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var pinned = await account.HasSecretAsync("A", "broad");
        await account.HasSecretAsync("shop", "production", "A", "narrow");
        await server.ChangeAsync(account, pinned, "is_pinned = true");
        return (account, pinned);
    }
}

using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>Writing what withholds a key, and what forbids to override it.</summary>
public sealed class TombstonesAndPinsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Staging = "/sites/shop/environments/staging";

    [Fact]
    public async Task A_tombstone_is_answered_without_version_fingerprint_and_value()
    {
        var account = await server.NewShopAsync();

        var answer = await account.Client.PostAsync(OfProduction, new { key = "A", withheld = true, description = "not here" });

        answer.ShouldBe(201).Data.GetProperty("withheld").GetBoolean().ShouldBeTrue();
        answer.Data.GetProperty("version").GetInt32().ShouldBe(0);
        answer.Data.GetProperty("fingerprint").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.Data.ValueOf().ShouldBeNull();
        (await account.Client.GetAsync($"{OfProduction}/{answer.Id}")).ShouldBe(200).Data.GetRawText().ShouldBe(answer.Data.GetRawText());
    }

    [Theory]
    [InlineData("""{"key": "A", "withheld": true, "value": "1"}""", "value")]
    [InlineData("""{"key": "A", "withheld": true, "value": ""}""", "value")]
    [InlineData("""{"key": "A", "withheld": true, "is_secret": false}""", "is_secret")]
    [InlineData("""{"key": "A", "withheld": true, "expires_at": "2999-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"key": "A", "withheld": true, "secret_type": "mail"}""", "secret_type")]
    [InlineData("""{"key": "A", "withheld": false}""", "value")]
    [InlineData("""{"key": "A"}""", "value")]
    public async Task A_tombstone_has_nothing_that_a_value_has(string body, string field)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfProduction, body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    [Theory]
    [InlineData("""{"value": "1"}""")]
    [InlineData("""{"is_secret": false}""")]
    [InlineData("""{"expires_at": "2999-01-01T00:00:00Z"}""")]
    public async Task A_tombstone_cannot_be_given_a_value_later(string body)
    {
        var (account, id) = await WithTombstoneAsync();

        (await account.Client.PutAsync($"/secrets/{id}", body)).ShouldBeError(422, "validation_failed").ShouldBlame("value", "tombstone");
    }

    [Fact]
    public async Task A_tombstone_can_be_renamed_and_described()
    {
        var (account, id) = await WithTombstoneAsync();
        await account.HasAsync(Global, new { key = "B", value = "1" });

        var answer = await account.Client.PutAsync($"/secrets/{id}", """{"key": "B", "description": "gone", "expires_at": null}""");

        answer.Version().ShouldBe(0);
        (await account.MetaOfAsync(Production)).Texts("withheld").ShouldBe(["B"]);
    }

    [Fact]
    public async Task A_tombstone_has_no_versions_to_reveal_or_to_roll_back_to()
    {
        var (account, id) = await WithTombstoneAsync();

        (await account.Client.PostAsync($"/secrets/{id}/reveal", "{}")).ShouldBeError(409, "state_conflict").Message!.ShouldContain("no value");
        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBeError(409, "state_conflict");
        (await account.VersionsAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tombstone_takes_the_key_as_any_other_secret_does()
    {
        var (account, id) = await WithTombstoneAsync();

        (await account.Client.PostAsync(OfProduction, new { key = "a", value = "1" })).ShouldBeError(422, "name_taken");
        (await account.Client.PostAsync(OfProduction + "/import", new { A = "1" })).ShouldBlame("A", "tombstone");
        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        await account.HasAsync(OfProduction, new { key = "A", value = "1" });
    }

    [Fact]
    public async Task A_deleted_tombstone_lets_the_broader_value_through_until_it_is_restored()
    {
        var (account, id) = await WithTombstoneAsync();
        await account.HasAsync(Global, new { key = "A", value = "broad" });

        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("broad");
        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBe(200);

        (await account.InjectAsync("shop", "production")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pinned_tombstone_cannot_be_overridden()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(OfSite, new { key = "A", withheld = true, pinned = true });

        (await account.Client.PostAsync(OfProduction, new { key = "A", value = "1" })).ShouldBlame("key", "A of site shop is pinned");
    }

    [Theory]
    [InlineData(Global, null, 0)]
    [InlineData(Global, "production", 1)]
    [InlineData(OfSite, null, 2)]
    [InlineData(OfSite, "production", 3)]
    [InlineData(OfApp, null, 4)]
    [InlineData(OfApp, "production", 5)]
    [InlineData(OfProduction, null, 6)]
    public async Task A_pinned_key_is_refused_at_each_narrower_scope_and_at_no_broader_one(string collection, string? type, int pinned)
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(collection, Body("KEY", type, isPinned: true));

        foreach (var rung in Enumerable.Range(0, Rungs.Count).Where(r => r != pinned))
        {
            var (path, typeThere) = Rungs[rung];
            var answer = await account.Client.PostAsync(path, Body("KEY", typeThere));
            if (rung < pinned)
            {
                answer.ShouldBe(201);
            }
            else
            {
                answer.ShouldBeError(422, "validation_failed").ShouldBlame("key", "is pinned, which forbids to override it here");
            }
        }
    }

    [Fact]
    public async Task A_tombstone_may_not_override_a_pinned_key_either()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, Body("A", null, isPinned: true));

        (await account.Client.PostAsync(OfProduction, new { key = "A", withheld = true })).ShouldBlame("key", "A of the account is pinned");
    }

    [Fact]
    public async Task A_pinned_key_in_another_letter_case_is_another_variable()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, Body("KEY", null, isPinned: true));

        (await account.Client.PostAsync(OfProduction, Body("key", null))).ShouldBe(201);
    }

    [Theory]
    [InlineData(OfSite, null, "/sites/blog/secrets", null)]
    [InlineData(OfSite, null, "/sites/blog/environments/production/secrets", null)]
    [InlineData(OfSite, "production", OfSite, "development")]
    [InlineData(OfSite, "production", OfStaging, null)]
    [InlineData(Global, "production", OfStaging, null)]
    [InlineData(Global, "production", OfApp, "development")]
    [InlineData(OfApp, null, "/sites/shop/apps/web/secrets", "production")]
    [InlineData(OfApp, null, "/sites/shop/apps/web/environments/production/secrets", null)]
    [InlineData(OfProduction, null, "/sites/shop/apps/worker/environments/staging/secrets", null)]
    public async Task What_no_target_shares_with_the_pinned_key_is_free(string pinnedAt, string? pinnedType, string path, string? type)
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(pinnedAt, Body("A", pinnedType, isPinned: true));

        (await account.Client.PostAsync(path, Body("A", type))).ShouldBe(201);
    }

    [Theory]
    [InlineData(Global, "production", OfSite, null)]
    [InlineData(OfSite, "production", OfApp, null)]
    [InlineData(OfSite, "production", OfAppInProduction, null)]
    [InlineData(OfSite, null, "/sites/shop/apps/web/environments/staging/secrets", null)]
    public async Task What_some_target_shares_with_the_pinned_key_is_not(string pinnedAt, string? pinnedType, string path, string? type)
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(pinnedAt, Body("A", pinnedType, isPinned: true));

        (await account.Client.PostAsync(path, Body("A", type))).ShouldBlame("key", "is pinned");
    }

    [Fact]
    public async Task A_pinned_key_can_be_reached_by_no_rename()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, Body("A", null, isPinned: true));
        var id = await account.HasAsync(OfProduction, Body("B", null));

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "A" })).ShouldBlame("key", "is pinned");

        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["A", "B"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_pinned_key_can_be_reached_by_no_restore()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(OfProduction, Body("A", null));
        await account.Client.DeleteAsync($"/secrets/{id}");
        await account.HasAsync(Global, Body("A", null, isPinned: true));

        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBeError(422, "validation_failed").ShouldBlame("key", "is pinned");
    }

    [Fact]
    public async Task A_pinned_key_can_be_reached_by_no_import()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, Body("A", null, isPinned: true));

        (await account.Client.PostAsync(OfProduction + "/import", new { A = "1", B = "1" })).ShouldBeError(422, "validation_failed").ShouldBlame("A", "is pinned");

        (await account.Client.GetAsync(OfProduction)).Keys().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_cannot_be_pinned_while_it_is_overridden_and_the_answer_says_where()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, Body("A", null));
        await account.HasAsync(OfSite, Body("A", "production"));
        await account.HasAsync(OfAppInProduction, Body("A", null));

        (await account.Client.PutAsync($"/secrets/{id}", new { pinned = true })).ShouldBeError(422, "validation_failed")
            .ShouldBlame("pinned", "A of site shop, type production overrides it")
            .ShouldBlame("pinned", "A of app worker of site shop, environment production overrides it");
        (await account.Client.GetAsync($"/secrets/{id}")).Data.GetProperty("pinned").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_cannot_be_created_pinned_above_one_that_overrides_it()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(OfProduction, Body("A", null));

        (await account.Client.PostAsync(Global, Body("A", null, isPinned: true))).ShouldBlame("pinned", "A of site shop, environment production overrides it");
        (await account.Client.PostAsync(Global, Body("A", "development", isPinned: true))).ShouldBe(201);
    }

    [Fact]
    public async Task A_deleted_pinned_key_cannot_be_restored_above_one_that_overrides_it()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, Body("A", null, isPinned: true));
        await account.Client.DeleteAsync($"/secrets/{id}");
        await account.HasAsync(OfProduction, Body("A", null));

        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBlame("pinned", "overrides it");
    }

    [Fact]
    public async Task An_unpinned_key_can_be_overridden_again_and_its_value_still_changed_while_pinned()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, Body("A", null, isPinned: true));

        (await account.Client.PutAsync($"/secrets/{id}", new { value = "2" })).Version().ShouldBe(2);
        (await account.Client.PutAsync($"/secrets/{id}", new { pinned = false })).Version().ShouldBe(2);

        await account.HasAsync(OfProduction, Body("A", null));
        (await account.MapOfAsync(Staging))["A"].ShouldBe("2");
    }

    [Fact]
    public async Task An_environment_that_changes_its_type_leaves_no_pinned_key_overridden_in_its_map()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(OfStaging, new { key = "A", value = "narrow" });
        await account.HasAsync(Global, new { key = "A", value = "pinned", pinned = true, environment_type = "preview" });

        var changed = await account.Client.PutAsync(Staging, new { type = "preview" });

        (await account.MapOfAsync(Staging))["A"].ShouldBe(changed.Status == 200 ? "pinned" : "narrow");
    }

    [Fact]
    public async Task Of_a_pin_and_an_override_at_once_one_stands()
    {
        foreach (var round in Enumerable.Range(0, 5))
        {
            var account = await server.NewShopAsync();

            var answers = await Task.WhenAll(
                account.Client.PostAsync(Global, Body("A", null, isPinned: true)), account.Client.PostAsync(OfProduction, Body("A", null)));

            answers.Count(a => a.Status == 201).ShouldBe(1, $"round {round}");
            answers.Count(a => a.Status == 422).ShouldBe(1, $"round {round}");
        }
    }

    private async Task<(Account Account, string Id)> WithTombstoneAsync()
    {
        var account = await server.NewShopAsync();
        return (account, await account.HasAsync(OfProduction, new { key = "A", withheld = true }));
    }

    private static object Body(string key, string? type, bool isPinned = false) => type is null
        ? new { key, value = "1", pinned = isPinned }
        : new { key, value = "1", pinned = isPinned, environment_type = type };
}

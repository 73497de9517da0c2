using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>A delete that can be undone, one that cannot, and what stands against either.</summary>
public sealed class DeletingAndRestoringTests(SmallScopesServer server) : IClassFixture<SmallScopesServer>
{
    [Theory]
    [InlineData(Global)]
    [InlineData("/account/secrets")]
    [InlineData(OfSite)]
    [InlineData(OfApp)]
    [InlineData(OfProduction)]
    [InlineData("/environments/{environment}/secrets")]
    [InlineData(OfAppInProduction)]
    [InlineData("/secrets")]
    public async Task A_delete_can_be_undone_by_each_path(string collection)
    {
        var account = await server.NewShopAsync();
        var path = await account.PathAsync(collection);
        var id = await account.HasAsync(path == "/secrets" ? OfProduction : path, new { key = "A", value = "1" });
        await account.Client.PutAsync($"{path}/{id}", new { value = "2", description = "d" });

        (await account.Client.DeleteAsync($"{path}/{id}")).ShouldBe(200);
        (await account.MapOfAsync(Production, "?app=worker")).ShouldBeEmpty();
        var answer = await account.Client.PostAsync($"{path}/{id}/restore", "{}");

        answer.Version().ShouldBe(2);
        answer.Data.Text("description").ShouldBe("d");
        answer.Data.TryGetProperty("deleted_at", out _).ShouldBeFalse();
        (await account.MapOfAsync(Production, "?app=worker"))["A"].ShouldBe("2");
        (await account.VersionsAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_that_lives_is_restored_without_any_change()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        var before = await account.Client.GetAsync($"/secrets/{id}");

        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBe(200).Data.GetRawText().ShouldBe(before.Data.GetRawText());
    }

    [Fact]
    public async Task A_secret_whose_key_has_been_taken_since_is_not_restored()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "old");
        await account.Client.DeleteAsync($"/secrets/{id}");
        await account.HasSecretAsync("a", "new");

        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBeError(422, "name_taken").ShouldBlame("key", "already been taken");

        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_secret_is_not_restored_into_a_full_scope()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.DeleteAsync($"/secrets/{id}");
        foreach (var number in Enumerable.Range(1, SmallScopesServer.PerScope))
        {
            await account.HasSecretAsync($"K{number}", "1");
        }

        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBeError(422, "limit_reached");
    }

    [Fact]
    public async Task The_same_key_can_be_deleted_many_times_and_each_of_them_restored()
    {
        var account = await server.NewShopAsync();
        var first = await account.HasSecretAsync("A", "first");
        await account.Client.DeleteAsync($"/secrets/{first}");
        var second = await account.HasSecretAsync("A", "second");
        await account.Client.DeleteAsync($"/secrets/{second}");

        (await account.Client.GetAsync(Global + "?deleted=true")).Keys().ShouldBe(["A", "A"]);
        (await account.Client.PostAsync($"/secrets/{first}/restore", "{}")).ShouldBe(200);
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("first");
        (await account.Client.PostAsync($"/secrets/{second}/restore", "{}")).ShouldBeError(422, "name_taken");
    }

    [Fact]
    public async Task The_deleted_ones_have_a_list_of_their_own_without_values()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("LIVES", "canary");
        var id = await account.HasSecretAsync("GONE", "canary");
        await account.HasAsync(OfProduction, new { key = "ELSEWHERE", value = "canary" });
        await account.Client.DeleteAsync($"/secrets/{id}");

        var list = await account.Client.GetAsync(Global + "?deleted=true");

        list.Keys().ShouldBe(["GONE"]);
        list.Data[0].Text("deleted_at").ShouldEndWith("Z");
        list.Text.ShouldNotContain("canary");
        (await account.Client.GetAsync(Global + "?deleted=false")).Keys().ShouldBe(["LIVES"]);
        (await account.Client.GetAsync("/secrets?deleted=true&q=gone")).Keys().ShouldBe(["GONE"]);
        (await account.Client.GetAsync(OfProduction + "?deleted=true")).Keys().ShouldBeEmpty();
        (await account.Client.GetAsync(Global + "?deleted=1")).ShouldBlame("deleted", "true or false");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_purge_leaves_nothing_of_a_secret_whether_it_was_deleted_before_or_not(bool deletedBefore)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        if (deletedBefore)
        {
            await account.Client.DeleteAsync($"/secrets/{id}");
        }

        (await account.Client.DeleteAsync($"{Global}/{id}?purge=true")).ShouldBe(200).Data.Text("key").ShouldBe("A");

        (await account.Client.PostAsync($"/secrets/{id}/restore", "{}")).ShouldBeError(404, "not_found");
        (await account.Client.DeleteAsync($"/secrets/{id}?purge=true")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync("/secrets?deleted=true")).Keys().ShouldBeEmpty();
        (await server.QuerySqlAsync<int>("SELECT count(*) FROM secret_versions WHERE account_id = $1", account.Id)).ShouldBe(0);
        (await server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE account_id = $1 AND event = 'secret.purged'", account.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_flag_is_true_or_false()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.DeleteAsync($"/secrets/{id}?purge=yes")).ShouldBeError(422, "validation_failed").ShouldBlame("purge", "true or false");
        (await account.Client.DeleteAsync($"/secrets/{id}?force=")).ShouldBeError(422, "validation_failed").ShouldBlame("force", "true or false");
        (await account.Client.DeleteAsync($"/secrets/{id}?purged=true")).ShouldBeError(422, "validation_failed");
        (await account.Client.GetAsync($"/secrets/{id}")).ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?purge=true")]
    public async Task A_required_secret_is_not_deleted_and_every_environment_that_needs_it_is_named(string query)
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        var id = await account.HasSecretAsync("A", "1");

        var answer = await account.Client.DeleteAsync($"/secrets/{id}{query}");

        answer.ShouldBeError(409, "in_use").Errors["dependents"]
            .ShouldBe("Site shop requires A in environment production Site shop requires A in environment staging");
        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["A"]);
    }

    [Fact]
    public async Task A_required_secret_is_not_renamed_away()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        var id = await account.HasAsync(OfProduction, new { key = "A", value = "1" });

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "B" })).ShouldBeError(409, "in_use").Errors["dependents"]
            .ShouldBe("Site shop requires A in environment production");
        (await account.Client.PutAsync($"/secrets/{id}", new { key = "A", value = "2" })).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{id}?force=true", new { key = "B" })).ShouldBe(200);
    }

    [Fact]
    public async Task A_required_secret_is_not_lost_to_an_import_that_leaves_it_out()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        await account.HasAsync(OfProduction, new { key = "A", value = "1" });

        (await account.Client.PostAsync(OfProduction + "/import?mode=replace", new { B = "1" })).ShouldBeError(409, "in_use").Errors["dependents"]
            .ShouldBe("Site shop requires A in environment production");
        (await account.Client.GetAsync(OfProduction)).Keys().ShouldBe(["A"]);
        (await account.Client.PostAsync(OfProduction + "/import?mode=replace&force=true", new { B = "1" })).ShouldBe(200);
        (await account.Client.GetAsync(OfProduction)).Keys().ShouldBe(["B"]);
    }

    [Theory]
    [InlineData("?force=true")]
    [InlineData("?force=true&purge=true")]
    public async Task A_required_secret_is_deleted_by_force(string query)
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.DeleteAsync($"/secrets/{id}{query}")).ShouldBe(200);

        (await account.InjectAsync("shop", "production")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_stands_against_it_where_another_scope_still_gives_the_key()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        await account.HasSecretAsync("A", "broad");
        var narrow = await account.HasAsync(OfProduction, new { key = "A", value = "narrow" });

        (await account.Client.DeleteAsync($"/secrets/{narrow}")).ShouldBe(200);
    }

    [Fact]
    public async Task Only_the_environments_that_would_go_without_are_named()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        var broad = await account.HasSecretAsync("A", "broad");
        await account.HasAsync(OfProduction, new { key = "A", value = "narrow" });

        (await account.Client.DeleteAsync($"/secrets/{broad}")).ShouldBeError(409, "in_use").Errors["dependents"]
            .ShouldBe("Site shop requires A in environment staging");
    }

    [Fact]
    public async Task A_broader_value_in_another_letter_case_does_not_meet_the_requirement()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        await account.HasSecretAsync("a", "broad");
        var id = await account.HasAsync(OfProduction, new { key = "A", value = "1" });

        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBeError(409, "in_use");
    }

    [Fact]
    public async Task A_tombstone_meets_no_requirement_and_deleting_it_breaks_none()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        await account.HasSecretAsync("A", "1");
        var tombstone = await account.HasAsync(OfProduction, new { key = "A", withheld = true });

        (await account.Client.DeleteAsync($"/secrets/{tombstone}")).ShouldBe(200);
    }

    [Fact]
    public async Task What_is_optional_or_needed_by_another_site_stands_against_nothing()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A", optional = true });
        await account.RequiresAsync("/sites/blog", new { key = "B" });
        var a = await account.HasSecretAsync("A", "1");
        var b = await account.HasAsync(OfSite, new { key = "B", value = "1" });

        (await account.Client.DeleteAsync($"/secrets/{a}")).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{b}")).ShouldBe(200);
    }

    [Fact]
    public async Task What_an_app_needs_stands_against_it_too()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop/apps/worker", new { key = "A" });
        var ofApp = await account.HasAsync(OfAppInProduction, new { key = "A", value = "1" });
        var ofOther = await account.HasAsync("/sites/shop/apps/web/secrets", new { key = "A", value = "1" });

        (await account.Client.DeleteAsync($"/secrets/{ofOther}")).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{ofApp}")).ShouldBeError(409, "in_use").Errors["dependents"]
            .ShouldBe("App worker of site shop requires A in environment production");
    }

    [Fact]
    public async Task A_secret_that_is_expired_anyway_meets_no_requirement()
    {
        var account = await server.NewShopAsync();
        await account.RequiresAsync("/sites/shop", new { key = "A" });
        var id = await account.HasSecretAsync("A", "1");
        await server.ChangeAsync(account, id, "expires_at = now() - interval '1 hour'");

        (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Of_many_that_restore_the_same_key_at_once_one_succeeds()
    {
        var account = await server.NewShopAsync();
        var ids = new List<string>();
        foreach (var number in Enumerable.Range(1, 8))
        {
            ids.Add(await account.HasSecretAsync("A", $"{number}"));
            await account.Client.DeleteAsync($"/secrets/{ids[^1]}");
        }

        var answers = await Task.WhenAll(ids.Select(id => account.Client.PostAsync($"/secrets/{id}/restore", "{}")));

        answers.Count(a => a.Status == 200).ShouldBe(1);
        answers.Count(a => a.Status == 422).ShouldBe(7);
        (await account.Client.GetAsync(Global)).Keys().ShouldBe(["A"]);
    }
}

using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Walls;

/// <summary>What a restricted key is told where rules look at more than it may see.</summary>
public class RestrictedKeysTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Environment = "/sites/shop/environments/production";
    private const string Hidden = "a scope that this API key may not see";

    [Fact]
    public async Task Its_merged_map_is_complete_and_its_sources_name_only_what_is_in_reach()
    {
        var (account, key) = await RestrictedAsync();
        var own = await account.HasSecretAsync("shop", "production", "OWN", "1");
        await account.HasSecretAsync("GLOBAL", "2");

        var map = (await key.GetAsync($"{Environment}/injection?sources=true")).ShouldBe(200);
        Account.VariablesOf(map).Keys.ShouldBe(["GLOBAL", "OWN"]);
        var sources = map.Json.GetProperty("meta").GetProperty("sources");
        sources.GetProperty("OWN").GetProperty("secret_id").GetString().ShouldBe(own);
        sources.GetProperty("GLOBAL").GetProperty("secret_id").GetString().ShouldBeNull();
        sources.GetProperty("GLOBAL").GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task The_records_of_handing_its_map_out_name_only_what_is_in_reach()
    {
        var (account, key) = await RestrictedAsync();
        var own = await account.HasSecretAsync("shop", "production", "OWN", "1");
        var global = await account.HasSecretAsync("GLOBAL", "2");
        (await account.Client.GetAsync($"{Environment}/injection")).ShouldBe(200);
        var deployment = (await account.Client.PostAsync($"{Environment}/deployments", "{}")).ShouldBe(202).Id;
        (await account.Client.GetAsync($"/deployments/{deployment}/variables")).ShouldBe(200);
        const string HandedOut = "/events?event=secrets.injected,deployment.variables_read";

        var seen = (await key.GetAsync(HandedOut)).ShouldBe(200);
        seen.Data.GetArrayLength().ShouldBe(2);
        seen.Text.ShouldContain(own);
        seen.Text.ShouldNotContain("GLOBAL");
        seen.Text.ShouldNotContain(global);
        var whole = (await account.Client.GetAsync(HandedOut)).ShouldBe(200).Data;
        whole[0].GetProperty("context").GetProperty("keys").GetRawText().ShouldContain("GLOBAL");
        whole[1].GetProperty("context").GetProperty("keys").GetRawText().ShouldContain(global);
    }

    [Fact]
    public async Task An_explanation_shows_a_hidden_candidate_as_hidden_and_lists_no_key_that_only_hidden_scopes_have()
    {
        var (account, key) = await RestrictedAsync();
        await account.HasSecretAsync("shop", "production", "BOTH", "same");
        var global = await account.HasSecretAsync("BOTH", "same");
        await account.HasSecretAsync("ONLY_GLOBAL", "2");

        var all = (await key.GetAsync($"{Environment}/resolved")).ShouldBe(200);
        all.Data.EnumerateArray().Select(k => k.GetProperty("key").GetString()).ShouldBe(["BOTH"]);
        all.Text.ShouldNotContain(global);
        var shadowed = all.Data[0].GetProperty("shadowed")[0];
        shadowed.GetProperty("hidden").GetBoolean().ShouldBeTrue();
        foreach (var member in new[] { "secret_id", "version", "fingerprint", "set_by", "set_at", "same_value" })
        {
            shadowed.GetProperty(member).ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null, member);
        }
    }

    [Fact]
    public async Task One_key_is_explained_in_the_same_words_whether_a_hidden_scope_has_it_or_none()
    {
        var (account, key) = await RestrictedAsync();
        await account.HasSecretAsync("ONLY_GLOBAL", "2");
        await account.HasSecretAsync("EXISTS", "3");

        var hidden = (await key.GetAsync($"{Environment}/resolved/EXISTS")).ShouldBe(200).Text;
        var absent = (await key.GetAsync($"{Environment}/resolved/ABSENT")).ShouldBe(200).Text;
        hidden.Replace("EXISTS", "ABSENT", StringComparison.Ordinal).ShouldBe(absent);
        hidden.ShouldContain("No scope that this API key may see has it.");
    }

    [Fact]
    public async Task An_inherited_list_shows_what_decides_and_is_in_reach()
    {
        var (account, key) = await RestrictedAsync();
        await account.HasSecretAsync("shop", "production", "OWN", "1");
        await account.HasSecretAsync("shop", "production", "PINNED", "narrow");
        await account.HasSecretAsync("GLOBAL", "2");
        (await key.GetAsync($"{Environment}/secrets?inherited=true")).ShouldBe(200).Data.EnumerateArray().Select(s => s.GetProperty("key").GetString())
            .ShouldBe(["OWN", "PINNED"]);
        (await account.Client.GetAsync($"{Environment}/secrets?inherited=true")).ShouldBe(200).Data.GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task A_pin_out_of_reach_stands_against_a_write_and_is_not_located()
    {
        var (account, key) = await RestrictedAsync();
        (await account.Client.PostAsync("/sites/shop/secrets", new { key = "PINNED", value = "1", pinned = true })).ShouldBe(201);
        var error = (await key.PostAsync($"{Environment}/secrets", new { key = "PINNED", value = "2" })).ShouldBeError(422, "validation_failed").Errors["key"];
        error.ShouldContain(Hidden);
        error.ShouldNotContain("shop");
    }

    [Fact]
    public async Task No_warning_compares_a_value_or_a_name_with_one_that_is_out_of_reach()
    {
        var (account, key) = await RestrictedAsync();
        await account.HasSecretAsync("GUESSED", "the value");
        await account.HasSecretAsync("Twin", "1");
        Warnings(await key.PostAsync($"{Environment}/secrets", new { key = "GUESSED", value = "the value" })).ShouldBe(0);
        Warnings(await key.PostAsync($"{Environment}/secrets", new { key = "TWIN", value = "1" })).ShouldBe(0);
        Warnings((await account.Client.GetAsync($"{Environment}/secrets")).ShouldBe(200)).ShouldBe(2);

        static int Warnings(ApiAnswer answer) => System.Text.RegularExpressions.Regex.Count(answer.Text, "It overrides|differs from it");
    }

    [Fact]
    public async Task A_target_out_of_reach_is_named_in_no_warning()
    {
        var (account, _) = await RestrictedAsync();
        foreach (var environment in new[] { "production", "staging" })
        {
            (await account.Client.PutAsync($"/sites/shop/environments/{environment}", new { target = "lambda" })).ShouldBe(200);
        }

        var id = (await account.Client.PostAsync("/sites/shop/secrets", new { key = "BIG", value = new string('x', 5_000) })).ShouldBe(201).Id;
        (await account.Client.GetAsync($"/secrets/{id}")).Text.ShouldContain("shop/staging");
        var other = await account.HasSecretAsync("shop", "production", "BIG_TOO", new string('x', 5_000));
        var key = await server.RestrictedKeyAsync(account, [await IdAsync(account, "/sites/shop")], [await IdAsync(account, Environment)]);
        var seen = (await key.GetAsync($"/secrets/{other}")).ShouldBe(200).Text;
        seen.ShouldContain("shop/production");
        seen.ShouldNotContain("staging");
    }

    [Fact]
    public async Task A_key_for_apps_names_one_of_them_and_deploys_no_other()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasAppsAsync("shop", "worker", "web");
        var key = await server.RestrictedKeyAsync(account, [await IdAsync(account, "/sites/shop")], apps: [await IdAsync(account, "/sites/shop/apps/worker")]);
        foreach (var path in new[] { "injection", "resolved", "preflight", "pending-changes" })
        {
            (await key.GetAsync($"{Environment}/{path}")).ShouldBeError(403, "forbidden").Message!.ShouldContain("app");
            (await key.GetAsync($"{Environment}/{path}?app=web")).ShouldBeError(404, "not_found").Message.ShouldBe("App not found");
            (await key.GetAsync($"{Environment}/{path}?app=worker")).ShouldBe(200);
        }

        (await key.PostAsync($"{Environment}/deployments", "{}")).ShouldBeError(403, "forbidden");
        (await key.PostAsync($"{Environment}/deployments", new { app = "web" })).ShouldBeError(404, "not_found");
        (await key.PostAsync($"{Environment}/deployments", new { app = "worker" })).ShouldBe(202);
    }

    [Fact]
    public async Task A_running_deployment_out_of_reach_stands_in_the_way_without_a_number_or_an_id()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasAppsAsync("shop", "worker");
        var whole = await account.HasDeploymentAsync();
        await account.BringAsync(whole, "deploying");
        var key = await server.RestrictedKeyAsync(account, [await IdAsync(account, "/sites/shop")], apps: [await IdAsync(account, "/sites/shop/apps/worker")]);
        var refusal = (await key.PostAsync($"{Environment}/deployments", new { app = "worker" })).ShouldBe(409).Text;
        refusal.ShouldNotContain(whole);
        refusal.ShouldContain("may not see");
        (await key.GetAsync($"{Environment}/deployments")).ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_it_sees_and_does_not_cover_it_may_not_change()
    {
        var (_, key) = await RestrictedAsync();
        (await key.PutAsync("/sites/shop", new { name = "x" })).ShouldBeError(403, "forbidden");
        (await key.DeleteAsync("/sites/shop?force=true")).ShouldBeError(403, "forbidden");
        (await key.PostAsync("/sites/shop/environments", new { name = "x" })).ShouldBeError(403, "forbidden");
        (await key.PostAsync("/sites/shop/apps", new { name = "x" })).ShouldBeError(403, "forbidden");
        (await key.PutAsync("/sites/shop/required-secrets", "[]")).ShouldBeError(403, "forbidden");
        (await key.GetAsync("/sites/shop/secrets")).ShouldBeError(403, "forbidden");
        (await key.PutAsync(Environment, new { name = "x" })).ShouldBe(200);
    }

    private async Task<(Account Account, ApiClient Key)> RestrictedAsync()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        return (account, await server.RestrictedKeyAsync(account, [await IdAsync(account, "/sites/shop")], [await IdAsync(account, Environment)]));
    }

    private static async Task<string> IdAsync(Account account, string path) => (await account.Client.GetAsync(path)).ShouldBe(200).Id;
}

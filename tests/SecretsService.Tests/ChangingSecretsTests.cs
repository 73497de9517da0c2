using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

public sealed class ChangingSecretsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_new_value_adds_a_version_and_is_what_deployments_get()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "old");

        var answer = await account.Client.PutAsync($"/global-secrets/{id}", new { value = "new" });

        answer.ShouldBe(200).Message.ShouldBe("Global secret updated successfully");
        answer.Data.GetProperty("version").GetInt32().ShouldBe(2);
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("new");
    }

    [Fact]
    public async Task The_value_that_is_there_already_changes_nothing()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "same");
        var before = await account.Client.GetAsync($"/global-secrets/{id}");

        var answer = await account.Client.PutAsync($"/global-secrets/{id}", new { value = "same" });

        answer.ShouldBe(200).Data.GetRawText().ShouldBe(before.Data.GetRawText());
    }

    [Fact]
    public async Task An_empty_change_changes_nothing_and_an_empty_value_is_a_value()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "full");

        (await account.Client.PutAsync($"/global-secrets/{id}", new { })).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(1);
        (await account.Client.PutAsync($"/global-secrets/{id}", new { value = "" })).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(2);

        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("");
    }

    [Fact]
    public async Task A_renamed_secret_keeps_its_value_under_the_new_key()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("OLD", "value");

        var answer = await account.Client.PutAsync($"/global-secrets/{id}", new { key = "NEW" });

        answer.ShouldBe(200).Data.GetProperty("key").GetString().ShouldBe("NEW");
        answer.Data.GetProperty("version").GetInt32().ShouldBe(2);
        (await account.InjectAsync("shop", "production")).ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["NEW"] = "value" });
    }

    [Fact]
    public async Task A_secret_cannot_be_renamed_to_a_taken_or_a_reserved_key()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("TAKEN", "1");
        var id = await account.HasSecretAsync("FREE", "1");

        (await account.Client.PutAsync($"/global-secrets/{id}", new { key = "taken" })).ShouldBeError(422, "name_taken");
        (await account.Client.PutAsync($"/global-secrets/{id}", new { key = "AWS_REGION" })).ShouldBlame("key", "reserved");
        (await account.Client.PutAsync($"/global-secrets/{id}", new { key = "free" })).ShouldBe(200);
    }

    [Fact]
    public async Task A_description_is_kept_unless_it_is_sent_and_null_clears_it()
    {
        var account = await server.NewAccountAsync();
        var id = (await account.Client.PostAsync("/global-secrets", new { key = "A", value = "1", description = "old" })).Id;

        Description(await account.Client.PutAsync($"/global-secrets/{id}", new { value = "2" })).ShouldBe("old");
        Description(await account.Client.PutAsync($"/global-secrets/{id}", new { description = "new" })).ShouldBe("new");
        Description(await account.Client.PutAsync($"/global-secrets/{id}", """{"description": null}""")).ShouldBeNull();
    }

    [Fact]
    public async Task A_description_alone_adds_no_version()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.PutAsync($"/global-secrets/{id}", new { description = "new" }))
            .ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"value": null}""", "value")]
    [InlineData("""{"key": null}""", "key")]
    [InlineData("""{"is_secret": false}""", "value")]
    [InlineData("""{"description": "a\u0000b"}""", "description")]
    public async Task A_change_that_breaks_a_rule_names_the_field(string body, string field)
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");

        (await account.Client.PutAsync($"/global-secrets/{id}", body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    [Fact]
    public async Task Changes_at_once_leave_a_sequence_of_versions_without_gap_or_twin()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "0");

        var answers = await Task.WhenAll(Enumerable.Range(1, 16).Select(n => account.Client.PutAsync($"/secrets/{id}", new { value = $"{n}" })));

        answers.Select(a => a.ShouldBe(200).Data.GetProperty("version").GetInt32()).Order().ShouldBe(Enumerable.Range(2, 16));
    }

    [Fact]
    public async Task A_deleted_secret_is_answered_as_it_was_and_its_key_is_free_at_once()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var id = await account.HasSecretAsync("A", "1");

        var answer = await account.Client.DeleteAsync($"/global-secrets/{id}");

        answer.ShouldBe(200).Message.ShouldBe("Global secret deleted successfully");
        answer.Data.GetProperty("key").GetString().ShouldBe("A");
        (await account.InjectAsync("shop", "production")).ShouldBeEmpty();
        (await account.Client.GetAsync($"/global-secrets/{id}")).ShouldBeError(404, "not_found");
        (await account.Client.PutAsync($"/global-secrets/{id}", new { value = "2" })).ShouldBeError(404, "not_found");
        (await account.Client.DeleteAsync($"/global-secrets/{id}")).ShouldBeError(404, "not_found").Message.ShouldBe("Global secret not found");
        await account.HasSecretAsync("A", "again");
    }

    [Theory]
    [InlineData("/global-secrets")]
    [InlineData("/account/secrets")]
    [InlineData("/sites/shop/environments/production/secrets")]
    [InlineData("/environments/{environment}/secrets")]
    public async Task Every_family_of_paths_does_the_whole_job(string collection)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        var environment = (await account.Client.GetAsync("/sites/shop/environments/production")).Id;
        var path = collection.Replace("{environment}", environment, StringComparison.Ordinal);

        var id = (await account.Client.PostAsync(path, new { key = "A", value = "1" })).ShouldBe(201).Id;
        (await account.Client.GetAsync(path)).ShouldBe(200).Data[0].GetProperty("id").GetString().ShouldBe(id);
        (await account.Client.GetAsync($"{path}/{id}")).ShouldBe(200).Id.ShouldBe(id);
        (await account.Client.GetAsync($"/secrets/{id}")).ShouldBe(200).Id.ShouldBe(id);
        (await account.Client.PutAsync($"{path}/{id}", new { value = "2" })).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(2);
        (await account.Client.PutAsync($"/secrets/{id}", new { value = "3" })).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(3);
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("3");
        (await account.Client.DeleteAsync($"{path}/{id}")).ShouldBe(200).Id.ShouldBe(id);
        (await account.Client.GetAsync($"{path}/")).ShouldBe(200).Data.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_answers_only_under_the_path_of_its_own_scope()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        var global = await account.HasSecretAsync("A", "1");
        var production = await account.HasSecretAsync("shop", "production", "A", "1");

        (await account.Client.GetAsync($"/sites/shop/environments/production/secrets/{global}"))
            .ShouldBeError(404, "not_found").Message.ShouldBe("Environment secret not found");
        (await account.Client.GetAsync($"/sites/shop/environments/staging/secrets/{production}")).ShouldBeError(404, "not_found");
        (await account.Client.PutAsync($"/sites/shop/environments/staging/secrets/{production}", new { value = "2" })).ShouldBeError(404, "not_found");
        (await account.Client.DeleteAsync($"/global-secrets/{production}")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync($"/secrets/{production}")).ShouldBe(200);
    }

    [Fact]
    public async Task Another_accounts_secret_does_not_exist()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        var stranger = await server.NewAccountAsync();

        (await stranger.Client.GetAsync($"/secrets/{id}")).ShouldBeError(404, "not_found");
        (await stranger.Client.PutAsync($"/global-secrets/{id}", new { value = "2" })).ShouldBeError(404, "not_found");
        (await stranger.Client.DeleteAsync($"/secrets/{id}")).ShouldBeError(404, "not_found");
        (await account.Client.GetAsync($"/secrets/{id}")).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(1);
    }

    private static string? Description(ApiAnswer answer) => answer.ShouldBe(200).Data.GetProperty("description").GetString();
}

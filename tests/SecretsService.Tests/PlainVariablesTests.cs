using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>A plain variable's value is shown, and a value that was written as a secret never is.</summary>
public sealed class PlainVariablesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task The_value_is_in_every_answer()
    {
        var account = await server.NewShopAsync();

        var created = await account.Client.PostAsync(Global, new { key = "A", value = "debug", is_secret = false });

        created.ShouldBe(201).Data.ValueOf().ShouldBe("debug");
        created.Data.GetProperty("is_secret").GetBoolean().ShouldBeFalse();
        (await account.Client.GetAsync(Global)).Data[0].ValueOf().ShouldBe("debug");
        (await account.Client.GetAsync("/secrets")).Data[0].ValueOf().ShouldBe("debug");
        (await account.Client.GetAsync(OfProduction + "?inherited=true")).Data[0].ValueOf().ShouldBe("debug");
        (await account.Client.GetAsync($"{Global}/{created.Id}")).Data.ValueOf().ShouldBe("debug");
        (await account.Client.PutAsync($"/secrets/{created.Id}", new { value = "info" })).Data.ValueOf().ShouldBe("info");
        (await account.Client.PutAsync($"/secrets/{created.Id}", new { key = "B" })).Data.ValueOf().ShouldBe("info");
        (await account.Client.PostAsync($"/secrets/{created.Id}/rollback", new { version = 1 })).Data.ValueOf().ShouldBe("debug");
        (await account.Client.DeleteAsync($"/secrets/{created.Id}")).Data.ValueOf().ShouldBe("debug");
        (await account.Client.PostAsync($"/secrets/{created.Id}/restore", "{}")).Data.ValueOf().ShouldBe("debug");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a\n\t\"b\\ $c é😀 </script> ")]
    public async Task The_value_is_shown_as_it_was_written(string value)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Global, new { key = "A", value, is_secret = false })).ShouldBe(201).Data.ValueOf().ShouldBe(value);
    }

    [Fact]
    public async Task A_secret_does_not_become_plain_without_its_value_in_the_same_request()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");

        var answer = await account.Client.PutAsync($"/secrets/{id}", new { is_secret = false, description = "x", key = "B" });

        answer.ShouldBeError(422, "validation_failed").ShouldBlame("value", "Required to make a plain variable").Text.ShouldNotContain("canary");
        (await account.Client.GetAsync($"/secrets/{id}")).Data.Text("key").ShouldBe("A");
    }

    [Fact]
    public async Task A_secret_that_becomes_plain_with_the_value_it_has_adds_no_version_and_is_shown()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "debug");

        var answer = await account.Client.PutAsync($"/secrets/{id}", new { is_secret = false, value = "debug" });

        answer.Version().ShouldBe(1);
        answer.Data.ValueOf().ShouldBe("debug");
        answer.Warnings().ShouldBeEmpty();
        (await account.Client.GetAsync($"/secrets/{id}")).Data.ValueOf().ShouldBe("debug");
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("debug");
        (await account.RevealAsync(id)).ShouldBe("debug");
    }

    [Fact]
    public async Task A_secret_that_becomes_plain_with_another_value_never_shows_the_old_one()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");

        (await account.Client.PutAsync($"/secrets/{id}", new { is_secret = false, value = "debug" })).Data.ValueOf().ShouldBe("debug");

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 }))
            .ShouldBeError(422, "validation_failed").ShouldBlame("version", "was written as a secret").Text.ShouldNotContain("canary");
        (await account.Client.GetAsync($"/secrets/{id}/versions")).Text.ShouldNotContain("canary");
        (await account.Client.PutAsync($"/secrets/{id}", new { is_secret = true })).ShouldBe(200);
        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBe(200).Text.ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_plain_variable_that_becomes_a_secret_is_shown_no_more()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "A", value = "debug", is_secret = false });

        var answer = await account.Client.PutAsync($"/secrets/{id}", new { is_secret = true });

        answer.Version().ShouldBe(1);
        answer.Data.ValueOf().ShouldBeNull();
        (await account.Client.GetAsync(Global)).Text.ShouldNotContain("debug");
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("debug");
        (await account.RevealAsync(id)).ShouldBe("debug");
    }

    [Fact]
    public async Task A_secret_and_its_value_cannot_be_made_plain_by_turns()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "A", value = "debug", is_secret = false });
        await account.Client.PutAsync($"/secrets/{id}", new { is_secret = true, value = "canary" });

        (await account.Client.PutAsync($"/secrets/{id}", new { is_secret = false })).ShouldBlame("value", "Required");
        (await account.Client.PutAsync($"/secrets/{id}", new { is_secret = false, value = "debug" })).ShouldBe(200).Text.ShouldNotContain("canary");
        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 2 })).ShouldBlame("version", "was written as a secret");
    }

    [Fact]
    public async Task What_was_hidden_with_its_secret_is_not_shown_again_by_a_rollback()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "A", value = "canary", is_secret = false });
        (await account.Client.PutAsync($"/secrets/{id}", new { is_secret = true })).ShouldBe(200).Text.ShouldNotContain("canary");
        (await account.Client.PutAsync($"/secrets/{id}", new { is_secret = false, value = "other" })).ShouldBe(200);

        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).ShouldBlame("version", "was written as a secret");
        (await server.ChangeAsync(account, id, "version = 1")).ShouldBe(1);
        (await account.Client.GetAsync($"/secrets/{id}")).ShouldBe(200).Text.ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_secret_that_was_made_plain_in_the_database_is_not_shown_but_warned_of()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");
        await account.HasAsync(Global, new { key = "B", value = "debug", is_secret = false });

        (await server.ChangeAsync(account, id, "is_secret = false")).ShouldBe(1);

        var list = await account.Client.GetAsync(Global);
        list.ShouldBe(200).Text.ShouldNotContain("canary");
        list.Data[0].Texts("warnings").ShouldContain("Its value cannot be opened. Write it anew.");
        list.Data[1].ValueOf().ShouldBe("debug");
        (await account.Client.GetAsync($"/secrets/{id}")).ShouldBe(200).Text.ShouldNotContain("canary");
        server.Log.Lines.ShouldContain(line => line.Text.StartsWith("Critical", StringComparison.Ordinal) && line.Text.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_that_was_made_plain_too_is_not_shown_either()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("A", "canary");

        await server.ChangeAsync(account, id, "is_secret = false");
        await server.ExecuteSqlAsync("UPDATE secret_versions SET is_secret = false WHERE account_id = $1", account.Id);

        (await account.Client.GetAsync(Global)).ShouldBe(200).Text.ShouldNotContain("canary");
        (await account.Client.PutAsync($"/secrets/{id}", new { description = "x" })).Text.ShouldNotContain("canary");
        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).Text.ShouldNotContain("canary");
    }

    [Fact]
    public async Task An_import_keeps_a_plain_variable_plain_and_makes_new_ones_secret()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "A", value = "debug", is_secret = false });

        (await account.Client.PostAsync(Global + "/import", new { A = "info", B = "canary" })).ShouldBe(200);

        var list = await account.Client.GetAsync(Global);
        list.Data[0].ValueOf().ShouldBe("info");
        list.Data[1].GetProperty("is_secret").GetBoolean().ShouldBeTrue();
        list.Text.ShouldNotContain("canary");
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("info");
    }

    [Fact]
    public async Task A_plain_variable_is_sealed_in_the_database_as_any_secret_is()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "A", value = "in the clear", is_secret = false });

        (await server.QuerySqlAsync<int>(
            "SELECT count(*) FROM secret_versions WHERE position('in the clear'::bytea in sealed_value) > 0 AND account_id = $1", account.Id)).ShouldBe(0);
    }
}

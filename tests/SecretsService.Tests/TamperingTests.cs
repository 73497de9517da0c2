using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>
/// What somebody who can write to the database can do to values: one that was changed or moved fails the read of the whole map. It never gives a
/// wrong value, and never half of the variables. (What such a person can do besides is in docs/security.md.)
/// </summary>
public sealed class TamperingTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string OfAccount = "account_id = $1";

    [Theory]
    [InlineData("the format byte", "sealed_value = set_byte(sealed_value, 0, 255)")]
    [InlineData("the nonce", "sealed_value = set_byte(sealed_value, 5, get_byte(sealed_value, 5) # 1)")]
    [InlineData("the ciphertext", "sealed_value = set_byte(sealed_value, 13, get_byte(sealed_value, 13) # 1)")]
    [InlineData("the tag", "sealed_value = set_byte(sealed_value, length(sealed_value) - 1, get_byte(sealed_value, length(sealed_value) - 1) # 1)")]
    [InlineData("all of it", "sealed_value = ''")]
    [InlineData("its length", "sealed_value = substr(sealed_value, 1, length(sealed_value) - 1)")]
    [InlineData("the name that it was sealed under", "name = 'OTHER'")]
    public async Task A_changed_version_fails_the_whole_read(string what, string change)
    {
        var account = await AccountWithTwoSecretsAsync();

        (await server.ExecuteSqlAsync(
            $"UPDATE secret_versions SET {change} WHERE {OfAccount} AND name = 'A'", account.Id)).ShouldBe(1, what);

        await ShouldBeUnreadableAsync(account);
    }

    [Fact]
    public async Task A_secret_that_was_renamed_behind_the_services_back_fails_the_whole_read()
    {
        var account = await AccountWithTwoSecretsAsync();

        await server.ExecuteSqlAsync($"UPDATE secrets SET name = 'C' WHERE {OfAccount} AND name = 'A'", account.Id);
        await ShouldBeUnreadableAsync(account);

        await server.ExecuteSqlAsync($"UPDATE secret_versions SET name = 'C' WHERE {OfAccount} AND name = 'A'", account.Id);
        await ShouldBeUnreadableAsync(account);
    }

    [Fact]
    public async Task A_value_moved_to_another_secret_fails_the_whole_read()
    {
        var account = await AccountWithTwoSecretsAsync();

        await server.ExecuteSqlAsync(
            $"UPDATE secret_versions v SET sealed_value = (SELECT sealed_value FROM secret_versions WHERE {OfAccount} AND name = 'B') "
            + $"WHERE {OfAccount} AND name = 'A'",
            account.Id);

        await ShouldBeUnreadableAsync(account);
    }

    [Fact]
    public async Task An_old_value_moved_to_the_current_version_fails_the_whole_read()
    {
        var account = await AccountWithTwoSecretsAsync();
        var list = await account.Client.GetAsync("/global-secrets");
        await account.Client.PutAsync($"/secrets/{list.Data[0].GetProperty("id").GetString()}", new { value = "new" });

        await server.ExecuteSqlAsync(
            $"UPDATE secret_versions SET sealed_value = (SELECT sealed_value FROM secret_versions WHERE {OfAccount} AND name = 'A' AND version = 1) "
            + $"WHERE {OfAccount} AND name = 'A' AND version = 2",
            account.Id);

        await ShouldBeUnreadableAsync(account);
    }

    [Fact]
    public async Task A_value_moved_to_another_account_with_its_key_fails_the_whole_read()
    {
        var victim = await AccountWithTwoSecretsAsync();
        var thief = await AccountWithTwoSecretsAsync();

        // The whole envelope moves: the victim's wrapped key becomes a key of the thief, and the victim's value a value under it.
        await server.ExecuteSqlAsync(
            "INSERT INTO account_keys SELECT $2, id, purpose, key_encryption_key_id, wrapped, false, 0, created_at FROM account_keys WHERE account_id = $1 AND purpose = 0",
            victim.Id, thief.Id);
        await server.ExecuteSqlAsync(
            "UPDATE secret_versions t SET sealed_value = v.sealed_value, data_key_id = v.data_key_id FROM secret_versions v "
            + "WHERE t.account_id = $2 AND v.account_id = $1 AND t.name = 'A' AND v.name = 'A'",
            victim.Id, thief.Id);

        await ShouldBeUnreadableAsync(thief);
        (await victim.InjectAsync("shop", "production")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_moved_to_another_environment_fails_the_whole_read()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        await account.HasSecretAsync("shop", "production", "A", "value of production");

        await server.ExecuteSqlAsync(
            $"UPDATE secrets SET environment_id = (SELECT id FROM environments WHERE {OfAccount} AND slug = 'staging') WHERE {OfAccount}", account.Id);

        (await account.Client.GetAsync("/sites/shop/environments/staging/injection")).ShouldBeError(500, "value_unreadable");
    }

    [Fact]
    public async Task A_damaged_value_is_mended_by_a_new_one()
    {
        var account = await AccountWithTwoSecretsAsync();
        await server.ExecuteSqlAsync($"UPDATE secret_versions SET sealed_value = '' WHERE {OfAccount} AND name = 'A'", account.Id);
        var id = await server.QuerySqlAsync<string>($"SELECT id::text FROM secrets WHERE {OfAccount} AND name = 'A'", account.Id);

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "C" })).ShouldBeError(500, "value_unreadable");
        (await account.Client.PutAsync($"/secrets/{id}", new { value = "mended" })).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(2);

        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("mended");
    }

    [Fact]
    public async Task A_rename_behind_the_services_back_is_not_made_good_by_a_rename_over_the_API()
    {
        var account = await AccountWithTwoSecretsAsync();
        var id = await server.QuerySqlAsync<string>($"SELECT id::text FROM secrets WHERE {OfAccount} AND name = 'A'", account.Id);
        await server.ExecuteSqlAsync($"UPDATE secrets SET name = 'C' WHERE {OfAccount} AND name = 'A'", account.Id);

        (await account.Client.PutAsync($"/secrets/{id}", new { key = "D" })).ShouldBeError(500, "value_unreadable");
        (await account.Client.PutAsync($"/secrets/{id}", new { value = "value of a" })).ShouldBe(200).Data.GetProperty("version").GetInt32().ShouldBe(2);
        (await account.InjectAsync("shop", "production"))["C"].ShouldBe("value of a");
    }

    [Fact]
    public async Task A_changed_account_key_is_named_in_the_log()
    {
        var other = await server.NewAccountAsync();
        await server.ExecuteSqlAsync("UPDATE account_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE account_id = $1", other.Id);

        (await other.Client.PostAsync("/global-secrets", new { key = "A", value = "1" })).ShouldBeError(500, "value_unreadable");

        server.Log.Lines.ShouldContain(line => line.Text.StartsWith("Critical", StringComparison.Ordinal)
            && line.Text.Contains(other.Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_opened_is_named_in_the_log_by_its_ids()
    {
        var account = await AccountWithTwoSecretsAsync();
        await server.ExecuteSqlAsync($"UPDATE secret_versions SET sealed_value = '' WHERE {OfAccount} AND name = 'A'", account.Id);
        var id = await server.QuerySqlAsync<string>($"SELECT id::text FROM secrets WHERE {OfAccount} AND name = 'A'", account.Id);

        await ShouldBeUnreadableAsync(account);

        server.Log.Lines.ShouldContain(line => line.Text.StartsWith("Critical", StringComparison.Ordinal) && line.Text.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lists_and_deletes_still_work_so_that_the_damage_can_be_mended()
    {
        var account = await AccountWithTwoSecretsAsync();
        await server.ExecuteSqlAsync($"UPDATE secret_versions SET sealed_value = '' WHERE {OfAccount} AND name = 'A'", account.Id);

        var list = (await account.Client.GetAsync("/global-secrets")).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{list.Data[0].GetProperty("id").GetString()}")).ShouldBe(200);

        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["B"]);
    }

    private async Task<Account> AccountWithTwoSecretsAsync()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("A", "value of a");
        await account.HasSecretAsync("B", "value of b");
        return account;
    }

    private static async Task ShouldBeUnreadableAsync(Account account) =>
        (await account.Client.GetAsync("/sites/shop/environments/production/injection"))
            .ShouldBeError(500, "value_unreadable").Text.ShouldNotContain("value of");
}

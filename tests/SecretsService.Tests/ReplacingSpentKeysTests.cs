using SecretsService.Cryptography;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>A data encryption key seals so many values and no more (NIST SP 800-38D, section 8.3); another one follows by itself.</summary>
public sealed class ReplacingSpentKeysTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task Each_sealed_value_is_counted()
    {
        var account = await server.NewAccountAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });
        await account.Client.PutAsync($"/secrets/{id}", new { value = "2" });

        (await SealedByActiveKeyAsync(account)).ShouldBe(2);
    }

    [Fact]
    public async Task A_spent_key_is_replaced_and_still_opens_what_it_sealed()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("OLD", "sealed by the first key");
        await server.ExecuteSqlAsync(
            "UPDATE account_keys SET sealed_values = $2 WHERE account_id = $1 AND purpose = 0", account.Id, DataEncryptionKey.MaxSealedValues);

        await account.HasSecretAsync("NEW", "sealed by the second key");

        (await SealedByActiveKeyAsync(account)).ShouldBe(1);
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM account_keys WHERE account_id = $1 AND purpose = 0", account.Id)).ShouldBe(2);
        (await server.QuerySqlAsync<long>("SELECT count(DISTINCT data_key_id) FROM secret_versions WHERE account_id = $1", account.Id)).ShouldBe(2);
        (await account.InjectAsync("shop", "production")).Values.ShouldBe(["sealed by the second key", "sealed by the first key"]);
    }

    [Fact]
    public async Task A_key_that_is_taken_is_refused_as_ever_on_the_request_that_replaces_a_spent_key()
    {
        var account = await server.NewAccountAsync();
        await account.HasSecretAsync("TAKEN", "1");
        await server.ExecuteSqlAsync(
            "UPDATE account_keys SET sealed_values = $2 WHERE account_id = $1 AND purpose = 0", account.Id, DataEncryptionKey.MaxSealedValues);

        (await account.Client.PostAsync("/global-secrets", new { key = "TAKEN", value = "2" })).ShouldBeError(422, "name_taken");
        await account.HasSecretAsync("FREE", "3");
    }

    private Task<long> SealedByActiveKeyAsync(Account account) =>
        server.QuerySqlAsync<long>("SELECT sealed_values FROM account_keys WHERE account_id = $1 AND purpose = 0 AND is_active", account.Id);
}

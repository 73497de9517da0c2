using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Deployments;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>A frozen map is a list of references to versions: it stays what it was whatever becomes of the secrets, and holds no value itself.</summary>
public sealed class FreezingMapsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task Each_variable_refers_to_the_version_and_the_field_that_give_it_and_to_where_that_applied()
    {
        var account = await server.NewShopAsync();
        await account.HasTypeAsync("login", "fields", "user", "password");
        (await account.WriteTypedAsync("MAIN", "login", """{"user": "u", "password": "p"}""")).ShouldBe(201);
        await account.HasSecretAsync("A", "1");
        var id = await account.HasAsync("/sites/shop/apps/worker/environments/production/secrets", new { key = "A", value = "2" });
        (await account.Client.PutAsync($"/secrets/{id}", new { value = "3" })).ShouldBe(200);

        var deployment = await account.HasDeploymentAsync(request: new { app = "worker" });

        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(concat_ws(' ', name, 'version', version, 'field', coalesce(field, '-'), 'rung', rung), ', ' ORDER BY name) "
            + "FROM deployment_variables WHERE account_id = $1 AND deployment_id = $2",
            account.Id, Guid.Parse(deployment)))
            .ShouldBe("A version 2 field - rung 7, MAIN_PASSWORD version 1 field password rung 0, MAIN_USER version 1 field user rung 0");
        (await server.QuerySqlAsync<string>("SELECT secret_id::text FROM deployment_variables WHERE account_id = $1 AND name = 'A'", account.Id)).ShouldBe(id);
    }

    [Fact]
    public async Task One_that_is_deleted_while_it_is_opened_is_not_there_and_not_said_to_be_forged()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        var deployment = Guid.Parse(await account.HasDeploymentAsync());
        await using var scope = server.NewScope();
        var row = await scope.ServiceProvider.GetRequiredService<SecretsDbContext>().Deployments.SingleAsync(d => d.AccountId == account.Id && d.Id == deployment);
        (await account.Client.DeleteAsync(Production)).ShouldBe(200);

        var thawed = await scope.ServiceProvider.GetRequiredService<FrozenMap>().ThawAsync(new Caller(account.Id, "", Guid.Empty, ""), row, CancellationToken.None);

        thawed.Failure.ShouldNotBeNull().Message.ShouldBe("Deployment not found");
    }

    [Fact]
    public async Task It_stays_what_it_was_when_its_secrets_are_changed_renamed_deleted_moved_out_of_the_way_or_expire()
    {
        var account = await server.NewShopAsync();
        var ids = new List<string>();
        foreach (var key in new[] { "CHANGED", "RENAMED", "DELETED", "OVERRIDDEN", "EXPIRED" })
        {
            ids.Add(await account.HasSecretAsync(key, $"value of {key}"));
        }

        var deployment = await account.HasDeploymentAsync();
        var frozen = await server.ThawAsync(account, deployment);
        (await account.Client.PutAsync($"/secrets/{ids[0]}", new { value = "new" })).ShouldBe(200);
        (await account.Client.PutAsync($"/secrets/{ids[1]}", new { key = "OTHER" })).ShouldBe(200);
        (await account.Client.DeleteAsync($"/secrets/{ids[2]}")).ShouldBe(200);
        await account.HasSecretAsync("shop", "production", "OVERRIDDEN", "new");
        await server.ExpireAsync(account, ids[4]);
        (await account.Client.PutAsync("/sites/shop", new { slug = "store" })).ShouldBe(200);

        frozen.Values.Order(StringComparer.Ordinal).ShouldBe(
            ["value of CHANGED", "value of DELETED", "value of EXPIRED", "value of OVERRIDDEN", "value of RENAMED"]);
        (await server.ThawAsync(account, deployment)).ShouldBe(frozen);
    }

    [Fact]
    public async Task No_value_is_in_the_tables_of_deployments()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "c4n4ry-7f3b9a");
        await account.HasAsync("/global-secrets", new { key = "B", value = "c4n4ry-7f3b9a", is_secret = false });
        var id = await account.HasDeploymentThatIsAsync("deploying");
        await account.Client.PatchAsync($"/deployments/{id}", new { status = "failed", stdout = "saw c4n4ry-7f3b9a", stderr = "saw c4n4ry-7f3b9a" });

        foreach (var table in new[] { "deployments", "deployment_variables", "events" })
        {
            (await server.QuerySqlAsync<long>($"SELECT count(*) FROM {table} t WHERE t.account_id = $1 AND t::text LIKE '%c4n4ry%'", account.Id)).ShouldBe(0, table);
        }
    }

    [Fact]
    public async Task Tags_are_equal_for_equal_values_of_one_account_and_say_nothing_to_others()
    {
        var account = await server.NewShopAsync();
        var other = await server.NewShopAsync();
        foreach (var owner in new[] { account, other })
        {
            await owner.HasSecretAsync("A", "same");
            await owner.HasSecretAsync("B", "same");
            await owner.HasSecretAsync("C", "another");
            await owner.HasDeploymentAsync();
        }

        (await TagsAsync(account)).ShouldBe(2);
        (await server.QuerySqlAsync<long>("SELECT count(DISTINCT value_tag) FROM deployment_variables WHERE account_id = ANY($1)", new[] { account.Id, other.Id })).ShouldBe(4);
        (await server.QuerySqlAsync<long>(
            "SELECT count(*) FROM deployment_variables v JOIN secret_versions s USING (account_id, secret_id, version) WHERE account_id = $1 AND v.value_tag = s.fingerprint", account.Id))
            .ShouldBe(0, "a list of secrets shows fingerprints, and must not tell what a deployment has");
    }

    [Fact]
    public async Task What_is_left_out_is_remembered()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PutAsync(Production, new { type = "local" })).ShouldBe(200);
        await server.ExpireAsync(account, await account.HasSecretAsync("EXPIRED", "1"));
        await account.HasSecretAsync("WITHHELD", "1");
        await account.HasAsync(Production + "/secrets", new { key = "WITHHELD", withheld = true });

        var id = await account.HasDeploymentAsync();

        (await server.QuerySqlAsync<string>("SELECT array_to_string(withheld, ',') || ' ' || array_to_string(expired, ',') FROM deployments WHERE account_id = $1", account.Id))
            .ShouldBe("WITHHELD EXPIRED");
        (await server.ThawAsync(account, id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_that_a_deployment_refers_to_cannot_be_deleted()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        var id = await account.HasDeploymentAsync();

        (await Should.ThrowAsync<PostgresException>(() => server.ExecuteSqlAsync("DELETE FROM secret_versions WHERE account_id = $1", account.Id)))
            .ConstraintName.ShouldBe("fk_deployment_variables_version");

        (await server.ThawAsync(account, id))["A"].ShouldBe("1");
    }

    [Theory]
    [InlineData("/sites/shop/environments/production?force=true", 1)]
    [InlineData("/sites/shop/apps/worker?force=true", 2)]
    [InlineData("/sites/shop?force=true", 0)]
    public async Task Deployments_go_with_their_environment_app_or_site(string path, int left)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("shop", "production", "A", "1");
        await account.HasAsync("/sites/shop/apps/worker/secrets", new { key = "A", value = "1" });
        await account.HasSecretAsync("G", "1");
        await account.HasDeployedAsync();
        await account.HasDeployedAsync(request: new { app = "worker" });
        await account.HasDeployedAsync(Staging);

        (await account.Client.DeleteAsync(path)).ShouldBe(200);

        (await server.QuerySqlAsync<long>("SELECT count(*) FROM deployments WHERE account_id = $1", account.Id)).ShouldBe(left);
        (await server.QuerySqlAsync<long>(
            "SELECT count(*) FROM deployment_variables v WHERE account_id = $1 AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.account_id = $1 AND d.id = v.deployment_id)", account.Id))
            .ShouldBe(0);
    }

    [Fact]
    public async Task A_full_scope_is_frozen_and_thawed_as_it_was()
    {
        var account = await server.NewShopAsync();
        var values = Enumerable.Range(0, 100).ToDictionary(i => $"K{i:000}", i => $"{new string('v', i * 7)}ü\n{i}");
        foreach (var (key, value) in values)
        {
            await account.HasSecretAsync(key, value);
        }

        (await server.ThawAsync(account, await account.HasDeploymentAsync())).ShouldBe(values);
    }

    [Fact]
    public async Task A_value_that_was_swapped_for_another_version_of_its_secret_is_noticed()
    {
        var account = await server.NewShopAsync();
        var secret = await account.HasSecretAsync("A", "1");
        (await account.Client.PutAsync($"/secrets/{secret}", new { value = "2" })).ShouldBe(200);
        var id = await account.HasDeploymentAsync();

        await server.ExecuteSqlAsync("UPDATE deployment_variables SET version = 1 WHERE account_id = $1", account.Id);

        await Should.ThrowAsync<SealedValueException>(() => server.ThawAsync(account, id));
        server.Log.Lines.ShouldContain(line => line.Text.StartsWith("Critical", StringComparison.Ordinal) && line.Text.Contains(id, StringComparison.Ordinal));
    }

    private Task<long> TagsAsync(Account account) =>
        server.QuerySqlAsync<long>("SELECT count(DISTINCT value_tag) FROM deployment_variables WHERE account_id = $1", account.Id);
}

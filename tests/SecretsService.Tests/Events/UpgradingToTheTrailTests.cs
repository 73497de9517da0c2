using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>A database of the release before the audit trail was chained: its keys keep working, and its records get their places.</summary>
public sealed class UpgradingToTheTrailTests : IAsyncLifetime
{
    private const int Records = 1_100;

    private readonly string _token = ApiToken.Generate();
    private readonly string _keyring = SecretsServer.NewKeyring();
    private readonly Guid _account = Guid.CreateVersion7();
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await PostgresTemplate.CreateEmptyAsync();
        await using var db = new SecretsDbContext(new DbContextOptionsBuilder<SecretsDbContext>().UseNpgsql(_database).Options);
        await db.GetService<IMigrator>().MigrateAsync("20261121123056_Deployments");
        await InsertAsync(db);
    }

    public Task DisposeAsync() => PostgresTemplate.DropAsync(_database);

    [Fact]
    public async Task Keys_keep_working_and_the_records_are_in_the_trail_in_order()
    {
        await using var server = new SecretsServer().With("ConnectionStrings:Secrets", _database).With("Keys:Keyring", _keyring);
        await server.InitializeAsync();
        var account = new Account(_account, _token, server.ClientWith(_token));

        await account.HasSecretAsync("AFTER", "1");

        (await account.VerifyAsync()).ShouldBe("ok");
        (await server.KeysInOrderAsync(account)).ShouldBe([.. Enumerable.Range(1, Records).Select(i => $"KEY_{i}"), "AFTER"]);
        (await server.QuerySqlAsync<bool>("SELECT to_regclass('earlier_events') IS NULL")).ShouldBeTrue();
        (await server.QuerySqlAsync<string>(
            "SELECT string_agg(DISTINCT actor_type || ' ' || actor_name, ', ') FROM events WHERE account_id = $1 AND seq <= 2", _account)).ShouldBe("api_key ci, system retention");
    }

    private async Task InsertAsync(SecretsDbContext db)
    {
        using var ring = KeyRing.Parse(Encoding.UTF8.GetBytes(_keyring));
        using var data = DataEncryptionKey.Generate();
        using var fingerprints = FingerprintKey.Generate();
        var (dataId, fingerprintsId, key) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var (dataBytes, fingerprintBytes) = (ring.Wrap(data, new(_account, dataId)).Bytes, ring.Wrap(fingerprints, new(_account, fingerprintsId)).Bytes);
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO accounts (id, name, revision, created_at) VALUES ({_account}, 'old', 7, now());
             INSERT INTO key_encryption_keys (id, check_value, created_at) VALUES ({ring.ActiveId}, {ring.CreateCheckValue(ring.ActiveId)}, now());
             INSERT INTO account_keys (account_id, id, purpose, key_encryption_key_id, wrapped, is_active, sealed_values, created_at)
             VALUES ({_account}, {dataId}, 0, {ring.ActiveId}, {dataBytes}, true, 0, now()),
                    ({_account}, {fingerprintsId}, 1, {ring.ActiveId}, {fingerprintBytes}, true, 0, now());
             INSERT INTO api_keys (account_id, id, name, token_hash, created_at) VALUES ({_account}, {key}, 'ci', {ApiToken.HashOf(_token)}, now());
             INSERT INTO events (account_id, id, event, actor_id, actor_name, resource_type, resource_id, context, occurred_at)
             SELECT {_account}, ('019a3f00-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'secret.created',
                    CASE n % 2 WHEN 0 THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE {key} END, CASE n % 2 WHEN 0 THEN 'retention' ELSE 'ci' END,
                    'secret', NULL, jsonb_build_object('key', 'KEY_' || n), now() FROM generate_series(1, {Records}) n
             """);
    }
}

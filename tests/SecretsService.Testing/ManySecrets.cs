using Npgsql;

namespace SecretsService.Testing;

/// <summary>
/// An account with 10,000 secrets among others with as many. They are inserted behind the API, and their values are none: nothing but lists and
/// plans is to be had of them.
/// </summary>
public static class ManySecrets
{
    /// <summary>How many secrets the account has, the deleted ones among them.</summary>
    public const int Count = 10_000;

    private const int Neighbours = 4;

    // Of ten, six are global, and the others stand at a scope each under one name; a few of all are typed, expired, expire soon, or are deleted.
    private const string InsertSecrets =
        """
        INSERT INTO secrets (account_id, id, site_id, app_id, environment_type, environment_id, name, is_secret, is_pinned, is_withheld, secret_type,
                             description, expires_at, version, created_at, created_by, updated_at, updated_by, deleted_at)
        SELECT $1, gen_random_uuid(),
               CASE WHEN n % 10 >= 7 THEN $2::uuid END,
               CASE WHEN n % 10 = 8 THEN $3::uuid END,
               CASE WHEN n % 10 = 6 OR n % 20 = 8 THEN 'production' END,
               CASE WHEN n % 10 = 9 THEN $4::uuid END,
               'NAME_' || n / 10 || '_' || CASE WHEN n % 10 < 6 THEN n % 10 ELSE 0 END,
               true, false, false,
               CASE WHEN n % 40 = 3 THEN 'smtp' END,
               'What the secret is for, in a sentence of some length',
               CASE n % 50 WHEN 1 THEN now() - interval '1 day' WHEN 2 THEN now() + interval '3 days' WHEN 4 THEN now() + interval '1 year' END,
               2, now(), 'test', now(), 'test',
               CASE WHEN n % 25 = 7 THEN now() - interval '1 day' END
        FROM generate_series(0, $5 - 1) n
        """;

    private const string InsertVersions =
        """
        INSERT INTO secret_versions (account_id, secret_id, version, name, data_key_id, sealed_value, fingerprint, origin, is_secret, looks_private,
                                     created_at, created_by)
        SELECT s.account_id, s.id, v, s.name, $2, decode(repeat('00', 80), 'hex'), '00000000', 0, true, false, now(), 'test'
        FROM secrets s, generate_series(1, 2) v
        WHERE s.account_id = $1 AND NOT EXISTS (
            SELECT FROM secret_versions other WHERE other.account_id = s.account_id AND other.secret_id = s.id AND other.version = v)
        """;

    /// <summary>
    /// Makes the account: with a site <c>shop</c> that has an app <c>worker</c> and the environments <c>production</c>, which has secrets of its own,
    /// and <c>staging</c>, which has none.
    /// </summary>
    public static async Task<Account> FillAsync(SecretsServer server)
    {
        var account = await FillOneAsync(server);
        foreach (var _ in Enumerable.Range(0, Neighbours))
        {
            await FillOneAsync(server);
        }

        await server.ExecuteSqlAsync("ANALYZE");
        return account;
    }

    private static async Task<Account> FillOneAsync(SecretsServer server)
    {
        var account = await (await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging")).HasAppsAsync("shop", "worker");
        await account.HasSecretAsync("FIRST", "1");
        var site = Guid.Parse((await account.Client.GetAsync("/sites/shop")).Id);
        var app = Guid.Parse((await account.Client.GetAsync("/sites/shop/apps/worker")).Id);
        var environment = Guid.Parse((await account.Client.GetAsync("/sites/shop/environments/production")).Id);
        await server.ExecuteSqlAsync(InsertSecrets, account.Id, site, app, environment, Count - 1);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var key = new NpgsqlCommand("SELECT data_key_id FROM secret_versions WHERE account_id = $1", connection) { Parameters = { new() { Value = account.Id } } };
        await server.ExecuteSqlAsync(InsertVersions, account.Id, (Guid)(await key.ExecuteScalarAsync())!);
        return account;
    }
}

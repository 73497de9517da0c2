using SecretsService.Access;
using SecretsService.Testing;

namespace SecretsService.Tests.Walls;

/// <summary>Makes API keys as they stand in the database, whatever route makes them.</summary>
internal static class KeySteps
{
    /// <summary>Makes a key of an account that is restricted.</summary>
    /// <param name="server">The server.</param>
    /// <param name="account">The account.</param>
    /// <param name="sites">The only sites; none for a key that is not restricted.</param>
    /// <param name="environments">The only environments; null for any.</param>
    /// <param name="apps">The only apps; null for any.</param>
    /// <param name="abilities">What it may do; null for everything.</param>
    public static async Task<ApiClient> RestrictedKeyAsync(
        this SecretsServer server, Account account, string[] sites, string[]? environments = null, string[]? apps = null, string[]? abilities = null)
    {
        var (token, id) = (ApiToken.Generate(), Guid.CreateVersion7());
        await server.ExecuteSqlAsync(
            """
            WITH key AS (
                INSERT INTO api_keys (account_id, id, name, abilities, sites, environments, apps, created_at, created_by)
                VALUES ($1, $2, 'restricted key', $4, $5, $6, $7, now(), 'test'))
            INSERT INTO api_key_tokens (account_id, api_key_id, token_hash, created_at) VALUES ($1, $2, $3, now())
            """,
            account.Id, id, ApiToken.HashOf(token), abilities ?? [Ability.All], IdsOf(sites), IdsOf(environments), IdsOf(apps));
        return server.ClientWith(token);
    }

    /// <summary>Makes a key that is not restricted.</summary>
    public static Task<ApiClient> KeyAsync(this SecretsServer server, Account account, params IEnumerable<string> abilities) =>
        server.RestrictedKeyAsync(account, sites: [], abilities: [.. abilities]);

    /// <summary>Makes a key that is not accepted any more since a minute ago.</summary>
    public static async Task<ApiClient> ExpiredKeyAsync(this SecretsServer server, Account account)
    {
        var (token, id) = (ApiToken.Generate(), Guid.CreateVersion7());
        await server.ExecuteSqlAsync(
            """
            WITH key AS (
                INSERT INTO api_keys (account_id, id, name, abilities, expires_at, created_at, created_by)
                VALUES ($1, $2, 'expired key', '{*}', now() - interval '1 minute', now(), 'test'))
            INSERT INTO api_key_tokens (account_id, api_key_id, token_hash, created_at) VALUES ($1, $2, $3, now())
            """,
            account.Id, id, ApiToken.HashOf(token));
        return server.ClientWith(token);
    }

    private static Guid[] IdsOf(string[]? ids) => [.. (ids ?? []).Select(Guid.Parse)];
}

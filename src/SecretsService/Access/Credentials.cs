using Npgsql;
using SecretsService.Storage;

namespace SecretsService.Access;

/// <summary>A credential as the database has it at this moment.</summary>
/// <param name="Caller">Whom it stands for.</param>
/// <param name="Revision">The account's revision that this was read at: it stands as long as that does, but for its expiry.</param>
/// <param name="ExpiresAt">From when on it is not accepted: the token's time or the key's, whichever comes first. Null for neither.</param>
internal sealed record Credential(Caller Caller, long Revision, DateTimeOffset? ExpiresAt)
{
    /// <summary>True for a deployment token that has no use left.</summary>
    public bool IsUsedUp { get; init; }

    /// <summary>True where it is accepted.</summary>
    public bool IsAlive(DateTimeOffset now) => !IsUsedUp && (ExpiresAt is null || now < ExpiresAt);
}

/// <summary>Looks credentials up by the SHA-256 of what was presented.</summary>
internal sealed class Credentials(NpgsqlDataSource database)
{
    private const string FindKeySql =
        """
        SELECT a.id, a.name, k.id, k.name, a.revision, k.expires_at, t.expires_at, k.abilities, k.sites, k.environments, k.apps
        FROM api_key_tokens t
        JOIN api_keys k ON k.account_id = t.account_id AND k.id = t.api_key_id
        JOIN accounts a ON a.id = t.account_id
        WHERE t.token_hash = $1
        """;

    private const string FindDeploymentSql =
        """
        SELECT a.id, a.name, t.id, t.created_by, a.revision, t.expires_at, NULL::timestamptz, t.deployment_id, t.uses_left > 0
        FROM deployment_tokens t
        JOIN accounts a ON a.id = t.account_id
        WHERE t.token_hash = $1
        """;

    /// <summary>Finds a credential, even one that has expired or is used up.</summary>
    /// <param name="token">What was presented; null where it was nothing, which costs the same look-up and is found nowhere.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>Null where there is none.</returns>
    public async Task<Credential?> FindAsync(string? token, CancellationToken cancellation)
    {
        // The first use of the database in a request. One that was restarted, or has failed over, must not cost a failed request for each
        // connection that lay in the pool: those are thrown away and the look-up is made once more.
        try
        {
            return await FindOnceAsync(token, cancellation);
        }
        catch (Exception e) when (e.IsBrokenConnection())
        {
            database.Clear();
            return await FindOnceAsync(token, cancellation);
        }
    }

    // SQL by hand, and prepared: every request makes one of the two look-ups. It is the one read of a caller's that no account bounds: whose the
    // token is, is what it finds out, and it finds no row but that of the very token.
    private async Task<Credential?> FindOnceAsync(string? token, CancellationToken cancellation)
    {
        var isForDeployment = ApiToken.IsForDeployment(token);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(AccountWall.LocalCommand(accountId: null));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(isForDeployment ? FindDeploymentSql : FindKeySql)
        {
            Parameters = { new NpgsqlParameter<byte[]> { TypedValue = ApiToken.HashOf(token) } },
        });
        await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader, isForDeployment) : null;
    }

    private static Credential Read(NpgsqlDataReader row, bool isForDeployment)
    {
        var caller = new Caller(row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.GetString(3)) { ExpiresAt = row.TimeOrNull(5) };
        return new Credential(
            isForDeployment
                ? caller with { ApiKeyName = $"deployment token of {caller.ApiKeyName}", DeploymentId = row.GetGuid(7) }
                : caller with
                {
                    Abilities = new AbilitySet(row.GetFieldValue<string[]>(7)),
                    Reach = Reach.Of(row.GetFieldValue<Guid[]>(8), row.GetFieldValue<Guid[]>(9), row.GetFieldValue<Guid[]>(10)),
                },
            row.GetInt64(4),
            Earlier(row.TimeOrNull(5), row.TimeOrNull(6)))
        {
            IsUsedUp = isForDeployment && !row.GetBoolean(8),
        };
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}

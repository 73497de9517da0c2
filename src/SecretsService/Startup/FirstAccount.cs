using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Startup;

/// <summary>Creates accounts: their row, their keys and a first API key.</summary>
internal sealed partial class FirstAccount(
    SecretsDbContext db, AccountKeys keys, IOptions<BootstrapOptions> options, TimeProvider clock, ILogger<FirstAccount> logger)
{
    private const string AccountName = "default";
    private const string KeyName = "bootstrap";

    /// <summary>Creates the first account, unless the database holds one.</summary>
    /// <param name="mayGenerate">Whether a key may be generated, which somebody must then be shown.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The generated key's token, to be shown once; null where none was generated.</returns>
    /// <exception cref="StartupException">There is no account, no key for one, and none may be generated.</exception>
    public async Task<string?> CreateIfNoneAsync(bool mayGenerate, CancellationToken cancellation)
    {
        var brought = options.Value.ApiKey;
        if (await db.Accounts.AnyAsync(cancellation))
        {
            await WarnIfUnknownAsync(brought, cancellation);
            return null;
        }

        if (brought is null && !mayGenerate)
        {
            throw new StartupException(
                "The database holds no account yet, and outside Development no key is made up that would end in a log: set Bootstrap:ApiKey for the "
                + "first start, for example to the output of echo \"sks_$(openssl rand -hex 32)\".");
        }

        var token = brought ?? ApiToken.Generate();
        Add(AccountName, KeyName, token);
        await db.SaveChangesAsync(cancellation);
        return brought is null ? token : null;
    }

    /// <summary>Adds an account with its keys and an API key; saving is the caller's.</summary>
    public Guid Add(string accountName, string keyName, string token)
    {
        var now = clock.Now();
        var account = new AccountRow { Id = Guid.CreateVersion7(now), Name = accountName, CreatedAt = now };
        db.Accounts.Add(account);
        keys.AddTo(db, account.Id);
        var key = new ApiKeyRow
        {
            AccountId = account.Id,
            Id = Guid.CreateVersion7(now),
            Name = keyName,
            Abilities = [Ability.All],
            CreatedAt = now,
            CreatedBy = "",
        };
        db.ApiKeys.Add(key);
        db.ApiKeyTokens.Add(new ApiKeyTokenRow { AccountId = account.Id, ApiKeyId = key.Id, TokenHash = ApiToken.HashOf(token), CreatedAt = now });
        return account.Id;
    }

    private async Task WarnIfUnknownAsync(string? token, CancellationToken cancellation)
    {
        if (token is not null && !await db.ApiKeyTokens.AnyAsync(t => t.TokenHash == ApiToken.HashOf(token), cancellation))
        {
            LogIgnored();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Bootstrap:ApiKey is not a key of this database and was ignored: it counts only while there is no account")]
    private partial void LogIgnored();
}

using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace SecretsService.Storage;

/// <summary>
/// The second wall between accounts: row-level security of PostgreSQL. Each tenant's table shows the rows of the one account that the setting
/// <c>secrets.account</c> names, and none where it names none, so that a query which forgets its filter reads nothing of another account's.
/// </summary>
internal static class AccountWall
{
    /// <summary>The setting of a session, or of one transaction, that says whose rows are seen.</summary>
    public const string Setting = "secrets.account";

    /// <summary>What the setting says where the rows of every account are meant: to authenticate by a token's hash, to sweep, to migrate.</summary>
    public const string Everybody = "*";

    /// <summary>Sets it until the transaction ends, with the account's id as the first parameter; answers with one row that means nothing.</summary>
    public const string SetLocalSql = $"SELECT set_config('{Setting}', $1, true)";

    /// <summary>The name of the policy, on every tenant's table.</summary>
    public const string Policy = "account_wall";

    /// <summary>The statement that sets it for a session: until another one does, or the connection goes back to its pool, which resets it.</summary>
    public static string Set(AccountScope scope) => scope.IsEverybody ? $"SET {Setting} = '{Everybody}';" : $"SET {Setting} = '{scope.AccountId}';";

    /// <summary>The statement that sets it until the transaction ends.</summary>
    public static string SetLocal(Guid accountId) => $"SET LOCAL {Setting} = '{accountId}';";

    /// <summary>The statements that set it until the transaction ends and lock the account's row, but not its key, which foreign keys may be checked against.</summary>
    public static string SetLocalAndLock(Guid accountId) => SetLocal(accountId) + $" SELECT 1 FROM accounts WHERE id = '{accountId}' FOR NO KEY UPDATE";

    /// <summary>The command that sets it until the transaction ends, for a batch that is prepared.</summary>
    public static NpgsqlBatchCommand LocalCommand(Guid? accountId) =>
        new(SetLocalSql) { Parameters = { new NpgsqlParameter<string> { TypedValue = accountId?.ToString() ?? Everybody } } };

    /// <summary>Begins a transaction that sees the rows of one account.</summary>
    public static async Task<IDbContextTransaction> BeginWithinAsync(this SecretsDbContext db, Guid accountId, CancellationToken cancellation)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellation);
        try
        {
            await db.Database.ExecuteSqlRawAsync(SetLocal(accountId), cancellation);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }
}

/// <summary>Whose rows a request, or a step of a sweep, may see: nobody's, until something says otherwise.</summary>
internal sealed class AccountScope
{
    /// <summary>The account; null before anybody was authenticated.</summary>
    public Guid? AccountId { get; private set; }

    /// <summary>True where the rows of every account are seen.</summary>
    public bool IsEverybody { get; private set; }

    /// <summary>From now on the rows of one account are seen.</summary>
    public void Enter(Guid accountId) => (AccountId, IsEverybody) = (accountId, false);

    /// <summary>From now on the rows of every account are seen: for the service's own work only, never for a caller.</summary>
    public void EnterAll() => (AccountId, IsEverybody) = (null, true);
}

/// <summary>
/// Sends the setting along with each command of EF Core that runs outside of a transaction, in the same round trip. Within one, what began it
/// has set it.
/// </summary>
internal sealed class AccountWallInterceptor : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Prepend(command, eventData);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Prepend(command, eventData);
        return new(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Prepend(command, eventData);
        return new(result);
    }

    // Only what EF Core sends by itself of a save is without a transaction and has more than one result to be counted: those are begun explicitly.
    [SuppressMessage("Security", "S2077", Justification = "A UUID, or a constant, before the command as EF Core made it")]
    [SuppressMessage("Security", "CA2100", Justification = "A UUID, or a constant, before the command as EF Core made it")]
    private static void Prepend(DbCommand command, CommandEventData eventData)
    {
        if (command.Transaction is null && eventData.Context is SecretsDbContext { Scope: { } scope } && (scope.IsEverybody || scope.AccountId is not null))
        {
            command.CommandText = AccountWall.Set(scope) + "\n" + command.CommandText;
        }
    }
}

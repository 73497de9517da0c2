using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace SecretsService.Storage;

/// <summary>
/// A change within one account. It holds the account's row locked until it ends, so that changes of one account follow each other and
/// limits can be counted; it ends without effect unless it is committed.
/// </summary>
internal sealed class AccountTransaction : IAsyncDisposable
{
    private readonly SecretsDbContext _db;
    private readonly Guid _accountId;
    private readonly IDbContextTransaction _transaction;

    private AccountTransaction(SecretsDbContext db, Guid accountId, IDbContextTransaction transaction)
    {
        _db = db;
        _accountId = accountId;
        _transaction = transaction;
    }

    /// <summary>Begins a change: waits for another one of the same account to end.</summary>
    public static async Task<AccountTransaction> BeginAsync(SecretsDbContext db, Guid accountId, CancellationToken cancellation)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellation);
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM accounts WHERE id = {accountId} FOR UPDATE", cancellation);
            return new AccountTransaction(db, accountId, transaction);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Raises the account's revision and commits: what was changed can be seen by every read that starts after this.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        await _db.Accounts.Where(a => a.Id == _accountId)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Revision, a => a.Revision + 1), cancellation);
        await _transaction.CommitAsync(cancellation);
    }

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();
}

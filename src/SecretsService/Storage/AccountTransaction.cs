using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace SecretsService.Storage;

/// <summary>
/// A change within one account. It holds the account's row locked until it ends, so that changes of one account follow each other and
/// limits can be counted; it ends without effect unless it is committed. Begun within another one it is a part of that: the outermost
/// decides.
/// </summary>
internal sealed class AccountTransaction : IAsyncDisposable
{
    private readonly SecretsDbContext _db;
    private readonly Guid _accountId;
    private readonly IDbContextTransaction? _own;

    private AccountTransaction(SecretsDbContext db, Guid accountId, IDbContextTransaction? own)
    {
        _db = db;
        _accountId = accountId;
        _own = own;
    }

    /// <summary>Begins a change: waits for another one of the same account to end.</summary>
    public static async Task<AccountTransaction> BeginAsync(SecretsDbContext db, Guid accountId, CancellationToken cancellation)
    {
        if (db.Database.CurrentTransaction is not null)
        {
            return new AccountTransaction(db, accountId, own: null);
        }

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
        await CommitAsIsAsync(cancellation);
    }

    /// <summary>Commits what alters no merged map and no permission: the account's revision stays.</summary>
    public async Task CommitAsIsAsync(CancellationToken cancellation)
    {
        if (_own is not null)
        {
            await _own.CommitAsync(cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }
}

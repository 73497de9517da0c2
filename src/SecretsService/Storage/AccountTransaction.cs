using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace SecretsService.Storage;

/// <summary>
/// A change within one account. It holds the account's row locked until it ends, so that changes of one account follow each other and
/// limits can be counted; it ends without effect unless it is committed. Begun within another one it is a part of that: it is stored only
/// if that is committed too, and where it is not committed itself the outer one goes on as if it had not begun.
/// </summary>
internal sealed class AccountTransaction : IAsyncDisposable
{
    // One name is enough for any depth: the inner savepoint hides the outer ones until it is gone (SQL has it so).
    private const string Savepoint = "account_transaction";

    private readonly SecretsDbContext _db;
    private readonly Guid _accountId;
    private readonly IDbContextTransaction _transaction;
    private readonly IDisposable? _turn;
    private bool _isCommitted;

    private AccountTransaction(SecretsDbContext db, Guid accountId, IDbContextTransaction transaction, IDisposable? turn)
    {
        _db = db;
        _accountId = accountId;
        _transaction = transaction;
        _turn = turn;
    }

    private bool IsPart => _turn is null;

    /// <summary>Begins a change: waits for another one of the same account to end.</summary>
    public static async Task<AccountTransaction> BeginAsync(SecretsDbContext db, Guid accountId, CancellationToken cancellation)
    {
        if (db.Database.CurrentTransaction is { } outer)
        {
            // No round trip of its own: Npgsql sends it with the next statement.
            await outer.CreateSavepointAsync(Savepoint, cancellation);
            return new AccountTransaction(db, accountId, outer, turn: null);
        }

        var turn = await AccountTurns.TakeAsync(accountId, cancellation);
        try
        {
            return new AccountTransaction(db, accountId, await LockAsync(db, accountId, cancellation), turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Raises the account's revision and commits: what was changed can be seen by every read that starts after this.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        MustStillBe();
        await _db.Accounts.Where(a => a.Id == _accountId)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Revision, a => a.Revision + 1), cancellation);
        await CommitAsIsAsync(cancellation);
    }

    /// <summary>Commits what alters no merged map and no permission: the account's revision stays.</summary>
    public async Task CommitAsIsAsync(CancellationToken cancellation)
    {
        MustStillBe();
        if (IsPart)
        {
            await _transaction.ReleaseSavepointAsync(Savepoint, cancellation);
        }
        else
        {
            await _transaction.CommitAsync(cancellation);
        }

        _isCommitted = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_turn is not null)
        {
            using var _ = _turn;
            await _transaction.DisposeAsync();
        }
        else if (!_isCommitted && _db.Database.CurrentTransaction == _transaction)
        {
            await AbandonPartAsync();
        }
    }

    private static async Task<IDbContextTransaction> LockAsync(SecretsDbContext db, Guid accountId, CancellationToken cancellation)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellation);
        try
        {
            await db.Database.ExecuteSqlRawAsync(AccountWall.SetLocalAndLock(accountId), cancellation);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    // With another connection than the one that it was begun on, a statement would stand outside of it.
    private void MustStillBe()
    {
        if (_db.Database.CurrentTransaction != _transaction)
        {
            throw new NpgsqlException("The connection broke within a transaction, which is lost.");
        }
    }

    private async Task AbandonPartAsync()
    {
        try
        {
            await _transaction.RollbackToSavepointAsync(Savepoint, CancellationToken.None);
            await _transaction.ReleaseSavepointAsync(Savepoint, CancellationToken.None);
        }
        catch (Exception e) when (e.IsUnavailable() || e is InvalidOperationException)
        {
            // The connection is gone, and the outer transaction with it. What is thrown already says why; this must not hide it.
        }
    }
}

using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Http;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Idempotency;

/// <summary>Keeps the answers to requests that brought an idempotency key, and gives them again to the same request.</summary>
internal sealed partial class AnswerKeeper(SecretsDbContext db, AccountKeys keys, TimeProvider clock, ILogger<AnswerKeeper> logger)
{
    private static readonly Failure Reused = Failure.IdempotencyKeyReused(IdempotencyKey.Header);

    /// <summary>
    /// Does a request, unless it was done before. What it changes and its answer are stored in one transaction, which holds the account's row
    /// locked from before the look for a kept answer: of several at once the first is done, and the others get its answer. A refusal is not
    /// kept, for it changed nothing.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="key">Its idempotency key.</param>
    /// <param name="work">The handler. Its stores use the same <see cref="SecretsDbContext"/>, and so join the transaction.</param>
    /// <returns>The answer. By the time it is written, what it says is stored.</returns>
    public async Task<IResult> AnswerOnceAsync(HttpContext context, string key, Func<Task<IResult>> work)
    {
        var caller = context.Features.GetRequiredFeature<Caller>();
        var cancellation = context.RequestAborted;
        var tag = IdempotencyKey.TagOf(context.Request, await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation));
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await FindAsync(caller, key, cancellation) is { } record)
        {
            return record.RequestTag == tag ? await OpenAsync(record, cancellation) : Answer.Refused(Reused);
        }

        var answer = await BufferedAnswer.CaptureAsync(await work(), context);
        if (answer.Succeeded)
        {
            await KeepAsync(caller, key, tag, answer, cancellation);

            // Not cancelled by a client that hangs up just now: it could not tell whether this was stored.
            await change.CommitAsIsAsync(CancellationToken.None);
        }

        return answer;
    }

    private async Task<IdempotencyRow?> FindAsync(Caller caller, string key, CancellationToken cancellation)
    {
        var same = db.IdempotencyRecords.AsNoTracking().Where(r => r.AccountId == caller.AccountId && r.ApiKeyId == caller.ApiKeyId && r.Key == key);
        var record = await same.SingleOrDefaultAsync(cancellation);
        if (record is null || record.CreatedAt > clock.Now() - IdempotencyRow.Lifetime)
        {
            return record;
        }

        await same.ExecuteDeleteAsync(cancellation);
        return null;
    }

    private async Task KeepAsync(Caller caller, string key, string tag, BufferedAnswer answer, CancellationToken cancellation)
    {
        // What the handler changed is saved. What it left unsaved, in a change that it gave up, must not be saved with the record.
        db.ChangeTracker.Clear();
        var (dataKeyId, dataKey) = await keys.TakeForSealingAsync(db, caller.AccountId, 1, cancellation);

        // The caller is an API key, as the foreign key wants it: deployment tokens reach no POST or PUT.
        var record = new IdempotencyRow
        {
            AccountId = caller.AccountId,
            ApiKeyId = caller.ApiKeyId,
            Key = key,
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            RequestTag = tag,
            DataKeyId = dataKeyId,
            SealedAnswer = [],
            CreatedAt = clock.Now(),
        };
        record.SealedAnswer = dataKey.Seal(answer.Bytes.Span, IdentityOf(record));
        db.IdempotencyRecords.Add(record);
        await db.SaveChangesAsync(cancellation);
    }

    private async Task<BufferedAnswer> OpenAsync(IdempotencyRow record, CancellationToken cancellation)
    {
        var key = await keys.FindAsync(db, record.AccountId, record.DataKeyId, cancellation);
        try
        {
            var bytes = new byte[SealedValue.PlaintextLength(record.SealedAnswer.Length)];
            _ = key.Open(record.SealedAnswer, IdentityOf(record), bytes);
            return BufferedAnswer.Kept(bytes);
        }
        catch (SealedValueException)
        {
            LogUnreadable(record.Id, record.DataKeyId);
            throw;
        }
    }

    // Also to who asked, and what: one who can write to the database cannot have another's answer replayed as one of theirs.
    private static ValueIdentity IdentityOf(IdempotencyRow record) =>
        new(record.AccountId, record.Id, 1, $"idempotency/{record.ApiKeyId}/{record.RequestTag}", record.Key) { Kind = ValueKind.Answer };

    [LoggerMessage(1, LogLevel.Critical, "The kept answer {RecordId} cannot be opened with data encryption key {KeyId}: a row was changed or moved outside of the service")]
    private partial void LogUnreadable(Guid recordId, Guid keyId);
}

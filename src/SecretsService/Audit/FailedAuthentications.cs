using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Storage;

namespace SecretsService.Audit;

/// <summary>
/// Records failed authentications in the account of the credential; those that name no account, in the installation's first one. It waits for its
/// own insert, a few seconds at most, and lets an attacker cause few of them (<see cref="AttemptTallies"/>).
/// </summary>
internal sealed partial class FailedAuthentications(IServiceScopeFactory scopes, TimeProvider clock, ILogger<FailedAuthentications> logger) : IFailedAuthentications
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly AttemptTallies _tallies = new();
    private Guid? _firstAccount;

    public async Task RecordAsync(FailedAuthentication failure)
    {
        // Not the request's own token: whoever hangs up quickly is recorded, too.
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var account = failure.Caller?.AccountId ?? await FindFirstAccountAsync(patience.Token);
            var attempts = account is { } id
                ? _tallies.Count(new AttemptSource(id, failure.Address ?? "", failure.Caller?.ApiKeyId, failure.Reason), clock.GetUtcNow())
                : 0;
            if (attempts > 0)
            {
                await WriteAsync(failure.Caller ?? Caller.Anonymous(account!.Value, failure.Address), failure, attempts, patience.Token);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(e, failure.Reason, failure.Address);
        }
    }

    private async Task WriteAsync(Caller caller, FailedAuthentication failure, int attempts, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AccountScope>().Enter(caller.AccountId);
        var db = scope.ServiceProvider.GetRequiredService<SecretsDbContext>();
        var context = new Dictionary<string, object>(StringComparer.Ordinal) { ["reason"] = failure.Reason, ["route"] = failure.Route, ["attempts"] = attempts };
        if (failure.Lacking.Count > 0)
        {
            context["ability"] = string.Join(", ", failure.Lacking);
        }

        await using var transaction = await db.BeginWithinAsync(caller.AccountId, cancellation);
        await scope.ServiceProvider.GetRequiredService<EventTrail>().AppendAsync(caller, EventNames.AuthFailed, SubjectOf(caller), context, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static EventSubject SubjectOf(Caller caller) =>
        caller.IsAnonymous ? EventSubject.OfAccount("account", caller.AccountId)
        : EventSubject.OfAccount(caller.DeploymentId is null ? "api-key" : "deployment-token", caller.ApiKeyId);

    private async Task<Guid?> FindFirstAccountAsync(CancellationToken cancellation)
    {
        if (_firstAccount is null)
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<AccountScope>().EnterAll();
            _firstAccount = await scope.ServiceProvider.GetRequiredService<SecretsDbContext>().Accounts
                .OrderBy(a => a.CreatedAt).ThenBy(a => a.Id).Select(a => (Guid?)a.Id).FirstOrDefaultAsync(cancellation);
        }

        return _firstAccount;
    }

    [LoggerMessage(1, LogLevel.Error, "A failed authentication ({Reason}) from {Address} could not be recorded. It was refused all the same")]
    private partial void LogFailed(Exception exception, string reason, string? address);
}

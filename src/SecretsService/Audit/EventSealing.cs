using SecretsService.Storage;

namespace SecretsService.Audit;

/// <summary>Seals what was recorded, every second while the service runs. Several replicas may: they take turns at each account's chain.</summary>
internal sealed partial class EventSealing(IServiceScopeFactory scopes, ILogger<EventSealing> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Said once while the process lives, not every second.
    private readonly HashSet<Guid> _broken = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SealAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends. What has no place yet gets one after the next start.
        }
    }

    private async Task SealAsync(CancellationToken stopping)
    {
        foreach (var account in await TryAsync([], sealer => sealer.FindDueAsync(stopping), stopping))
        {
            // Each by itself: what one account's chain stumbles over must not keep the others' waiting.
            if (!await TryAsync(fallback: true, sealer => sealer.SealAsync(account, stopping), stopping) && _broken.Add(account))
            {
                LogBroken(account);
            }
        }
    }

    private async Task<T> TryAsync<T>(T fallback, Func<EventSealer, Task<T>> work, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<AccountScope>().EnterAll();
            return await work(scope.ServiceProvider.GetRequiredService<EventSealer>());
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogFailed(e);
            return fallback;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Audit records could not be chained. They are stored, and the next attempt is in a second")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(
        2, LogLevel.Critical,
        "The end of the audit trail of account {AccountId} was changed outside of the service. New records are kept in the journal and not added to it: GET /events/verify says what is wrong")]
    private partial void LogBroken(Guid accountId);
}

using SecretsService.Storage;

namespace SecretsService.Audit;

/// <summary>Seals what was recorded, every second while the service runs. Several replicas may: they take turns at each account's chain.</summary>
internal sealed partial class EventSealing(IServiceScopeFactory scopes, ILogger<EventSealing> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

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
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<AccountScope>().EnterAll();
            var sealer = scope.ServiceProvider.GetRequiredService<EventSealer>();
            foreach (var account in await sealer.FindDueAsync(stopping))
            {
                await sealer.SealAsync(account, stopping);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Audit records could not be chained. They are stored, and the next attempt is in a second")]
    private partial void LogFailed(Exception exception);
}

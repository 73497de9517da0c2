namespace SecretsService.Access;

/// <summary>Stores when API keys were used last: every 20 seconds while the service runs, and once more when it ends.</summary>
internal sealed partial class StoringKeyUses(KeyUses uses, ILogger<StoringKeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await StoreAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await StoreAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends. Where its start failed, the host would log this as a fault of its own.
        }
    }

    private async Task StoreAsync(CancellationToken stopping)
    {
        try
        {
            await uses.StoreAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "When API keys were used last could not be stored. It is kept, and the next attempt is in 20 seconds")]
    private partial void LogFailed(Exception exception);
}

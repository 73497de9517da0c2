using Microsoft.Extensions.Options;
using SecretsService.Storage;

namespace SecretsService.Retention;

/// <summary>
/// Deletes what is too old, again and again while the service runs. Hosted services start after the database was prepared, so that the tables
/// are there. Several replicas may sweep at once: each finds what the others have left.
/// </summary>
internal sealed partial class RetentionSweep(
    IServiceScopeFactory scopes, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<RetentionSweep> logger)
    : BackgroundService
{
    // Not at once: a service that was just started has requests to answer.
    private static readonly TimeSpan FirstSweep = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FirstSweep, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                timer.Period = TimeSpan.FromMinutes(options.Value.SweepMinutes);
                await SweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends. Where its start failed, the host would log this as a fault of its own.
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        // The deployments first: what only they hold can go then.
        var deployments = await TryAsync(purge => purge.DeleteDeploymentsAsync(stopping), stopping);
        var secrets = await TryAsync(purge => purge.DeleteSecretsAsync(stopping), stopping);
        var versions = await TryAsync(purge => purge.DeleteVersionsAsync(stopping), stopping);
        var tokens = await TryAsync(purge => purge.DeleteTokensAsync(stopping), stopping);
        var replaced = await TryAsync(purge => purge.DeleteReplacedTokensAsync(stopping), stopping);
        var events = await TryAsync(purge => purge.DeleteEventsAsync(stopping), stopping);
        var manifests = await TryAsync(purge => purge.DeleteManifestsAsync(stopping), stopping);
        var answers = await TryAsync(purge => purge.DeleteAnswersAsync(stopping), stopping);
        if (deployments + secrets + versions + tokens + replaced + events + manifests + answers > 0)
        {
            LogSwept(deployments, secrets, versions, tokens + replaced, events, answers);
        }
    }

    // Each step by itself, with a context of its own: what one stumbles over must not keep the others from their work, and the next sweep
    // tries again.
    private async Task<int> TryAsync(Func<Purge, Task<int>> step, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AccountScope>().EnterAll();
        try
        {
            return await step(scope.ServiceProvider.GetRequiredService<Purge>());
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogFailed(e, options.Value.SweepMinutes);
            return 0;
        }
    }

    [LoggerMessage(
        1, LogLevel.Information,
        "Deleted for good what was too old: {Deployments} deployments, {Secrets} secrets, {Versions} versions of others, {Tokens} dead tokens, "
        + "{Events} rows of audit records, {Answers} kept answers")]
    private partial void LogSwept(int deployments, int secrets, int versions, int tokens, int events, int answers);

    [LoggerMessage(2, LogLevel.Error, "What is too old could not be deleted. The next attempt is in {Minutes} minutes")]
    private partial void LogFailed(Exception exception, int minutes);
}

namespace SecretsService.Storage.Embedded;

/// <summary>What an earlier run left that did not end well.</summary>
internal static partial class PreviousRun
{
    private static readonly TimeSpan FastPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ImmediatePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OwnEndPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Stops whatever still runs on the data, then removes its process file. The file goes last and by us: PostgreSQL would refuse to start
    /// where its number has passed to an unrelated process, and it may go only when nobody uses the data any more. We hold the folder's
    /// lock, so no other service can be starting one.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">A process does not end.</exception>
    public static async Task ClearAsync(ClusterFolder folder, ILogger logger, CancellationToken cancellation)
    {
        if (ReadProcessFile(folder) is not { } processFile)
        {
            return;
        }

        if (PostgresProcess.Postmaster(processFile) is { } postmaster)
        {
            // Its service was killed. It may already be on its way out: the same signal twice does no harm.
            LogOrphan(logger, postmaster.Id);
            await EndAsync(postmaster, NativeMethods.FastShutdown, FastPatience, folder, cancellation);
        }

        foreach (var child in PostgresProcess.All(processFile))
        {
            // The children of a killed postmaster notice its end and follow.
            await EndAsync(child, NativeMethods.NoSignal, OwnEndPatience, folder, cancellation);
        }

        File.Delete(folder.ProcessFile);
    }

    private static async Task EndAsync(
        PostgresProcess process, int signal, TimeSpan patience, ClusterFolder folder, CancellationToken cancellation)
    {
        if (!await process.EndAsync(signal, patience, cancellation)
            && !await process.EndAsync(NativeMethods.ImmediateShutdown, ImmediatePatience, cancellation))
        {
            throw new EmbeddedPostgresException(
                $"The PostgreSQL process {process.Id} of an earlier run still uses {folder.Data} and does not end: "
                + $"stop it with `kill -9 {process.Id}`.");
        }
    }

    private static string? ReadProcessFile(ClusterFolder folder)
    {
        try
        {
            return File.ReadAllText(folder.ProcessFile);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    [LoggerMessage(620, LogLevel.Warning, "An earlier run of the service was killed and its PostgreSQL, process {ProcessId}, still runs: stopping it")]
    private static partial void LogOrphan(ILogger logger, int processId);
}

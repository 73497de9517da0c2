using System.Diagnostics;

namespace SecretsService.Storage.Embedded;

/// <summary>
/// A private PostgreSQL: one cluster in one folder, reached over a unix socket and never over the network, which lives exactly as long as
/// the service, however the service ends.
/// </summary>
internal sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private readonly ClusterFolder _folder;
    private readonly Postmaster _postmaster;

    private EmbeddedPostgres(ClusterFolder folder, Postmaster postmaster, string connectionString)
    {
        _folder = folder;
        _postmaster = postmaster;
        ConnectionString = connectionString;
    }

    /// <summary>
    /// Connects to the database <c>secrets</c> as its owner, which may create databases and is no superuser. It holds the password: never log it.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>The folder that is this service's alone while this lives; a place for what else it must keep.</summary>
    public string DataDirectory => _folder.Root;

    /// <summary>Completes, with a sentence for the operator, when PostgreSQL ends by itself. It never completes where it is disposed of.</summary>
    public Task<string> Exited => _postmaster.Exited;

    /// <summary>
    /// Starts it, after creating the database where there is none, fetching the binaries where there are none, and stopping what a killed
    /// service left behind.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It cannot run; the message says why and what to do.</exception>
    public static Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation) =>
        OperatingSystem.IsLinux()
            ? StartAsync(options, SearchLocations.OfThisMachine(), logger, cancellation)
            : throw EmbeddedPostgresException.NotLinux();

    /// <summary>Starts it with what is found in given places.</summary>
    internal static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options, SearchLocations locations, ILogger logger, CancellationToken cancellation)
    {
        var directory = options.ResolveDataDirectory();
        ClusterFolder? folder = null;
        try
        {
            var user = UnprivilegedUser.ForThisProcess(locations);
            folder = ClusterFolder.Open(directory, user);
            return await StartInAsync(folder, user, options.BinDirectory, locations, logger, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            folder?.Dispose();
            throw EmbeddedPostgresException.FolderUnusable(directory, e);
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    /// <summary>Stops it cleanly and lets go of the folder. Close pooled connections first, or their next use fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _postmaster.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<EmbeddedPostgres> StartInAsync(
        ClusterFolder folder,
        UnprivilegedUser? user,
        string? binDirectory,
        SearchLocations locations,
        ILogger logger,
        CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        // Stopped before its data may be given to another user.
        await PreviousRun.ClearAsync(folder, logger, cancellation);
        await folder.OpenToUserAsync(cancellation);
        var binaries = await new PostgresSearch(locations, user, logger).FindAsync(binDirectory, folder, cancellation);
        var password = folder.ReadOrCreatePassword();
        if (!folder.HasData)
        {
            LogCreating(logger, folder.Root, binaries.Major);
            await Initdb.RunAsync(folder, binaries, user, password, cancellation);
        }

        folder.PrepareRun();
        var postmaster = await Postmaster.StartAsync(folder, binaries, user, locations, logger, cancellation);
        try
        {
            var connectionString = await ServiceDatabase.OpenAsync(folder, password, cancellation);
            LogReady(logger, folder.Root, binaries.Major, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return new EmbeddedPostgres(folder, postmaster, connectionString);
        }
        catch
        {
            await postmaster.DisposeAsync();
            throw;
        }
    }

    [LoggerMessage(600, LogLevel.Information, "Creating a private database in {Folder} with PostgreSQL {Major}")]
    private static partial void LogCreating(ILogger logger, string folder, int major);

    [LoggerMessage(601, LogLevel.Information, "The private database in {Folder} is ready: PostgreSQL {Major}, after {Milliseconds} ms")]
    private static partial void LogReady(ILogger logger, string folder, int major, long milliseconds);
}

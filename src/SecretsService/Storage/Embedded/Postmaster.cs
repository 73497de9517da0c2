using System.Diagnostics;

namespace SecretsService.Storage.Embedded;

/// <summary>The running PostgreSQL: a watching shell of its own session, and postgres as that shell's child.</summary>
internal sealed partial class Postmaster : IAsyncDisposable
{
    // The pipe that the service holds on this shell's input is its life line: when the service is gone, however it went, reading it ends and
    // postgres is asked for a fast shutdown. The session of its own keeps Ctrl-C from reaching postgres before the service has ended its work.
    // The reader ignores what a terminal or an init system sends to whole groups, and so must be ended with KILL.
    private const string Watch = """
        log=$1; shift
        exec 3<&0 </dev/null >>"$log" 2>&1
        "$@" 3<&- &
        postmaster=$!
        trap '' INT TERM HUP
        { read -r _; kill -INT "$postmaster"; } <&3 2>/dev/null &
        reader=$!
        exec 3<&-
        wait "$postmaster"; code=$?
        kill -KILL "$reader" 2>/dev/null
        exit "$code"
        """;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FastPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ImmediatePatience = TimeSpan.FromSeconds(5);

    private readonly ClusterFolder _folder;
    private readonly ILogger _logger;
    private readonly Process _shell;
    private readonly TaskCompletionSource<string> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PostgresProcess? _postgres;
    private volatile bool _stopping;

    private Postmaster(ClusterFolder folder, ILogger logger, Process shell)
    {
        _folder = folder;
        _logger = logger;
        _shell = shell;
        _ = WatchAsync();
    }

    /// <summary>Completes, with a sentence, when PostgreSQL ends although nobody stopped it.</summary>
    public Task<string> Exited => _exited.Task;

    /// <summary>Starts PostgreSQL and waits until it takes connections.</summary>
    /// <exception cref="EmbeddedPostgresException">It ended, or was not ready in time.</exception>
    public static async Task<Postmaster> StartAsync(
        ClusterFolder folder,
        PostgresBinaries binaries,
        UnprivilegedUser? user,
        SearchLocations locations,
        ILogger logger,
        CancellationToken cancellation)
    {
        var setsid = locations.FindProgram("setsid") ?? throw EmbeddedPostgresException.ToolMissing("setsid", "util-linux");
        var shell = locations.FindProgram("sh") ?? throw EmbeddedPostgresException.ToolMissing("sh", "dash");
        string[] arguments = [shell, "-c", Watch, "sh", folder.Log, binaries.Postgres, .. Arguments(folder)];
        var program = new ChildProgram(setsid, arguments) { WorkingDirectory = folder.Postgres, User = user, Timeout = ReadyTimeout };
        var postmaster = new Postmaster(folder, logger, ChildProgram.Start(program.StartInfo()));
        try
        {
            await postmaster.WaitUntilReadyAsync(cancellation);
            return postmaster;
        }
        catch
        {
            await postmaster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops PostgreSQL: fast, which leaves nothing to recover, and where that takes too long at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _shell.StandardInput.Close(); // The reader asks for a fast shutdown too; one that is not ready yet is known to it alone.
        _postgres ??= FindPostgres();
        if (_postgres is not null && !await _postgres.EndAsync(NativeMethods.FastShutdown, FastPatience, CancellationToken.None))
        {
            LogSlowStop(_logger, _postgres.Id, FastPatience);
            await _postgres.EndAsync(NativeMethods.ImmediateShutdown, ImmediatePatience, CancellationToken.None);
        }

        await EndShellAsync();
        _shell.Dispose();
    }

    private static string[] Arguments(ClusterFolder folder)
    {
        // The setting is a list: quotes keep a path with a blank whole.
        var sockets = folder.Run.Replace("\"", "\"\"", StringComparison.Ordinal);
        return
        [
            "-D", folder.Data,
            "-c", "listen_addresses=",
            "-c", "port=5432",
            "-c", $"unix_socket_directories=\"{sockets}\"",
            "-c", "unix_socket_permissions=0700",
            "-c", "max_connections=100",
            "-c", "log_destination=stderr",
            "-c", "logging_collector=off",
        ];
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (!IsReady())
        {
            if (_shell.HasExited)
            {
                throw EmbeddedPostgresException.ProgramFailed("PostgreSQL ended at its start", _folder.Root, Excerpt.TailOf(_folder.Log));
            }

            if (Stopwatch.GetElapsedTime(start) > ReadyTimeout)
            {
                throw EmbeddedPostgresException.ProgramFailed(
                    $"PostgreSQL was not ready within {ReadyTimeout.TotalSeconds:0} seconds", _folder.Root, Excerpt.TailOf(_folder.Log));
            }

            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
        }

        _postgres = FindPostgres();
    }

    // The last line of the process file is its state: pg_ctl waits for the same word.
    private bool IsReady() => ReadProcessFile().TrimEnd().EndsWith("\nready", StringComparison.Ordinal);

    private PostgresProcess? FindPostgres() => PostgresProcess.Postmaster(ReadProcessFile());

    private string ReadProcessFile()
    {
        try
        {
            return File.ReadAllText(_folder.ProcessFile);
        }
        catch (IOException)
        {
            return string.Empty; // Not written yet, or just gone.
        }
    }

    private async Task EndShellAsync()
    {
        using var timeout = new CancellationTokenSource(FastPatience + ImmediatePatience);
        try
        {
            await _shell.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
            await _shell.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task WatchAsync()
    {
        await _shell.WaitForExitAsync(CancellationToken.None);
        if (!_stopping)
        {
            _exited.TrySetResult($"PostgreSQL ended by itself. Its log {_folder.Log} ends with: {Excerpt.EndOf(Excerpt.TailOf(_folder.Log))}");
        }
    }

    [LoggerMessage(630, LogLevel.Warning, "PostgreSQL, process {ProcessId}, did not end within {Patience}: it is stopped at once, and recovers when started")]
    private static partial void LogSlowStop(ILogger logger, int processId, TimeSpan patience);
}

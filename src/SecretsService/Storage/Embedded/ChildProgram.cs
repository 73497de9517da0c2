using System.ComponentModel;
using System.Diagnostics;

namespace SecretsService.Storage.Embedded;

/// <summary>A program that is run to its end. Its environment holds what is given here and nothing else: no secret of ours, no PG* setting.</summary>
internal sealed record ChildProgram(string FileName, IReadOnlyList<string> Arguments)
{
    public required TimeSpan Timeout { get; init; }

    public string WorkingDirectory { get; init; } = "/";

    /// <summary>The user to run it as; null for the service's own.</summary>
    public UnprivilegedUser? User { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = PlainEnvironment;

    /// <summary>Enough for PostgreSQL and a shell; messages are in English, since they are searched for.</summary>
    public static IReadOnlyDictionary<string, string> PlainEnvironment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["LC_ALL"] = "C" };

    /// <summary>Runs it, without a shell, and waits for its end. It is killed with its children where it takes too long.</summary>
    /// <returns>The exit code, and both outputs after one another.</returns>
    /// <exception cref="EmbeddedPostgresException">It could not be started or took too long.</exception>
    public async Task<(int ExitCode, string Output)> RunAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Timeout);
        var start = StartInfo();
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new EmbeddedPostgresException(
                $"The program {FileName} did not end within {Timeout.TotalSeconds:0} seconds and was stopped: run it by hand to see why.", e);
        }
    }

    /// <summary>What to start, with a pipe of ours as its standard input.</summary>
    public ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(FileName, Arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
        };
        if (User is not null)
        {
            start.UserName = User.Name;
        }

        start.Environment.Clear();
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Starts a process, and says in a sentence why it cannot.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            var who = start.UserName.Length > 0 ? $" as the user {start.UserName}" : string.Empty;
            throw new EmbeddedPostgresException(
                $"The program {start.FileName} could not be started{who} ({e.NativeErrorCode}: {e.Message}): "
                + "make it executable for that user, or run the service as an ordinary user.",
                e);
        }
    }
}

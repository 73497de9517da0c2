using System.Runtime.InteropServices;

namespace SecretsService.Storage.Embedded;

/// <summary>What .NET does not offer of the operating system. Plain <c>DllImport</c>, because generated marshalling needs unsafe code.</summary>
internal static class NativeMethods
{
    public const int NoSignal = 0;
    public const int FastShutdown = 2; // SIGINT: PostgreSQL rolls back what is open, writes a checkpoint and ends.
    public const int ImmediateShutdown = 3; // SIGQUIT: PostgreSQL ends at once and recovers at its next start.

    /// <summary>Sends a signal to a process.</summary>
    /// <returns>0, or -1 where the process is gone or belongs to another user.</returns>
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Kill(int processId, int signal);

    /// <summary>Gives a file to a user. A symbolic link is changed itself, so that no link can lead to a file outside of our folder.</summary>
    /// <returns>0, or -1 with the reason in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint userId, uint groupId);
}

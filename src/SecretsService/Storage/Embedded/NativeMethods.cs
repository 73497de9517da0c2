using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SecretsService.Storage.Embedded;

/// <summary>What .NET does not offer of the operating system. Plain <c>DllImport</c>, because generated marshalling needs unsafe code.</summary>
internal static class NativeMethods
{
    public const int NoSignal = 0;
    public const int FastShutdown = 2; // SIGINT: PostgreSQL rolls back what is open, writes a checkpoint and ends.
    public const int ImmediateShutdown = 3; // SIGQUIT: PostgreSQL ends at once and recovers at its next start.

    public const int ReadOnly = 0; // O_RDONLY
    public const int CloseOnExec = 0x80000; // O_CLOEXEC; O_DIRECTORY would be another number on each architecture.
    public const uint SameGroup = uint.MaxValue; // (gid_t)-1

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

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern uint EffectiveUserId();

    /// <summary>Asks about a file.</summary>
    /// <returns>0, or -1 with the reason in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Status(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] status);

    /// <summary>Opens a file or folder that is there.</summary>
    /// <returns>A handle; an invalid one with the reason in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    /// <summary>What the last call failed with; its number is the exception's <c>HResult</c>, as in .NET's own.</summary>
    public static IOException LastError(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}

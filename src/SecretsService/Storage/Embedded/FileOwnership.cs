using System.Runtime.InteropServices;

namespace SecretsService.Storage.Embedded;

/// <summary>Whom files and folders belong to. Whoever owns a folder can replace what is in it, whatever the modes say.</summary>
internal static class FileOwnership
{
    // struct statx := { mask u32 | block size u32 | attributes u64 | links u32 | owner u32 | group u32 | ... }, 256 bytes on every
    // architecture and with every libc: statx(2). The layout of struct stat differs between them.
    private const int StatusBytes = 256;
    private const int OwnerOffset = 20;
    private const uint OwnerMask = 0x8; // STATX_UID
    private const int WorkingDirectory = -100; // AT_FDCWD, which an absolute path does not use.
    private const int FollowLinks = 0;

    /// <summary>
    /// True when the file or folder belongs to the user that the service runs as (its effective user id). A symbolic link is followed: the
    /// answer is about what opening the path would open. It holds for as long as nobody else may write in the folders above.
    /// Linux only; elsewhere it is true for every path, since nothing is asked.
    /// </summary>
    /// <exception cref="IOException">There is no such file, or it cannot be asked about.</exception>
    public static bool IsOwn(string path) => !OperatingSystem.IsLinux() || OwnerOf(path) == NativeMethods.EffectiveUserId();

    /// <summary>The id of the user that a file or folder belongs to; a symbolic link is followed.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be asked about.</exception>
    public static uint OwnerOf(string path)
    {
        var status = new byte[StatusBytes];
        if (NativeMethods.Status(WorkingDirectory, path, FollowLinks, OwnerMask, status) != 0)
        {
            throw NativeMethods.LastError($"The owner of {path} is not known");
        }

        return MemoryMarshal.Read<uint>(status.AsSpan(OwnerOffset));
    }

    /// <summary>Gives a folder, without what is in it, to a user. A symbolic link is given itself.</summary>
    /// <exception cref="IOException">It cannot be given.</exception>
    public static void Give(string folder, uint userId)
    {
        if (NativeMethods.ChangeOwner(folder, userId, NativeMethods.SameGroup) != 0)
        {
            throw NativeMethods.LastError($"{folder} cannot be given to the user {userId}");
        }
    }
}

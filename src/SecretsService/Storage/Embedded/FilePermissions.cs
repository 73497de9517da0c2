using System.Text;

namespace SecretsService.Storage.Embedded;

/// <summary>Who may do what with files and folders. What others may read is set after it is made, since the process's file mask narrows it.</summary>
internal static class FilePermissions
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    public const UnixFileMode ReadableFile = OwnerFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    public const UnixFileMode RunnableFile = ReadableFile | PassThrough;
    public const UnixFileMode ReadableFolder = RunnableFile;

    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Sets the mode of a file or folder.</summary>
    public static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Whether users other than the owner may change what is in a folder.</summary>
    public static bool OthersMayWrite(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & WritableByOthers) != UnixFileMode.None;

    /// <summary>Makes a folder that was not there, closed to others from its first moment.</summary>
    public static void CreatePrivateFolder(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    /// <summary>Opens a file of the owner's own, which is made where it is missing and the mode allows it.</summary>
    public static FileStream OpenPrivateFile(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return new FileStream(path, options);
    }

    /// <summary>Writes a new file of the owner's own, down to the disk before this returns.</summary>
    public static void WritePrivateFile(string path, string text)
    {
        using var file = OpenPrivateFile(path, FileMode.CreateNew);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}

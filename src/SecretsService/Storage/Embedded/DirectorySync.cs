namespace SecretsService.Storage.Embedded;

/// <summary>Writes a folder's list of names to the disk.</summary>
internal static class DirectorySync
{
    /// <summary>
    /// Returns when the files that were created, renamed or deleted in a folder are so on the disk, and stay so when the power fails. What is
    /// in the files is not written: flush each before this. File systems that cannot do it for a folder are left to their own ways.
    /// Linux only; elsewhere it does nothing.
    /// </summary>
    /// <param name="directory">The folder itself; those above and below are not written.</param>
    /// <exception cref="IOException">There is no such folder, this user may not read it, or the disk failed.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // FileStream and File.OpenHandle refuse folders.
        using var handle = NativeMethods.Open(directory, NativeMethods.ReadOnly | NativeMethods.CloseOnExec);
        if (handle.IsInvalid)
        {
            throw NativeMethods.LastError($"The folder {directory} cannot be opened");
        }

        RandomAccess.FlushToDisk(handle);
    }
}

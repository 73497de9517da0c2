using System.Security.Cryptography;
using System.Text;
using SecretsService.Cryptography;
using SecretsService.Storage.Embedded;

namespace SecretsService.Keys;

/// <summary>Reads and creates the file of the key ring. A message names the file and never what is in it.</summary>
internal static class KeyRingFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = ~(OwnerOnly | UnixFileMode.UserExecute);

    /// <summary>Reads a key ring from its JSON in configuration.</summary>
    /// <exception cref="KeyRingException">It is not a key ring.</exception>
    public static KeyRing Parse(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        return ParseAndZero(utf8, "Keys:Keyring");
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="KeyRingException">It cannot be read, others can read it too, or it is not a key ring.</exception>
    public static KeyRing Read(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            {
                throw new KeyRingException($"The key ring {path} can be read by others than its owner: run chmod 600 on it.");
            }

            if (OperatingSystem.IsLinux() && !FileOwnership.IsOwn(path))
            {
                throw new KeyRingException($"The key ring {path} belongs to another user than the one that runs the service: run chown on it.");
            }

            return ParseAndZero(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key ring {path} cannot be read ({e.GetType().Name}): check that Keys:KeyringFile is right and that this user may read it.");
        }
    }

    /// <summary>
    /// Makes a key ring and its file, for its owner only. Never replaces one. The file is on the disk, whole, when this returns: what is sealed
    /// under its keys from then on cannot outlive them.
    /// </summary>
    /// <exception cref="KeyRingException">The file cannot be written.</exception>
    public static KeyRing Create(string path)
    {
        var ring = KeyRing.Generate();
        var json = ring.Export();
        try
        {
            var unfinished = path + ".tmp";
            File.Delete(unfinished);
            Write(unfinished, json);
            File.Move(unfinished, path, overwrite: false);
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return ring;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ring.Dispose();
            throw new KeyRingException($"The key ring {path} cannot be written ({e.GetType().Name}): check that this user may write there and that the disk has room.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private static void Write(string path, byte[] json)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var file = new FileStream(path, options);
        file.Write(json);
        file.Flush(flushToDisk: true);
    }

    private static KeyRing ParseAndZero(byte[] utf8, string source)
    {
        try
        {
            return KeyRing.Parse(utf8);
        }
        catch (KeyRingFormatException e)
        {
            throw new KeyRingException($"{source}: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }
}

/// <summary>The key ring cannot be used; the message says why and what to do, in a sentence.</summary>
internal sealed class KeyRingException(string message) : Exception(message);

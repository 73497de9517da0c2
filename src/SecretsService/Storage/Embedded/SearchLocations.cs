using System.Globalization;

namespace SecretsService.Storage.Embedded;

/// <summary>Where this machine keeps what a private PostgreSQL needs.</summary>
internal sealed record SearchLocations
{
    /// <summary>The folders of PATH: absolute ones only, so that what runs does not depend on the working folder.</summary>
    public required IReadOnlyList<string> ProgramFolders { get; init; }

    /// <summary>The folders in which packages put a PostgreSQL, newest version first.</summary>
    public required IReadOnlyList<string> PostgresFolders { get; init; }

    /// <summary>The list of users.</summary>
    public string PasswdFile { get; init; } = "/etc/passwd";

    public static SearchLocations OfThisMachine() => new()
    {
        ProgramFolders = [.. PathVariable().Concat(["/usr/local/bin", "/usr/bin", "/bin"]).Distinct(StringComparer.Ordinal)],
        PostgresFolders = [.. InstalledPostgres()],
    };

    /// <summary>The first program of this name, or null.</summary>
    public string? FindProgram(string name) =>
        ProgramFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> PathVariable()
    {
#pragma warning disable RS0030 // PATH belongs to the operating system; it is no setting of the service.
        var path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
#pragma warning restore RS0030
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted);
    }

    private static IEnumerable<string> InstalledPostgres()
    {
        // Debian: /usr/lib/postgresql/15/bin. The PostgreSQL project's own RPMs: /usr/pgsql-15/bin. Built from source: /usr/local/pgsql/bin.
        var versioned = Folders("/usr/lib/postgresql", "*").Select(folder => (Folder: folder, Version: Path.GetFileName(folder)))
            .Concat(Folders("/usr", "pgsql-*").Select(folder => (Folder: folder, Version: Path.GetFileName(folder)["pgsql-".Length..])));
        return versioned
            .OrderByDescending(found => int.TryParse(found.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0)
            .Select(found => Path.Combine(found.Folder, "bin"))
            .Append("/usr/local/pgsql/bin");
    }

    private static string[] Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern) : [];
}

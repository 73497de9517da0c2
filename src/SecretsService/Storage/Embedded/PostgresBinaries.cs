using System.Globalization;

namespace SecretsService.Storage.Embedded;

/// <summary>A PostgreSQL that was seen to run on this machine.</summary>
/// <param name="Folder">The folder that holds <c>initdb</c> and <c>postgres</c>.</param>
/// <param name="Major">The major version: only data of the same one can be opened.</param>
internal sealed record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest version with all that is used here.</summary>
    public const int OldestMajor = 13;

    private const string VersionPrefix = "postgres (PostgreSQL) ";

    public string Initdb => Path.Combine(Folder, "initdb");

    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>The binaries in a folder; null where one is missing or does not run as that user.</summary>
    /// <param name="folder">The folder to look in. A link in it, as distributions put into /usr/bin, is followed to where both programs are.</param>
    /// <param name="user">The user that PostgreSQL runs as, where it is not the service's own.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public static async Task<PostgresBinaries?> TryAsync(string folder, UnprivilegedUser? user, CancellationToken cancellation)
    {
        var postgres = Path.Combine(folder, "postgres");
        if (!File.Exists(postgres))
        {
            return null;
        }

        var target = File.ResolveLinkTarget(postgres, returnFinalTarget: true)?.FullName ?? postgres;
        var home = new[] { Path.GetDirectoryName(target)!, folder }.FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb")));
        return home is not null && await ReadMajorAsync(Path.Combine(home, "postgres"), user, cancellation) is { } major
            ? new PostgresBinaries(home, major)
            : null;
    }

    /// <summary>Whether these can open data of a major version, or begin anew where there is none.</summary>
    public bool Fits(int? majorOfData) => Major >= OldestMajor && (majorOfData ?? Major) == Major;

    private static async Task<int?> ReadMajorAsync(string postgres, UnprivilegedUser? user, CancellationToken cancellation)
    {
        try
        {
            var program = new ChildProgram(postgres, ["--version"]) { User = user, Timeout = TimeSpan.FromSeconds(10) };
            var (exitCode, output) = await program.RunAsync(cancellation);
            return exitCode == 0 ? ParseMajor(output) : null;
        }
        catch (EmbeddedPostgresException)
        {
            // For another machine or not executable: as good as missing.
            return null;
        }
    }

    // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1), postgres (PostgreSQL) 19beta1
    private static int? ParseMajor(string output)
    {
        if (!output.StartsWith(VersionPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var digits = string.Concat(output.Skip(VersionPrefix.Length).TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}

namespace SecretsService.Storage.Embedded;

/// <summary>The PostgreSQL that the service starts itself where it is given no database. Section <c>Embedded</c>.</summary>
internal sealed class EmbeddedPostgresOptions
{
    public const string Section = "Embedded";

    /// <summary>
    /// The folder for everything that such a service keeps: the database, its binaries where they had to be fetched, the key ring.
    /// One service uses it at a time. For root, every folder above it must let other users pass, since PostgreSQL never runs as root.
    /// <value>
    /// Default: <c>secrets-service</c> in the user's data folder (<c>~/.local/share</c>); for root, <c>/var/lib/secrets-service</c>.
    /// At most 80 bytes of UTF-8 (a unix socket's path ends at 107), and no comma (it separates hosts in a connection string).
    /// </value>
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// The folder that holds <c>initdb</c> and <c>postgres</c>, version 13 or newer. Where it is set, no other place is searched.
    /// <value>Default: none; PATH, the usual places and the npm package of binaries are tried, in this order.</value>
    /// </summary>
    public string? BinDirectory { get; init; }

    /// <summary>The folder in use: absolute, with the default filled in.</summary>
    public string ResolveDataDirectory()
    {
        var configured = string.IsNullOrWhiteSpace(DataDirectory) ? DefaultDataDirectory() : DataDirectory;
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(configured));
    }

    private static string DefaultDataDirectory()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // Not below /root, which is closed to the user that PostgreSQL then runs as.
            return "/var/lib/secrets-service";
        }

        var userData = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return userData.Length > 0
            ? Path.Combine(userData, "secrets-service")
            : throw new EmbeddedPostgresException("This user has no home folder to keep the database in: set Embedded:DataDirectory to a folder.");
    }
}

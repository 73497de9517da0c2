namespace SecretsService.Storage.Embedded;

/// <summary>Creates the database cluster.</summary>
internal static class Initdb
{
    /// <summary>The superuser. The service logs in as it only to make its own role and database.</summary>
    public const string Superuser = "postgres";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Creates it beside its place and moves it there when it is whole, so that what is there always is.</summary>
    /// <exception cref="EmbeddedPostgresException">initdb failed.</exception>
    public static async Task RunAsync(
        ClusterFolder folder, PostgresBinaries binaries, UnprivilegedUser? user, string password, CancellationToken cancellation)
    {
        var passwordFile = await folder.PrepareNewDataAsync(password, cancellation);
        try
        {
            string[] arguments =
            [
                "-D", folder.NewData, "-U", Superuser, "--pwfile", passwordFile, "-A", "scram-sha-256",
                "-E", "UTF8", "--locale=C", "--data-checksums",
            ];
            var program = new ChildProgram(binaries.Initdb, arguments) { WorkingDirectory = folder.Postgres, User = user, Timeout = Timeout };
            var (exitCode, output) = await program.RunAsync(cancellation);
            if (exitCode != 0)
            {
                throw EmbeddedPostgresException.ProgramFailed(
                    $"{binaries.Initdb} could not create a database in {folder.Postgres}", folder.Root, output);
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(folder.NewData, folder.Data);
        // A move that a power failure undid would leave what looks like an interrupted first start, to be deleted.
        DirectorySync.Flush(folder.Postgres);
    }
}

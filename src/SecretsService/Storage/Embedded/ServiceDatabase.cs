using Npgsql;

namespace SecretsService.Storage.Embedded;

/// <summary>
/// The service's database and the role that owns it, both named <c>secrets</c>. The role is no superuser: a superuser's SQL runs programs
/// and reads files as PostgreSQL's user, so a flaw in one query would give away more than the data.
/// </summary>
internal static class ServiceDatabase
{
    private const string Name = "secrets";
    private const string MaintenanceDatabase = "postgres";
    private const int ConnectTimeoutSeconds = 15;

    // The password is taken from the superuser's, as its SCRAM verifier, so that it stands in no statement that a log may show.
    private const string CreateRole = $"""
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{Name}') THEN
                EXECUTE format(
                    'CREATE ROLE {Name} LOGIN NOSUPERUSER CREATEDB PASSWORD %L',
                    (SELECT rolpassword FROM pg_authid WHERE rolname = current_user));
            END IF;
        END
        $$
        """;

    // Not in the block above: PostgreSQL creates no database within a transaction. The role is there before it, so this completes it.
    private const string CreateDatabase = $"CREATE DATABASE {Name} OWNER {Name}";

    /// <summary>
    /// Makes sure that the role and the database are there. Where they are, this is one connection; where one is missing, after initdb or a
    /// first start that was interrupted, the superuser makes it.
    /// </summary>
    /// <returns>The connection string of the service, with the password in it.</returns>
    /// <exception cref="EmbeddedPostgresException">The password is wrong, PostgreSQL does not answer, or the role is a superuser.</exception>
    public static async Task<string> OpenAsync(ClusterFolder folder, string password, CancellationToken cancellation)
    {
        var connectionString = ConnectionTo(folder, password);
        try
        {
            try
            {
                await CheckAsync(folder, connectionString, cancellation);
            }
            catch (PostgresException e) when (IsMissing(e))
            {
                await CreateAsync(connectionString, cancellation);
                await CheckAsync(folder, connectionString, cancellation);
            }

            return connectionString;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new EmbeddedPostgresException(
                $"The password in {folder.Postgres} is not that of the data beside it: restore both from one backup.", e);
        }
        catch (NpgsqlException e)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL started and does not answer ({e.Message}). Its log {folder.Log} ends with: {Excerpt.EndOf(Excerpt.TailOf(folder.Log))}",
                e);
        }
    }

    // A role that is not there fails as a wrong password does, so that nobody can try out names.
    private static bool IsMissing(PostgresException e) => e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidCatalogName;

    private static string ConnectionTo(ClusterFolder folder, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = folder.Run,
        Username = Name,
        Password = password,
        Database = Name,
        Timeout = ConnectTimeoutSeconds,
        // Encryption means nothing on a unix socket, and asking for it costs a round trip.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private static async Task CheckAsync(ClusterFolder folder, string connectionString, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(new NpgsqlConnectionStringBuilder(connectionString), cancellation);
        // The server says it at every login: asking costs nothing.
        if (connection.PostgresParameters["is_superuser"] != "off")
        {
            throw new EmbeddedPostgresException(
                $"The role {Name} of the database in {folder.Postgres} is a superuser, as development versions made it: "
                + $"move that folder away to begin with an empty database, or {EmbeddedPostgresException.SetAnother}.");
        }
    }

    private static async Task CreateAsync(string connectionString, CancellationToken cancellation)
    {
        var superuser = new NpgsqlConnectionStringBuilder(connectionString) { Username = Initdb.Superuser, Database = MaintenanceDatabase };
        await using var connection = await ConnectAsync(superuser, cancellation);
        await using var createRole = new NpgsqlCommand(CreateRole, connection);
        await createRole.ExecuteNonQueryAsync(cancellation);
        try
        {
            await using var createDatabase = new NpgsqlCommand(CreateDatabase, connection);
            await createDatabase.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // The role alone was missing, or its password is another: the next login tells.
        }
    }

    private static async Task<NpgsqlConnection> ConnectAsync(NpgsqlConnectionStringBuilder builder, CancellationToken cancellation)
    {
        builder.Pooling = false; // Nothing of this stays open.
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

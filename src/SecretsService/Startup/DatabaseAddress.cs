using Npgsql;

namespace SecretsService.Startup;

/// <summary>Where the database is: known from configuration, or once the service has started one of its own.</summary>
internal sealed class DatabaseAddress
{
    private const string Defaults = "Application Name=secrets-service;Maximum Pool Size=40;";

    /// <summary>The connection string, with its password: never log it.</summary>
    public string ConnectionString
    {
        get => field ?? throw new InvalidOperationException("[unexpected] the database was used before it was started");
        private set;
    }

    /// <summary>
    /// Takes a connection string. What it does not set gets defaults: a name that the server's lists show, and a pool that leaves room
    /// for backups and for other replicas on a server with its usual 100 connections. Statements are not prepared automatically: Npgsql 10.0.0
    /// loses its place in the protocol where a statement's first prepared use meets a connection that the server has ended. The reads that every
    /// request makes are prepared explicitly, which it does right.
    /// </summary>
    /// <exception cref="StartupException">It is no connection string, or one that would let a request see what another one's connection saw.</exception>
    public void Use(string connectionString)
    {
        try
        {
            // Of a word that stands twice the last one counts: what the operator sets stands, whatever it is.
            var address = new NpgsqlConnectionStringBuilder(Defaults + connectionString);
            RefuseSharedSessions(address);
            ConnectionString = address.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Not e.Message: it repeats parts of the text, and the password may be among them.
            throw new StartupException(
                "ConnectionStrings:Secrets is not a connection string: write it as Host=...;Username=...;Password=...;Database=... (a postgres:// URL is not read).");
        }
    }

    // Whose rows a connection shows is a setting of its session (Storage's AccountWall): it must end with the use of the connection.
    private static void RefuseSharedSessions(NpgsqlConnectionStringBuilder address)
    {
        if (address.NoResetOnClose || address.Multiplexing)
        {
            throw new StartupException(
                "ConnectionStrings:Secrets sets No Reset On Close or Multiplexing, with which one request could see the rows of another's account: leave them out.");
        }
    }
}

namespace SecretsService.Startup;

/// <summary>Where the database is: known from configuration, or once the service has started one of its own.</summary>
internal sealed class DatabaseAddress
{
    /// <summary>The connection string, with its password: never log it.</summary>
    public string ConnectionString
    {
        get => field ?? throw new InvalidOperationException("[unexpected] the database was used before it was started");
        set;
    }
}

namespace SecretsService.Keys;

/// <summary>Where the key ring is: the key encryption keys, which live outside the database. Section <c>Keys</c>.</summary>
internal sealed class KeyOptions
{
    public const string Section = "Keys";

    /// <summary>
    /// The path of the key ring's file, readable by its owner only.
    /// <value>Default: <c>keyring.json</c> within the data folder, beside a database that the service started itself; else none.</value>
    /// </summary>
    public string? KeyringFile { get; init; }

    /// <summary>
    /// The key ring's JSON itself, for platforms that hand out secrets as configuration. Takes the place of a file.
    /// <value>Default: none.</value>
    /// </summary>
    public string? Keyring { get; init; }
}

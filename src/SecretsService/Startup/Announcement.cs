namespace SecretsService.Startup;

/// <summary>What somebody who starts the service at a terminal wants to know.</summary>
internal static class Announcement
{
    /// <summary>Writes the first account's key, which nothing shows again.</summary>
    public static void WriteKey(TextWriter output, string token)
    {
        output.WriteLine();
        output.WriteLine($"  API key     {token}");
        output.WriteLine("              This key is shown once. Keep it.");
    }

    /// <summary>Writes the addresses, and on the first start a line to try the key with.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="address">The address that the service listens on.</param>
    /// <param name="dataDirectory">The folder of the service's own database, or null where it uses another.</param>
    /// <param name="token">The key that was made in this start: nothing shows it again. Null where there was an account already.</param>
    public static void Write(TextWriter output, string address, string? dataDirectory, string? token)
    {
        output.WriteLine();
        output.WriteLine("Secrets Service is ready.");
        output.WriteLine();
        output.WriteLine($"  API         {address}/api/v1/vector");
        output.WriteLine($"  Swagger UI  {address}/swagger");
        if (dataDirectory is not null)
        {
            output.WriteLine($"  Data        {dataDirectory}   (back up keyring.json, apart from the rest: without it the data cannot be read)");
        }

        if (token is not null)
        {
            output.WriteLine();
            output.WriteLine("Try it:");
            output.WriteLine();
            output.WriteLine($"  curl -X POST {address}/api/v1/vector/global-secrets -H 'Authorization: Bearer {token}' "
                + "-H 'Content-Type: application/json' -d '{\"key\": \"GREETING\", \"value\": \"hello\"}'");
        }

        output.WriteLine();
    }
}

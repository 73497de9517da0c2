using Npgsql;
using SecretsService.Testing;

namespace SecretsService.Tests.Limits;

/// <summary>Makes changes of an account wait.</summary>
internal static class HeldAccounts
{
    /// <summary>Locks the account's row until what is returned is disposed of.</summary>
    public static async Task<IAsyncDisposable> HoldAccountAsync(this SecretsServer server, Account account)
    {
        var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", connection) { Parameters = { new() { Value = account.Id } } };
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}

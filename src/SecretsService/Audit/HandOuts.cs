using System.Text;
using Npgsql;
using NpgsqlTypes;
using SecretsService.Cryptography;
using SecretsService.Storage;

namespace SecretsService.Audit;

/// <summary>Records that a merged map is handed out: before it is, and together with the keys and versions that it has.</summary>
internal sealed class HandOuts(NpgsqlDataSource database)
{
    // One that is handed out again is as good as new: what no record names any more goes by its age.
    private const string InsertManifest =
        """
        INSERT INTO event_manifests (account_id, hash, entries, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id, hash) DO UPDATE SET created_at = excluded.created_at
        WHERE event_manifests.created_at < excluded.created_at - interval '1 hour'
        """;

    private const string InsertRow =
        "INSERT INTO event_journal (account_id, id, records, tag, is_refused) VALUES ($1, $2, $3, $4, false)";

    /// <summary>Stores a record and the manifest that it names: one transaction and one round trip, since every deployment waits for it.</summary>
    /// <param name="accountId">The account that it belongs to.</param>
    /// <param name="record">The record; its manifest is the SHA-256 of the entries.</param>
    /// <param name="entries">The manifest: a JSON object in UTF-8, never with a value.</param>
    /// <param name="key">The account's key.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task StoreAsync(Guid accountId, EventRecord record, ReadOnlyMemory<byte> entries, FingerprintKey key, CancellationToken cancellation)
    {
        var row = EventJournal.Row(accountId, record.Id, [record], key);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                AccountWall.LocalCommand(accountId),
                Command(
                    InsertManifest,
                    new NpgsqlParameter<Guid> { TypedValue = accountId },
                    new NpgsqlParameter<byte[]> { TypedValue = record.Manifest },
                    Json(Encoding.UTF8.GetString(entries.Span)),
                    new NpgsqlParameter<DateTimeOffset> { TypedValue = record.OccurredAt }),
                Command(
                    InsertRow,
                    new NpgsqlParameter<Guid> { TypedValue = accountId },
                    new NpgsqlParameter<Guid> { TypedValue = row.Id },
                    Json(row.Records),
                    new NpgsqlParameter<byte[]> { TypedValue = row.Tag }),
            },
        };
        await batch.PrepareAsync(cancellation);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlParameter<string> Json(string text) => new() { NpgsqlDbType = NpgsqlDbType.Json, TypedValue = text };
}

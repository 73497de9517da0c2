using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>
/// Stores rows of the chain, all in one statement: a hundred and more come every second while maps are handed out. A statement for each, which is what saving
/// them one by one comes to, costs the database several times as much. COPY would cost less still, and is refused where there is row-level security.
/// </summary>
internal static class ChainedEvents
{
    private const string InsertSql =
        """
        INSERT INTO events (
            account_id, seq, count, id, event, actor_type, actor_id, actor_name, actor_ip, resource_type, resource_id, site_id, environment_id, app_id,
            manifest, context, occurred_at, hash, tag)
        SELECT $1, seq, count, id, event, actor_type, actor_id, actor_name, actor_ip, resource_type, resource_id, site_id, environment_id, app_id,
            manifest, context::json, occurred_at, hash, tag
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) AS r (
            seq, count, id, event, actor_type, actor_id, actor_name, actor_ip, resource_type, resource_id, site_id, environment_id, app_id,
            manifest, context, occurred_at, hash, tag)
        """;

    /// <summary>Stores rows of one account, in the transaction that the context is in.</summary>
    public static async Task InsertAsync(SecretsDbContext db, IReadOnlyList<EventRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            InsertSql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction())
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = rows[0].AccountId },
                Column(rows, r => r.Seq),
                Column(rows, r => r.Count),
                Column(rows, r => r.Id),
                Column(rows, r => r.Event),
                Column(rows, r => r.ActorType),
                Column(rows, r => r.ActorId),
                Column(rows, r => r.ActorName),
                Column(rows, r => r.ActorIp),
                Column(rows, r => r.ResourceType),
                Column(rows, r => r.ResourceId),
                Column(rows, r => r.SiteId),
                Column(rows, r => r.EnvironmentId),
                Column(rows, r => r.AppId),
                Column(rows, r => r.Manifest),
                Column(rows, r => r.Context),
                Column(rows, r => r.OccurredAt),
                Column(rows, r => r.Hash),
                Column(rows, r => r.Tag),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<EventRow> rows, Func<EventRow, T> value) => new() { TypedValue = [.. rows.Select(value)] };
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Storage;

namespace SecretsService.Startup;

/// <summary>Says at start where the wall between accounts (Storage's <see cref="AccountWall"/>) does not stand for the role that the service uses.</summary>
internal sealed partial class WallInspection(SecretsDbContext db, ILogger<WallInspection> logger)
{
    /// <summary>Logs a warning for a role that no row-level security binds, and one for tables that have none.</summary>
    public async Task WarnAsync(CancellationToken cancellation)
    {
        // "Value" is what EF Core calls the column of a single value.
        var unbound = await db.Database.SqlQuery<string>(
            $"SELECT rolname::text AS \"Value\" FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)").ToListAsync(cancellation);
        if (unbound is [var role])
        {
            LogUnbound(role);
            return;
        }

        var open = await db.Database.SqlQuery<string>(
            $"""
             SELECT relname::text AS "Value"
             FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT row_security_active(oid)
               AND (relname = 'accounts' OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'account_id'))
             ORDER BY relname
             """).ToListAsync(cancellation);
        if (open.Count > 0)
        {
            LogOpen(string.Join(", ", open));
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The database role {Role} is a superuser (or has BYPASSRLS), which no row-level security binds: connect as an ordinary role that owns the tables")]
    private partial void LogUnbound(string role);

    [LoggerMessage(2, LogLevel.Warning, "Row-level security does not hold for the tables {Tables}: switch it on for each with ALTER TABLE ... ENABLE ROW LEVEL SECURITY and FORCE ROW LEVEL SECURITY")]
    private partial void LogOpen(string tables);
}

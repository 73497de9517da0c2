using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using SecretsService.Audit;
using SecretsService.Keys;
using SecretsService.Storage;

namespace SecretsService.Startup;

/// <summary>
/// Makes the database fit to serve: schema, key ring, first account. It all happens under one lock of the database, so that replicas which start
/// together do it once.
/// </summary>
internal sealed class DatabasePreparation(
    SecretsDbContext db,
    KeyRingLoader loader,
    ServiceKeyRing ring,
    WallInspection wall,
    EarlierEvents earlierEvents,
    FirstAccount firstAccount,
    IOptions<DatabaseOptions> options)
{
    // "secrets" in ASCII; any number that nobody else locks would do.
    private const long LockId = 0x736563_72657473;

    /// <summary>Applies the migrations that the database lacks, and nothing else.</summary>
    public Task MigrateAsync(CancellationToken cancellation) =>
        WithLockAsync(() => BringSchemaUpToDateAsync(mayMigrate: true, cancellation), cancellation);

    /// <summary>Does all of it.</summary>
    /// <param name="dataDirectory">The folder of a database that the service started itself; else null.</param>
    /// <param name="mayGenerateKey">Whether the first account's key may be generated and shown.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The token to show, or null where none was generated.</returns>
    /// <exception cref="StartupException">The service must not start.</exception>
    public async Task<string?> PrepareAsync(string? dataDirectory, bool mayGenerateKey, CancellationToken cancellation)
    {
        string? token = null;
        await WithLockAsync(
            async () =>
            {
                await BringSchemaUpToDateAsync(options.Value.MigrateAtStart, cancellation);
                await wall.WarnAsync(cancellation);
                ring.Use(await loader.LoadAsync(dataDirectory, cancellation));
                await earlierEvents.MoveAsync(cancellation);
                token = await firstAccount.CreateIfNoneAsync(mayGenerateKey, cancellation);
            },
            cancellation);
        return token;
    }

    /// <summary>Makes a database that is served already fit to be looked at: the schema must be there, and no account is made.</summary>
    /// <inheritdoc cref="PrepareAsync"/>
    public Task OpenAsync(string? dataDirectory, CancellationToken cancellation) => WithLockAsync(
        async () =>
        {
            await BringSchemaUpToDateAsync(mayMigrate: false, cancellation);
            ring.Use(await loader.LoadAsync(dataDirectory, cancellation));
            await earlierEvents.MoveAsync(cancellation);
        },
        cancellation);

    private async Task BringSchemaUpToDateAsync(bool mayMigrate, CancellationToken cancellation)
    {
        var known = db.Database.GetMigrations().ToList();
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellation)).ToList();
        var unknown = applied.Except(known, StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new StartupException(
                $"The database has {unknown.Count} migration(s) that this release does not know ({unknown[^1]}): start the newer release that made them.");
        }

        var pending = known.Except(applied, StringComparer.Ordinal).Count();
        if (pending > 0 && !mayMigrate)
        {
            throw new StartupException(
                $"The database lacks {pending} migration(s), and none are applied here (Database:MigrateAtStart is false, or the database is only looked at): run the service with --migrate first.");
        }

        if (pending > 0)
        {
            await db.Database.MigrateAsync(cancellation);
        }
    }

    private async Task WithLockAsync(Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await db.Database.OpenConnectionAsync(cancellation);
        }
        catch (Exception e) when (e.DatabaseSays() is { } reason)
        {
            throw new StartupException($"The database cannot be reached: check ConnectionStrings:Secrets and that the server runs ({reason}).");
        }

        // A replica waits for as long as another one's migration takes.
        db.Database.SetCommandTimeout(TimeSpan.Zero);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({LockId})", cancellation);

        // For the whole session, also within the transactions of migrations: row-level security holds for the owner of the tables, too.
        await db.Database.ExecuteSqlRawAsync($"SET {AccountWall.Setting} = '{AccountWall.Everybody}'", cancellation);
        try
        {
            await work();
        }
        catch (PostgresException e)
        {
            throw new StartupException(
                $"The database refused to be prepared ({e.SqlState}: {e.MessageText}): the role needs to own the tables and CREATE on the schema public for migrations; "
                + "where another role runs --migrate, it needs SELECT, INSERT, UPDATE and DELETE on all tables.");
        }
        finally
        {
            await UnlockAsync();
        }
    }

    private async Task UnlockAsync()
    {
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({LockId})", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }
        catch (Exception e) when (e.DatabaseSays() is not null)
        {
            // The connection is gone, and the lock with it. What broke it is what the operator should see.
        }
    }
}

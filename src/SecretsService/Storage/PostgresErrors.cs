using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace SecretsService.Storage;

/// <summary>Reads what the database said when it refused a statement.</summary>
internal static class PostgresErrors
{
    // A server that starts, stops, fails over, has become a replica or is overloaded; a statement that waited too long or met another.
    private static readonly HashSet<string> PassingStates = new(StringComparer.Ordinal)
    {
        PostgresErrorCodes.AdminShutdown,
        PostgresErrorCodes.CrashShutdown,
        PostgresErrorCodes.CannotConnectNow,
        PostgresErrorCodes.TooManyConnections,
        PostgresErrorCodes.InsufficientResources,
        PostgresErrorCodes.OutOfMemory,
        PostgresErrorCodes.DiskFull,
        PostgresErrorCodes.ReadOnlySqlTransaction,
        PostgresErrorCodes.LockNotAvailable,
        PostgresErrorCodes.QueryCanceled,
        PostgresErrorCodes.SerializationFailure,
        PostgresErrorCodes.DeadlockDetected,
    };

    /// <summary>The constraint that refused the change, if it was a unique or foreign key; null for any other failure.</summary>
    /// <param name="exception">What saving threw.</param>
    public static string? BrokenConstraint(this DbUpdateException exception) =>
        exception.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation,
        } refusal
            ? refusal.ConstraintName
            : null;

    /// <summary>What the database or the way to it said, which holds no password; null for an exception of another origin.</summary>
    /// <param name="exception">What any use of the database threw; EF Core may have wrapped it.</param>
    public static string? DatabaseSays(this Exception exception) =>
        exception is NpgsqlException ? exception.Message : exception.InnerException?.DatabaseSays();

    /// <summary>True where a connection that was open before has broken: the server was restarted, or has failed over.</summary>
    /// <param name="exception">What any use of the database threw.</param>
    public static bool IsBrokenConnection(this Exception exception) => exception switch
    {
        PostgresException refusal => refusal.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException } => true,
        { InnerException: { } inner } => inner.IsBrokenConnection(),
        _ => false,
    };

    /// <summary>True where the database could not be reached or is going down, so that the same request may succeed later.</summary>
    /// <param name="exception">What any use of the database threw.</param>
    public static bool IsUnavailable(this Exception exception) =>
        exception switch
        {
            PostgresException refusal => PassingStates.Contains(refusal.SqlState),
            NpgsqlException => true,
            { InnerException: { } inner } => inner.IsUnavailable(),
            _ => false,
        };
}

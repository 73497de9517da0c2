namespace SecretsService.Storage;

/// <summary>Times as the database keeps them.</summary>
internal static class Clock
{
    /// <summary>The current time in UTC, to the microsecond: PostgreSQL keeps no more, and what an answer says must be what is stored.</summary>
    public static DateTimeOffset Now(this TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}

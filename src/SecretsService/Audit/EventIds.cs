namespace SecretsService.Audit;

/// <summary>
/// Ids of records: UUIDv7, each higher than the one before it, so that records which one transaction writes within a millisecond keep their order
/// (RFC 9562, section 6.2, method 1: a counter in the twelve bits after the time). Not thread-safe.
/// </summary>
internal sealed class EventIds
{
    private const int CounterBits = 12;

    // Milliseconds since 1970, then the counter.
    private long _last;

    /// <summary>Makes an id. More than 4,096 within one millisecond run ahead of the clock.</summary>
    /// <param name="now">The time. One before the last one's is not followed.</param>
    public Guid Next(DateTimeOffset now)
    {
        _last = Math.Max(now.ToUnixTimeMilliseconds() << CounterBits, _last + 1);
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(_last >> CounterBits)).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)(0x70 | ((_last >> 8) & 0x0f));
        bytes[7] = (byte)_last;
        return new Guid(bytes, bigEndian: true);
    }
}

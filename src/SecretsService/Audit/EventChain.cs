using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SecretsService.Cryptography;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>
/// The rule by which an account's audit records are chained. Whoever has the records can follow the hashes; only the service can make the tags.
/// </summary>
/// <remarks>
/// <code>
/// hash    := SHA-256("secrets-service event v1" | previous hash (32) | account (16) | seq (8) | count (4) | id (16) | occurred at (8)
///                    | text(event) | text(actor type) | id(actor) | text(actor name) | text(actor ip)
///                    | text(resource type) | id(resource) | id(site) | id(environment) | id(app) | text(manifest in hex) | text(context))
/// text(t) := length of the UTF-8 bytes (4), or 2^32 - 1 for none | the bytes
/// id(i)   := 1 | the UUID (16), or 0 for none
/// tag     := HMAC-SHA-256 of the hash under the account's key
/// </code>
/// Numbers are big-endian; times are microseconds since 1970. The hash before the first record is 32 zeros.
/// </remarks>
internal static class EventChain
{
    /// <summary>The hash before the first record.</summary>
    public static readonly byte[] Start = new byte[SHA256.HashSizeInBytes];

    private const string RecordPurpose = "event v1";
    private const string HeadPurpose = "event chain v1";

    /// <summary>The hash of a row, which follows another.</summary>
    /// <param name="previous">The hash of the row before.</param>
    /// <param name="row">The row; its own hash and tag are not looked at.</param>
    public static byte[] HashOf(ReadOnlySpan<byte> previous, EventRow row) => HashOf(previous, row, row.Seq, row.Count);

    /// <summary>The hash that a row would have at another place, or if it stood for another number of records.</summary>
    /// <inheritdoc cref="HashOf(ReadOnlySpan{byte}, EventRow)"/>
    /// <param name="previous">The hash of the row before.</param>
    /// <param name="row">The row; its own place, number, hash and tag are not looked at.</param>
    /// <param name="seq">The place of its last record.</param>
    /// <param name="count">How many records it stands for.</param>
    public static byte[] HashOf(ReadOnlySpan<byte> previous, EventRow row, long seq, int count)
    {
        var content = new ArrayBufferWriter<byte>(512 + row.Context.Length);
        content.Write("secrets-service event v1"u8);
        content.Write(previous);
        Write(content, row.AccountId);
        Write(content, seq);
        BinaryPrimitives.WriteInt32BigEndian(content.GetSpan(sizeof(int)), count);
        content.Advance(sizeof(int));
        Write(content, row.Id);
        Write(content, (row.OccurredAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        Write(content, row.Event);
        Write(content, row.ActorType);
        WriteOptional(content, row.ActorId);
        Write(content, row.ActorName);
        Write(content, row.ActorIp);
        Write(content, row.ResourceType);
        WriteOptional(content, row.ResourceId);
        WriteOptional(content, row.SiteId);
        WriteOptional(content, row.EnvironmentId);
        WriteOptional(content, row.AppId);
        Write(content, row.Manifest is null ? null : Convert.ToHexStringLower(row.Manifest));
        Write(content, row.Context);
        return SHA256.HashData(content.WrittenSpan);
    }

    /// <summary>The tag of a row's hash.</summary>
    public static byte[] TagOf(ReadOnlySpan<byte> hash, FingerprintKey key) => key.Authenticate(RecordPurpose, hash);

    /// <summary>The tag of where a chain begins and ends.</summary>
    public static byte[] TagOf(EventChainRow chain, FingerprintKey key)
    {
        var content = new ArrayBufferWriter<byte>(128);
        Write(content, chain.AccountId);
        Write(content, chain.Seq);
        content.Write(chain.Hash);
        Write(content, chain.PrunedSeq);
        content.Write(chain.PrunedHash);
        return key.Authenticate(HeadPurpose, content.WrittenSpan);
    }

    /// <summary>True where the service itself made a row's hash.</summary>
    public static bool IsGenuine(EventRow row, FingerprintKey key) => CryptographicOperations.FixedTimeEquals(TagOf(row.Hash, key), row.Tag);

    /// <summary>True where the service itself wrote where a chain begins and ends.</summary>
    public static bool IsGenuine(EventChainRow chain, FingerprintKey key) => CryptographicOperations.FixedTimeEquals(TagOf(chain, key), chain.Tag);

    /// <summary>True where a row is the one that follows another: its records have the next places, and its hash is made of the other's.</summary>
    /// <param name="seq">The place of the last record before.</param>
    /// <param name="hash">The hash of the row before.</param>
    /// <param name="row">The row.</param>
    public static bool Follows(long seq, ReadOnlySpan<byte> hash, EventRow row) =>
        row.Count >= 1 && row.Seq - row.Count == seq && HashOf(hash, row).AsSpan().SequenceEqual(row.Hash);

    private static void Write(ArrayBufferWriter<byte> content, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(content.GetSpan(sizeof(long)), number);
        content.Advance(sizeof(long));
    }

    private static void Write(ArrayBufferWriter<byte> content, Guid id)
    {
        id.TryWriteBytes(content.GetSpan(16), bigEndian: true, out _);
        content.Advance(16);
    }

    private static void Write(ArrayBufferWriter<byte> content, string? text)
    {
        var length = text is null ? -1 : Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32BigEndian(content.GetSpan(sizeof(int)), length);
        content.Advance(sizeof(int));
        if (text is not null)
        {
            content.Advance(Encoding.UTF8.GetBytes(text, content.GetSpan(Math.Max(length, 1))));
        }
    }

    private static void WriteOptional(ArrayBufferWriter<byte> content, Guid? id)
    {
        content.Write([(byte)(id is null ? 0 : 1)]);
        if (id is { } known)
        {
            Write(content, known);
        }
    }
}

using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Storage;

namespace SecretsService.Events;

/// <summary>Issues checkpoints of audit trails. They are not stored: one that lay beside the trail would be set back with it.</summary>
internal sealed class Checkpoints(SecretsDbContext db, AccountKeys keys, EventSealer sealer, TimeProvider clock)
{
    /// <summary>Signs how the account's trail stands: all that was committed before is in it.</summary>
    public async Task<Outcome<EventCheckpoint>> IssueAsync(Guid accountId, CancellationToken cancellation)
    {
        var key = await keys.FindFingerprintKeyAsync(db, accountId, cancellation);
        await sealer.SealAsync(accountId, cancellation);
        var head = await db.EventChains.AsNoTracking().SingleOrDefaultAsync(c => c.AccountId == accountId, cancellation);
        if (head is null)
        {
            return Failure.StateConflict("The audit trail holds no record yet, so that there is nothing to sign.");
        }

        // Only what the service itself wrote: a signature would vouch for what somebody else put there.
        return EventChain.IsGenuine(head, key)
            ? CheckpointText.Sign(accountId, head.Seq, Convert.ToHexStringLower(head.Hash), clock.Now(), key)
            : Failure.StateConflict("The end of the audit trail was changed outside of the service: GET /events/verify says what is wrong. Nothing was signed.");
    }
}

/// <summary>The text that a checkpoint's signature is of.</summary>
/// <remarks>
/// <code>
/// text    := item("secrets-service checkpoint v1") item(account id) item(seq) item(hash) item(issued at)
/// item(t) := the number of bytes of t in decimal | ":" | t | ","
/// </code>
/// Each is written as it stands in the JSON, so that a shell can make the text and OpenSSL can check it.
/// </remarks>
internal static class CheckpointText
{
    public const string Algorithm = "ES256";

    private const string Version = "secrets-service checkpoint v1";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Makes a signed checkpoint.</summary>
    public static EventCheckpoint Sign(Guid accountId, long seq, string hash, DateTimeOffset issuedAt, FingerprintKey key)
    {
        using var pair = CheckpointKey.Of(key);
        var unsigned = new EventCheckpoint
        {
            AccountId = accountId,
            Seq = seq,
            Hash = hash,
            IssuedAt = issuedAt,
            Algorithm = Algorithm,
            KeyId = CheckpointKey.IdOf(pair.PublicKey),
            PublicKey = Convert.ToBase64String(pair.PublicKey),
            Signature = "",
        };
        return unsigned with { Signature = Convert.ToBase64String(pair.Sign(Of(unsigned))) };
    }

    /// <summary>True where a checkpoint was signed by the owner of a public key.</summary>
    /// <param name="checkpoint">The checkpoint; what it says of its own key is not looked at.</param>
    /// <param name="publicKey">The SubjectPublicKeyInfo.</param>
    public static bool IsSigned(EventCheckpoint checkpoint, ReadOnlySpan<byte> publicKey)
    {
        var signature = new byte[checkpoint.Signature.Length];
        return checkpoint.Algorithm == Algorithm
            && Convert.TryFromBase64String(checkpoint.Signature, signature, out var length)
            && CheckpointKey.Verify(publicKey, Of(checkpoint), signature.AsSpan(0, length));
    }

    private static byte[] Of(EventCheckpoint checkpoint)
    {
        string[] items =
        [
            Version,
            checkpoint.AccountId.ToString(),
            checkpoint.Seq.ToString(CultureInfo.InvariantCulture),
            checkpoint.Hash,
            checkpoint.IssuedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        ];
        return Encoding.UTF8.GetBytes(string.Concat(items.Select(item => $"{Encoding.UTF8.GetByteCount(item)}:{item},")));
    }
}

using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>What a verification of the account's audit trail came to.</summary>
public sealed record EventVerification
{
    /// <summary>True where every record stands as the service wrote it.</summary>
    public required bool Ok { get; init; }

    /// <summary>How many records were found to be sound: all, or those before the broken one.</summary>
    public required long Events { get; init; }

    /// <summary>How many rows these take: equal records that were stored together share one.</summary>
    public required long Rows { get; init; }

    /// <summary>The place of the first sound record; null where there is none.</summary>
    public required long? FirstSeq { get; init; }

    /// <summary>The place of the last sound record; null where there is none.</summary>
    public required long? LastSeq { get; init; }

    /// <summary>Where the trail ended when the verification began. Records that were written since are for the next one.</summary>
    public required ChainPosition Head { get; init; }

    /// <summary>The last record that was deleted because of its age, which the first one that is left builds on; null where none was.</summary>
    public required ChainPosition? Pruned { get; init; }

    /// <summary>When the verification ended.</summary>
    public required DateTimeOffset VerifiedAt { get; init; }

    /// <summary>The first broken record; absent where all is sound.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChainProblem? Problem { get; init; }
}

/// <summary>A record's place in the audit trail.</summary>
public sealed record ChainPosition
{
    /// <summary>Its number; the trail counts from 1 without gaps, and 0 is the place before the first record.</summary>
    public required long Seq { get; init; }

    /// <summary>Its SHA-256 hash in hex, which every record before it took part in; 64 zeros at the place before the first record.</summary>
    public required string Hash { get; init; }
}

/// <summary>What is wrong with an audit trail.</summary>
public sealed record ChainProblem
{
    /// <summary>The place that is broken; absent for a record that was not given one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    /// <summary>The id of the record that stands there; absent where none does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }

    /// <summary>What was done to it, as far as can be told.</summary>
    public required ChainProblemKind Kind { get; init; }

    /// <summary>What is wrong, in a sentence for people.</summary>
    public required string Message { get; init; }
}

/// <summary>What was done to an audit trail.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChainProblemKind>))]
public enum ChainProblemKind
{
    /// <summary>A record is not as it was written.</summary>
    [JsonStringEnumMemberName("changed")]
    Changed,

    /// <summary>Records are gone.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>A record was put among the others.</summary>
    [JsonStringEnumMemberName("inserted")]
    Inserted,

    /// <summary>A record stands at another's place.</summary>
    [JsonStringEnumMemberName("reordered")]
    Reordered,

    /// <summary>A record follows from the others, but was not written by the service.</summary>
    [JsonStringEnumMemberName("forged")]
    Forged,

    /// <summary>What says where the trail ends is not as the service wrote it.</summary>
    [JsonStringEnumMemberName("head")]
    Head,

    /// <summary>The keys and versions that a record names are gone or changed.</summary>
    [JsonStringEnumMemberName("manifest")]
    Manifest,

    /// <summary>A record that has no place yet was not written by the service, or is kept from getting one.</summary>
    [JsonStringEnumMemberName("journal")]
    Journal,

    /// <summary>What says where the trail begins is not as the service wrote it.</summary>
    [JsonStringEnumMemberName("pruned")]
    Pruned,
}

/// <summary>
/// Says, signed by the service, how the account's audit trail stood at a time. Kept elsewhere it proves later that the records up to there are still the
/// same ones, and all of them.
/// </summary>
public sealed record EventCheckpoint
{
    /// <summary>The account whose trail it is.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>The place of the last record.</summary>
    public required long Seq { get; init; }

    /// <summary>That record's hash in hex.</summary>
    public required string Hash { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Always <c>ES256</c>: ECDSA on P-256 with SHA-256.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Names the key pair: the first 16 hex digits of the public key's SHA-256. An account's stays the same.</summary>
    public required string KeyId { get; init; }

    /// <summary>The public key: a SubjectPublicKeyInfo (RFC 5480) in DER, as base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>
    /// The signature in DER (RFC 3279), as base64. Signed is the text of these five, each as its length in bytes, a colon, itself and a comma:
    /// <c>secrets-service checkpoint v1</c>, account_id, seq, hash and issued_at as they stand here.
    /// </summary>
    public required string Signature { get; init; }
}

namespace SecretsService.Storage.Rows;

/// <summary>
/// Audit records as they are written: in the transaction of what they record, without a place in the chain yet. They are moved into
/// <see cref="EventRow"/> shortly after, in order, so that what is recorded at the same time does not wait for each other.
/// </summary>
internal sealed class EventJournalRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    /// <summary>
    /// Counts up as rows are written, in the order that the database gives the numbers out: a row that is written after another one was acknowledged has
    /// the higher one, whatever the clocks of the replicas say.
    /// </summary>
    public long Written { get; private set; }

    /// <summary>The records as a JSON array, the very text that <see cref="Tag"/> was made of.</summary>
    public required string Records { get; init; }

    /// <summary>A keyed tag over the account, the id and the records: nobody but the service writes a row that passes.</summary>
    public required byte[] Tag { get; init; }

    /// <summary>True for a row that did not pass and is kept out of the chain; a verification names it.</summary>
    public bool IsRefused { get; set; }
}

/// <summary>
/// Audit records with their place in the account's chain. Written once and never changed. A row stands for one record, or for as many equal ones
/// as were committed together: reads of one map by one key.
/// </summary>
internal sealed class EventRow
{
    public required Guid AccountId { get; init; }

    /// <summary>The place of the row's last record in the account's chain, which counts from 1 without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>How many records the row stands for, 1 or more: their places are <c>Seq - Count + 1</c> to <c>Seq</c>.</summary>
    public required int Count { get; init; }

    /// <summary>The id of the first record; the others follow it by one each.</summary>
    public required Guid Id { get; init; }

    /// <summary>What was done, for example <c>secret.revealed</c>.</summary>
    public required string Event { get; init; }

    /// <summary><c>api_key</c>, <c>deployment_token</c>, <c>anonymous</c> or <c>system</c>.</summary>
    public required string ActorType { get; init; }

    /// <summary>The API key or deployment token that did it; null for anybody else. No foreign key: the record outlives either.</summary>
    public required Guid? ActorId { get; init; }

    /// <summary>The actor's name at that time.</summary>
    public required string ActorName { get; init; }

    /// <summary>The address that the request came from, as far as it is known; null for the service itself.</summary>
    public required string? ActorIp { get; init; }

    public required string ResourceType { get; init; }

    /// <summary>The resource's id; null for one that goes by a key.</summary>
    public required Guid? ResourceId { get; init; }

    /// <summary>The site that the resource is, or belongs to; null where there is none. No foreign keys here: the record outlives them.</summary>
    public required Guid? SiteId { get; init; }

    public required Guid? EnvironmentId { get; init; }

    public required Guid? AppId { get; init; }

    /// <summary>The hash of the <see cref="EventManifestRow"/> with the keys and versions that were handed out; null where the context has them.</summary>
    public required byte[]? Manifest { get; init; }

    /// <summary>Names and versions as a JSON object, the very text that was hashed; never a value.</summary>
    public required string Context { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>SHA-256 over the hash before and everything above.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>A keyed tag over the hash: a chain that was computed anew by somebody else does not have it.</summary>
    public required byte[] Tag { get; init; }
}

/// <summary>Where an account's chain of audit records begins and ends.</summary>
internal sealed class EventChainRow
{
    public required Guid AccountId { get; init; }

    /// <summary>The place of the last record; 0 before the first.</summary>
    public required long Seq { get; set; }

    /// <summary>The hash of the last record; 32 zeros before the first.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>The place of the last record that was deleted because of its age; 0 where none was.</summary>
    public required long PrunedSeq { get; set; }

    /// <summary>The hash of that record, which the first one that is left builds on.</summary>
    public required byte[] PrunedHash { get; set; }

    /// <summary>A keyed tag over all of it.</summary>
    public required byte[] Tag { get; set; }
}

/// <summary>
/// The keys and versions of a merged map, stored once however often the map is handed out, and named by its SHA-256, which the records of the
/// hand-outs have.
/// </summary>
internal sealed class EventManifestRow
{
    public required Guid AccountId { get; init; }

    /// <summary>SHA-256 of <see cref="Entries"/>.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>A JSON object: each variable with the secret and version it came from; never a value.</summary>
    public required string Entries { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

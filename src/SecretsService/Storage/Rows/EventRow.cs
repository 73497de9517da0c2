namespace SecretsService.Storage.Rows;

/// <summary>One audit record. It is written in the transaction of what it records, and never changed.</summary>
internal sealed class EventRow
{
    public required Guid AccountId { get; init; }

    public required Guid Id { get; init; }

    /// <summary>What was done, for example <c>secret.revealed</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The API key or deployment token that did it. No foreign key: the record outlives either.</summary>
    public required Guid ActorId { get; init; }

    /// <summary>The API key's name at that time.</summary>
    public required string ActorName { get; init; }

    public required string ResourceType { get; init; }

    /// <summary>The resource's id; null for one that goes by a key.</summary>
    public required Guid? ResourceId { get; init; }

    /// <summary>Names and versions as a JSON object; never a value.</summary>
    public required string Context { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}

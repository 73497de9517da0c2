using System.Text.Json;

namespace SecretsService.Contracts;

/// <summary>Something that was done, or was refused, as the audit trail has it.</summary>
public sealed record AuditEvent
{
    /// <summary>The event's id (UUID).</summary>
    public required Guid Id { get; init; }

    /// <summary>The event's place in the account's trail, which counts from 1 without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>What was done, for example <c>secret.created</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Who did it; null where the service did it by itself.</summary>
    public required EventActor? Actor { get; init; }

    /// <summary>To what.</summary>
    public required EventResource Resource { get; init; }

    /// <summary>The resource's type, once more: what clients of other services look at.</summary>
    public required string ModelType { get; init; }

    /// <summary>The resource's id, once more.</summary>
    public required Guid? ModelId { get; init; }

    /// <summary>Names and versions: what depends on the event. Never a value.</summary>
    public required JsonElement Context { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}

/// <summary>Who did something.</summary>
public sealed record EventActor
{
    /// <summary><c>api_key</c>, <c>deployment_token</c>, or <c>anonymous</c> for whoever sent no key that there is.</summary>
    public required string Type { get; init; }

    /// <summary>The key's or token's id; null for <c>anonymous</c>.</summary>
    public required Guid? Id { get; init; }

    /// <summary>Its name at that time.</summary>
    public required string Name { get; init; }

    /// <summary>The address that the request came from; empty where it is not known.</summary>
    public required string Ip { get; init; }

    /// <summary>The name, once more: what clients of other services look at.</summary>
    public required string TokenName { get; init; }
}

/// <summary>What something was done to.</summary>
public sealed record EventResource
{
    /// <summary>The kind of resource, for example <c>secret</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Its id; null where the context names it.</summary>
    public required Guid? Id { get; init; }
}

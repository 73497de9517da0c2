namespace SecretsService.Contracts;

/// <summary>Whom the service takes the bearer of this key for.</summary>
public sealed record WhoAmI
{
    /// <summary>The account that the key belongs to.</summary>
    public required NamedResource Account { get; init; }

    /// <summary>The key itself, without its token.</summary>
    public required NamedResource ApiKey { get; init; }

    /// <summary>What the key may do.</summary>
    public required IReadOnlyList<string> Abilities { get; init; }

    /// <summary>The ids of the only sites that it can see and touch anything of; empty where it is restricted to nothing.</summary>
    public required IReadOnlyList<Guid> Sites { get; init; }

    /// <summary>The ids of the only environments of those sites; empty for any.</summary>
    public required IReadOnlyList<Guid> Environments { get; init; }

    /// <summary>The ids of the only apps of those sites; empty for any.</summary>
    public required IReadOnlyList<Guid> Apps { get; init; }

    /// <summary>From when on the key is not accepted, in UTC; null where it does not expire.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A resource by its id and its name.</summary>
public sealed record NamedResource
{
    /// <summary>The resource's id (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The resource's name for people.</summary>
    public required string Name { get; init; }
}

/// <summary>The answer to a ping.</summary>
public sealed record Pong
{
    /// <summary>Always <c>pong</c>.</summary>
    public string Ping { get; init; } = "pong";
}

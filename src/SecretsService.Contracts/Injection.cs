using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>The merged map of a target: the environment variables that a deployment of it gets.</summary>
public sealed record MergedMap
{
    /// <summary>The variables: the key, with the prefix that was asked for, and its one value. Sorted by key.</summary>
    public required IReadOnlyDictionary<string, string> Data { get; init; }

    /// <summary>What the map was made from.</summary>
    public required MergedMapMeta Meta { get; init; }

    /// <summary>What was done, in a sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>The status of the HTTP answer, repeated.</summary>
    public required int HttpStatus { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(MergedMap)} {{ {Meta.Count} values }}";
}

/// <summary>What a merged map was made from, and what is not in it.</summary>
public sealed record MergedMapMeta
{
    /// <summary>The account's revision that the map shows. Every change within the account adds to it.</summary>
    public required long Revision { get; init; }

    /// <summary>The number of variables.</summary>
    public required int Count { get; init; }

    /// <summary>The slug of the site; null for a target without one.</summary>
    public required string? Site { get; init; }

    /// <summary>The slug of the environment; null for a target without a site.</summary>
    public required string? Environment { get; init; }

    /// <summary>The environment's type, or the one that was asked for; null for a target without a site where none was.</summary>
    public required string? EnvironmentType { get; init; }

    /// <summary>The slug of the app; absent where none was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? App { get; init; }

    /// <summary>The deployment that the map was frozen for; absent for the map as it is now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? DeploymentId { get; init; }

    /// <summary>The variables that are left out because the value that decides has expired, sorted. No broader value takes its place.</summary>
    public required IReadOnlyList<string> Expired { get; init; }

    /// <summary>The variables that are left out because a tombstone withholds them from the target, sorted.</summary>
    public required IReadOnlyList<string> Withheld { get; init; }

    /// <summary>What the reader should know, for example of a key that was left out because it is reserved.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Where each variable comes from, by its key as <c>data</c> has it; absent unless <c>sources=true</c> was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, VariableSource>? Sources { get; init; }
}

/// <summary>Where a variable of a merged map comes from.</summary>
public sealed record VariableSource
{
    /// <summary>The secret; null where the API key is restricted and may not see it.</summary>
    public required Guid? SecretId { get; init; }

    /// <summary>Where the secret applies.</summary>
    public required SecretScopeInfo Scope { get; init; }

    /// <summary>The version that has the value.</summary>
    public required int Version { get; init; }
}

namespace SecretsService.Contracts;

/// <summary>The merged map of a target: the environment variables that a deployment of it gets.</summary>
public sealed record MergedMap
{
    /// <summary>The variables: the key and its one value. Sorted by key.</summary>
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

/// <summary>What a merged map was made from.</summary>
public sealed record MergedMapMeta
{
    /// <summary>The account's revision that the map shows. Every change within the account adds to it.</summary>
    public required long Revision { get; init; }

    /// <summary>The number of variables.</summary>
    public required int Count { get; init; }

    /// <summary>The slug of the site.</summary>
    public required string Site { get; init; }

    /// <summary>The slug of the environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The environment's type.</summary>
    public required string EnvironmentType { get; init; }

    /// <summary>What the reader should know, for example of a key that was left out because it is reserved.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Scopes;

namespace SecretsService.Secrets;

/// <summary>
/// A secret with its current version, as the database gives it for showing. The sealed value is there for a plain variable only: of a secret
/// the query does not select it.
/// </summary>
internal sealed record StoredSecret
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required bool IsSecret { get; init; }

    public required Guid? SiteId { get; init; }

    public required Guid? AppId { get; init; }

    public required string? EnvironmentType { get; init; }

    public required Guid? EnvironmentId { get; init; }

    public required string? Site { get; init; }

    public required string? App { get; init; }

    public required string? Environment { get; init; }

    public required int Version { get; init; }

    public required string? Fingerprint { get; init; }

    public required bool LooksPrivate { get; init; }

    /// <summary>True where the current value has a line break.</summary>
    public required bool HasLineBreak { get; init; }

    /// <summary>How many bytes the sealed value takes; null for a tombstone.</summary>
    public required int? SealedBytes { get; init; }

    /// <summary>The variables that its fields give; null where it gives one under its own name.</summary>
    public required IReadOnlyList<string>? Variables { get; init; }

    public required string? Description { get; init; }

    public required string? SecretType { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required bool IsPinned { get; init; }

    public required bool IsWithheld { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The name that the current version was sealed under.</summary>
    public required string? SealedName { get; init; }

    /// <summary>The data encryption key of the current version.</summary>
    public required Guid? DataKeyId { get; init; }

    /// <summary>The sealed value of a plain variable; null of a secret.</summary>
    public required byte[]? SealedPlain { get; init; }

    /// <summary>Where it applies.</summary>
    public SecretScope Scope => SecretScope.Of(SiteId, AppId, EnvironmentType, EnvironmentId);

    /// <summary>Where it applies, for people.</summary>
    public SecretScopeInfo Where => ScopeWords.InfoOf(Site, App, EnvironmentType, Environment);

    /// <summary>The value of a plain variable, to be opened.</summary>
    public StoredValue? PlainValue => SealedPlain is null
        ? null
        : new StoredValue(Id, Version, Scope.StorageKey, Name, SealedName!, ValueKind.Plain, DataKeyId!.Value, SealedPlain);
}

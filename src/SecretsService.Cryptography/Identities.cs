namespace SecretsService.Cryptography;

/// <summary>What a sealed value is, which it is bound to: one kind never opens as another.</summary>
public enum ValueKind
{
    /// <summary>A secret's value, which is only handed to who may have it.</summary>
    Secret,

    /// <summary>
    /// A plain variable's value, which lists show. That it is bound to its kind is what keeps a secret from being shown by whoever can write
    /// to the database and calls it plain.
    /// </summary>
    Plain,

    /// <summary>An answer that is kept to be repeated.</summary>
    Answer,
}

/// <summary>
/// What a sealed value is bound to: it opens for this very account, secret, version, scope and name, and for no other. Build it from the row
/// being read.
/// </summary>
/// <param name="AccountId">The account that the secret belongs to.</param>
/// <param name="SecretId">The secret.</param>
/// <param name="Version">The version of the secret that has this value.</param>
/// <param name="Scope">
/// The secret's scope as one text, compared byte for byte as UTF-8: <c>global</c>, say, or <c>site:&lt;uuid&gt;/environment:&lt;uuid&gt;</c>.
/// It has no meaning here; that no two scopes are written as the same text is the caller's to ensure. Of any length, but not
/// <see langword="null"/>, and without surrogates that lack their pair.
/// </param>
/// <param name="Name">
/// The secret's name, compared byte for byte as UTF-8: neither case nor Unicode normalisation is changed. Of any length, but not
/// <see langword="null"/>, and without surrogates that lack their pair.
/// </param>
public readonly record struct ValueIdentity(Guid AccountId, Guid SecretId, int Version, string Scope, string Name)
{
    /// <summary>What it is: a secret unless said otherwise.</summary>
    public ValueKind Kind { get; init; }
}

/// <summary>
/// What a wrapped key is bound to, beside its purpose (encryption of values or fingerprints) and the key encryption key's id: it unwraps for
/// this very account and key id, and for no other.
/// </summary>
/// <param name="AccountId">The account that the key belongs to.</param>
/// <param name="KeyId">The key's own id.</param>
public readonly record struct KeyIdentity(Guid AccountId, Guid KeyId);

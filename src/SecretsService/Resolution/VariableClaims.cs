using System.Text;
using SecretsService.Contracts;
using SecretsService.Scopes;
using SecretsService.Secrets;

namespace SecretsService.Resolution;

/// <summary>A secret within the resolution of a target, with its value or without.</summary>
internal interface ISecretSource : ICandidate
{
    /// <summary>True for a tombstone, which gives nothing.</summary>
    bool IsWithheld { get; }

    /// <summary>From when on it gives nothing.</summary>
    DateTimeOffset? ExpiresAt { get; }

    /// <summary>True where it gives a variable for each field of its value, rather than one under its own name.</summary>
    bool GivesFields { get; }
}

/// <summary>
/// A variable that the secret which decides its own name asks to give. Those of two secrets may be the same: the field <c>host</c> of
/// <c>SMTP</c>, and <c>SMTP_HOST</c>.
/// </summary>
/// <param name="Name">The variable.</param>
/// <param name="Field">The field of the secret's value that gives it; null where the whole value does.</param>
/// <param name="Secret">The secret.</param>
internal sealed record VariableClaim<TSecret>(string Name, string? Field, TSecret Secret) : ICandidate
    where TSecret : class, ISecretSource
{
    public SecretScope Scope => Secret.Scope;

    public bool IsPinned => Secret.IsPinned;

    /// <summary>The value of the field, where one gives the variable and the value has been opened.</summary>
    public string? Text { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Name);
        return true;
    }
}

/// <summary>
/// The second stage of resolution: names have been decided, and the variables that the deciding secrets give are decided by the same rule.
/// </summary>
internal static class VariableClaims
{
    /// <summary>Picks the one claim that decides each variable.</summary>
    /// <returns>One claim for each variable, sorted by its name (ordinal).</returns>
    public static IReadOnlyList<VariableClaim<TSecret>> Resolve<TSecret>(IEnumerable<VariableClaim<TSecret>> claims, Target target)
        where TSecret : class, ISecretSource =>
        Precedence.Resolve(Ordered(claims), target);

    /// <summary>Puts the claims on one variable in the order in which they decide.</summary>
    public static IReadOnlyList<VariableClaim<TSecret>> Rank<TSecret>(IEnumerable<VariableClaim<TSecret>> claims, Target target)
        where TSecret : class, ISecretSource =>
        Precedence.Rank(Ordered(claims), target);

    /// <summary>What a variable comes to, by the secret that decides it.</summary>
    public static ResolvedState StateOf<TSecret>(this VariableClaim<TSecret> claim, ReservedNames reserved, DateTimeOffset now)
        where TSecret : class, ISecretSource =>
        reserved.Contains(claim.Name) || claim.IsOfProcess() ? ResolvedState.Reserved
        : claim.Secret.IsWithheld ? ResolvedState.Withheld
        : claim.Secret.IsExpired(now) ? ResolvedState.Expired
        : ResolvedState.Injected;

    /// <summary>
    /// True for a variable that changes what the process itself loads or runs and that nobody has named as such: a secret's name and a field's have
    /// met in it. It is left out as a reserved one is.
    /// </summary>
    public static bool IsOfProcess<TSecret>(this VariableClaim<TSecret> claim)
        where TSecret : class, ISecretSource =>
        claim.Field is not null && ProcessNames.Contains(claim.Name);

    /// <summary>True from the very instant of its expiry on.</summary>
    public static bool IsExpired(this ISecretSource secret, DateTimeOffset now) => secret.ExpiresAt <= now;

    /// <summary>Says of each variable that two secrets would give which of them does: nobody means that to happen. A tombstone means it.</summary>
    public static IEnumerable<string> Collisions<TSecret>(IEnumerable<VariableClaim<TSecret>> claims, MapOrigin origin)
        where TSecret : class, ISecretSource =>
        claims.Where(c => !c.Secret.IsWithheld)
            .GroupBy(c => c.Name, StringComparer.Ordinal)
            .Where(variable => variable.Skip(1).Any())
            .OrderBy(variable => variable.Key, StringComparer.Ordinal)
            .Select(variable => Explain(Rank(variable, origin.Target), origin));

    private static string Explain<TSecret>(IReadOnlyList<VariableClaim<TSecret>> ranked, MapOrigin origin)
        where TSecret : class, ISecretSource
    {
        var (winner, second) = (ranked[0], ranked[1]);
        var why = winner.IsPinned && !second.IsPinned ? "is pinned"
            : winner.Scope.Rung > second.Scope.Rung ? "applies more narrowly"
            : winner.Scope.Rung < second.Scope.Rung ? "is pinned more broadly"
            : "comes first, both being of one scope";
        return $"{winner.Name} is given by {string.Join(" and by ", ranked.Select(c => Name(c, origin)))}: the value of {Name(winner with { Field = null }, origin)} counts, because it {why}. "
            + "Rename one of them.";
    }

    private static string Name<TSecret>(VariableClaim<TSecret> claim, MapOrigin origin)
        where TSecret : class, ISecretSource =>
        !origin.Sees(claim.Scope.Rung) ? ExplanationWords.HiddenSecret
        : claim.Field is { } field ? $"{claim.Secret.Name} (field {field})"
        : claim.Secret.Name;

    // Two secrets of one scope may claim one variable, which precedence has no answer for: whole values then go before fields, and by name.
    private static IEnumerable<VariableClaim<TSecret>> Ordered<TSecret>(IEnumerable<VariableClaim<TSecret>> claims)
        where TSecret : class, ISecretSource =>
        claims.OrderBy(c => c.Field is not null).ThenBy(c => c.Secret.Name, StringComparer.Ordinal);
}

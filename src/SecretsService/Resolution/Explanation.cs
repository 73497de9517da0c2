using SecretsService.Contracts;
using SecretsService.Scopes;
using SecretsService.Secrets;
using Claim = SecretsService.Resolution.VariableClaim<SecretsService.Resolution.SecretSource>;

namespace SecretsService.Resolution;

/// <summary>
/// Why a target gets the values that it gets. The rule itself is <see cref="Precedence"/>'s, in the same two stages as the merged map's; here
/// stands only what there is to say about it.
/// </summary>
internal sealed class Explanation
{
    private readonly ILookup<string, SecretSource> _living;
    private readonly ILookup<string, SecretSource> _deleted;
    private readonly List<Claim> _claims;
    private readonly Dictionary<string, Claim> _deciding;
    private readonly ReservedNames _reserved;
    private readonly DateTimeOffset _now;

    /// <summary>Resolves what a snapshot has.</summary>
    /// <param name="origin">The target.</param>
    /// <param name="sources">The secrets of its scopes, deleted or not.</param>
    /// <param name="reserved">The names that no secret may give.</param>
    /// <param name="now">The time.</param>
    public Explanation(MapOrigin origin, IReadOnlyList<SecretSource> sources, ReservedNames reserved, DateTimeOffset now)
    {
        Origin = origin;
        _reserved = reserved;
        _now = now;
        _living = sources.Where(s => s.DeletedAt is null).ToLookup(s => s.Name, StringComparer.Ordinal);
        _deleted = sources.Where(s => s.DeletedAt is not null)
            .OrderByDescending(s => s.Scope.Rung).ThenByDescending(s => s.DeletedAt)
            .ToLookup(s => s.Name, StringComparer.Ordinal);
        _claims = [.. Precedence.Resolve(_living.SelectMany(s => s), origin.Target).SelectMany(s => s.Claims())];
        _deciding = VariableClaims.Resolve(_claims, origin.Target).ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    public MapOrigin Origin { get; }

    /// <summary>Explains every key that a secret in reach has or had, sorted.</summary>
    public IReadOnlyList<ResolvedKey> All() =>
        [.. _living.Concat(_deleted).Where(s => s.Any(Sees)).Select(s => s.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Of)];

    /// <summary>
    /// Explains one key to the one who asks. Where nothing in reach has it, the answer is the same whether it exists or not.
    /// </summary>
    public ResolvedKey Shown(string key)
    {
        var isKnown = Origin.Reach.IsWhole || _living[key].Concat(_deleted[key]).Any(Sees) || _claims.Exists(c => c.Name == key && Sees(c.Secret));
        return isKnown ? OfWithScopes(key) : new ResolvedKey
        {
            Key = key,
            State = ResolvedState.Absent,
            Reason = ExplanationWords.OfHidden,
            Variables = [],
            Shadowed = [],
            Deleted = [],
            Scopes = ScopesWith(_ => ResolvedHolding.Nothing),
        };
    }

    /// <summary>The type of the secret that decides a key, in reach or not; null where it has none.</summary>
    public string? TypeOf(string key) =>
        Precedence.Rank(_living[key], Origin.Target) is [{ GivesFields: true } whole, ..] ? whole.SecretType
        : ContendersFor(key) is [var winner, ..] ? winner.Secret.SecretType
        : null;

    /// <summary>
    /// Explains one key as it truly is, with every place that was looked at: a deployment is checked by what is there. Its words name nothing that is out of
    /// reach.
    /// </summary>
    public ResolvedKey OfWithScopes(string key) => Of(key) with { Scopes = ScopesWith(scope => HoldingOf(key, scope)) };

    // A scope out of reach says the same of every key.
    private IReadOnlyList<ResolvedScope> ScopesWith(Func<SecretScope, ResolvedHolding> holding) =>
    [
        .. Origin.Target.Scopes().OrderByDescending(s => s.Rung).Select(s => new ResolvedScope
        {
            Scope = Origin.Show(s),
            Rung = SecretSource.NumberOf(s),
            Has = Origin.Sees(s.Rung) ? holding(s) : ResolvedHolding.Hidden,
        }),
    ];

    private bool Sees(SecretSource source) => Origin.Sees(source.Scope.Rung);

    private ResolvedKey Of(string key)
    {
        var ranked = Precedence.Rank(_living[key], Origin.Target);
        return ranked.Count > 0 && ranked[0].GivesFields ? OfFields(key, ranked)
            : ContendersFor(key) is [_, ..] contenders ? OfVariable(key, contenders)
            : Without(key);
    }

    // A secret that gives a variable for each field, and none of its own name.
    private ResolvedKey OfFields(string key, IReadOnlyList<SecretSource> ranked)
    {
        var claims = ranked[0].Claims().ToList();
        var given = claims.Where(c => IsDeciding(c) && StateOf(c) == ResolvedState.Injected).Select(c => c.Name).ToList();
        var leftOut = claims.FindAll(c => StateOf(c) == ResolvedState.Reserved);
        var state = ranked[0].IsExpired(_now) ? ResolvedState.Expired
            : given.Count == 0 && leftOut.Count > 0 ? ResolvedState.Reserved
            : ResolvedState.Injected;
        var explained = state == ResolvedState.Reserved ? leftOut[0] : new Claim(key, Field: null, ranked[0]);
        var others = claims.Where(c => !IsDeciding(c) && Sees(c.Secret)).Select(c => _deciding[c.Name]);
        return new ResolvedKey
        {
            Key = key,
            State = state,
            Reason = ExplanationWords.OfWinner(explained, ranked.Count - 1, state, Origin)
                + ExplanationWords.OfLostFields(others, Origin)
                + ExplanationWords.OfLeftOutFields(state == ResolvedState.Reserved || !Sees(ranked[0]) ? [] : leftOut),
            Variables = Sees(ranked[0]) ? given : [],
            Winner = ranked[0].Show(Origin, _now, sameValue: null),
            Shadowed = [.. ranked.Skip(1).Select(s => s.Show(Origin, _now, SameValue(s, ranked[0])))],
            Deleted = DeletedOf(key),
        };
    }

    // A variable, which one secret gives under its own name or as a field.
    private ResolvedKey OfVariable(string key, IReadOnlyList<Claim> contenders)
    {
        var winner = contenders[0];
        var state = StateOf(winner);
        return new ResolvedKey
        {
            Key = key,
            State = state,
            Reason = ExplanationWords.OfWinner(winner, contenders.Count - 1, state, Origin),
            Variables = state == ResolvedState.Injected ? [key] : [],
            Winner = winner.Secret.Show(Origin, _now, sameValue: null),
            Shadowed = [.. contenders.Skip(1).Select(c => c.Secret.Show(
                Origin, _now, c.Field is null && winner.Field is null ? SameValue(c.Secret, winner.Secret) : null))],
            Deleted = DeletedOf(key),
        };
    }

    private ResolvedKey Without(string key)
    {
        var isDeleted = _deleted[key].Any();
        var twin = _living.Where(s => s.Any(Sees)).Select(s => s.Key).FirstOrDefault(n => n.Equals(key, StringComparison.OrdinalIgnoreCase));
        return new ResolvedKey
        {
            Key = key,
            State = isDeleted ? ResolvedState.Deleted : _reserved.Contains(key) ? ResolvedState.Reserved : ResolvedState.Absent,
            Reason = isDeleted ? ExplanationWords.OfDeleted(_deleted[key].First(), Origin)
                : _reserved.Contains(key) ? ExplanationWords.Reserved
                : ExplanationWords.OfAbsent(Origin.Target.Scopes().Count(), twin),
            Variables = [],
            Shadowed = [],
            Deleted = DeletedOf(key),
        };
    }

    // All that has the name, and the fields that other deciding secrets would give under it: the order of both is one, so that the first is who
    // decides in two stages, too.
    private IReadOnlyList<Claim> ContendersFor(string key) => VariableClaims.Rank(
        _living[key].Where(s => !s.GivesFields).Select(s => new Claim(key, Field: null, s))
            .Concat(_claims.Where(c => c.Field is not null && c.Name == key)),
        Origin.Target);

    private ResolvedHolding HoldingOf(string key, SecretScope scope)
    {
        var holder = _living[key].FirstOrDefault(s => s.Scope == scope)
            ?? _claims.Find(c => c.Name == key && c.Scope == scope)?.Secret;
        return holder is null ? _deleted[key].Any(s => s.Scope == scope) ? ResolvedHolding.Deleted : ResolvedHolding.Nothing
            : holder.IsWithheld ? ResolvedHolding.Withheld
            : holder.IsExpired(_now) ? ResolvedHolding.Expired
            : ResolvedHolding.Value;
    }

    private ResolvedState StateOf(Claim claim) => claim.StateOf(_reserved, _now);

    private bool IsDeciding(Claim claim) => _deciding[claim.Name] == claim;

    private List<ResolvedSource> DeletedOf(string key) => [.. _deleted[key].Where(Sees).Select(s => s.Show(Origin, _now, sameValue: null))];

    private static bool? SameValue(SecretSource shadowed, SecretSource winner) =>
        shadowed.Fingerprint is null || winner.Fingerprint is null ? null : shadowed.Fingerprint == winner.Fingerprint;
}

namespace SecretsService.Scopes;

/// <summary>Something that may give a target a variable.</summary>
internal interface ICandidate
{
    /// <summary>The name. Names that differ in case are different variables.</summary>
    string Name { get; }

    /// <summary>Where it applies.</summary>
    SecretScope Scope { get; }

    /// <summary>True where no narrower scope may override it.</summary>
    bool IsPinned { get; }
}

/// <summary>
/// The rule that decides which value a target gets. It stands here and nowhere else: every reader of merged values asks these functions, which
/// look at their arguments only.
/// </summary>
internal static class Precedence
{
    /// <summary>Picks, for each name that the target may get, the one candidate that decides.</summary>
    /// <param name="candidates">Candidates of one account in any order, at most one for each scope and name. Those of other targets are passed over.</param>
    /// <param name="target">What the values are for.</param>
    /// <returns>One candidate for each name, sorted by name (ordinal).</returns>
    public static IReadOnlyList<TCandidate> Resolve<TCandidate>(IEnumerable<TCandidate> candidates, Target target)
        where TCandidate : class, ICandidate
    {
        var scopes = target.Scopes().ToHashSet();
        var winners = new SortedDictionary<string, TCandidate>(StringComparer.Ordinal);
        foreach (var candidate in candidates.Where(c => scopes.Contains(c.Scope)))
        {
            if (!winners.TryGetValue(candidate.Name, out var best) || Overrides(candidate, best))
            {
                winners[candidate.Name] = candidate;
            }
        }

        return [.. winners.Values];
    }

    /// <summary>Puts the candidates of one name in the order in which they decide: the winner first, then what it shadows.</summary>
    /// <param name="candidates">Candidates of one name, at most one for each scope. Those of other targets are left out.</param>
    /// <param name="target">What the value is for.</param>
    public static IReadOnlyList<TCandidate> Rank<TCandidate>(IEnumerable<TCandidate> candidates, Target target)
        where TCandidate : class, ICandidate
    {
        var scopes = target.Scopes().ToHashSet();
        var ranked = candidates.Where(c => scopes.Contains(c.Scope)).ToList();
        ranked.Sort((one, other) => ReferenceEquals(one, other) ? 0 : Overrides(one, other) ? -1 : 1);
        return ranked;
    }

    // Of pinned ones the broadest decides, for nothing narrower may override it; otherwise the highest rung does.
    private static bool Overrides(ICandidate one, ICandidate other) => (one.IsPinned, other.IsPinned) switch
    {
        (true, true) => one.Scope.Rung < other.Scope.Rung,
        (true, false) => true,
        (false, true) => false,
        (false, false) => one.Scope.Rung > other.Scope.Rung,
    };
}

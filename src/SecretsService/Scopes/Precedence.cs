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
    /// <param name="candidates">
    /// Candidates of one account, at most one for each scope, name and pin: then their order does not matter. Of more, the first stands. Those of
    /// other targets are passed over.
    /// </param>
    /// <param name="target">What the values are for.</param>
    /// <returns>One candidate for each name, sorted by name (ordinal).</returns>
    public static IReadOnlyList<TCandidate> Resolve<TCandidate>(IEnumerable<TCandidate> candidates, Target target)
        where TCandidate : class, ICandidate
    {
        var winners = new SortedDictionary<string, TCandidate>(StringComparer.Ordinal);
        foreach (var candidate in Applicable(candidates, target))
        {
            if (!winners.TryGetValue(candidate.Name, out var best) || Compare(candidate, best) < 0)
            {
                winners[candidate.Name] = candidate;
            }
        }

        return [.. winners.Values];
    }

    /// <summary>Puts the candidates of one name in the order in which they decide: the winner first, then what it shadows.</summary>
    /// <param name="candidates">Candidates of one name, as <see cref="Resolve"/> takes them.</param>
    /// <param name="target">What the value is for.</param>
    public static IReadOnlyList<TCandidate> Rank<TCandidate>(IEnumerable<TCandidate> candidates, Target target)
        where TCandidate : class, ICandidate =>
        [.. Applicable(candidates, target).Order(Comparer<TCandidate>.Create(Compare))];

    private static IEnumerable<TCandidate> Applicable<TCandidate>(IEnumerable<TCandidate> candidates, Target target)
        where TCandidate : class, ICandidate
    {
        var scopes = target.Scopes().ToHashSet();
        return candidates.Where(c => scopes.Contains(c.Scope));
    }

    // Less than zero where the first decides. Pinned ones come before the others, and of them the broadest, for nothing narrower may override
    // it; of the others the highest rung does.
    private static int Compare(ICandidate one, ICandidate other) => (one.IsPinned, other.IsPinned) switch
    {
        (true, true) => one.Scope.Rung.CompareTo(other.Scope.Rung),
        (true, false) => -1,
        (false, true) => 1,
        (false, false) => other.Scope.Rung.CompareTo(one.Scope.Rung),
    };
}

using SecretsService.Secrets;

namespace SecretsService.Resolution;

/// <summary>A secret that may give a target a value.</summary>
internal interface ICandidate
{
    /// <summary>The secret's name. Names that differ in case are different variables.</summary>
    string Name { get; }

    /// <summary>Where the secret applies.</summary>
    SecretScope Scope { get; }
}

/// <summary>
/// The rule that decides which value a target gets. It stands here and nowhere else: every reader of merged values asks this function, which
/// looks at its arguments only.
/// </summary>
internal static class Precedence
{
    /// <summary>Picks, for each name that the target gets, the candidate on the highest rung.</summary>
    /// <param name="candidates">Secrets of one account in any order, at most one for each scope and name. Those of other targets are passed over.</param>
    /// <param name="target">What the values are for.</param>
    /// <returns>One candidate for each name, sorted by name (ordinal).</returns>
    public static IReadOnlyList<TCandidate> Resolve<TCandidate>(IEnumerable<TCandidate> candidates, Target target)
        where TCandidate : class, ICandidate
    {
        var scopes = target.Scopes().ToHashSet();
        var winners = new SortedDictionary<string, TCandidate>(StringComparer.Ordinal);
        foreach (var candidate in candidates.Where(c => scopes.Contains(c.Scope)))
        {
            if (!winners.TryGetValue(candidate.Name, out var best) || candidate.Scope.Rung > best.Scope.Rung)
            {
                winners[candidate.Name] = candidate;
            }
        }

        return [.. winners.Values];
    }
}

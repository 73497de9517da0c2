using Microsoft.EntityFrameworkCore;
using SecretsService.Outcomes;
using SecretsService.Storage;

namespace SecretsService.Sites;

/// <summary>How every store of this folder saves a row.</summary>
internal static class SavingChanges
{
    private static readonly Dictionary<string, Failure> Refusals = new(StringComparer.Ordinal)
    {
        [Constraints.SiteSlug] = Failure.NameTaken("slug", "Another site of this account has this slug. Send another."),
        [Constraints.EnvironmentSlug] = Failure.NameTaken("slug", "Another environment of this site has this slug. Send another."),
        [Constraints.AppSlug] = Failure.NameTaken("slug", "Another app of this site has this slug. Send another."),
        [Constraints.OneProductionEnvironment] = Failure.NameTaken(
            "is_production", "The site has a production environment already. Set is_production to false there first."),
    };

    /// <summary>Saves what was changed and commits it.</summary>
    /// <param name="change">The change that it belongs to.</param>
    /// <param name="db">What tracks the changed row.</param>
    /// <param name="find">Finds the row as answers show it; runs before the commit, so that nobody else's change can come between.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <returns>What was found; a refusal where a sibling stands against it.</returns>
    public static async Task<Outcome<T>> SaveAsync<T>(
        this AccountTransaction change, SecretsDbContext db, Func<Task<Outcome<T>>> find, CancellationToken cancellation)
        where T : notnull
    {
        try
        {
            // What the database lets through stands; asking first would let two requests at once both be told yes.
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (Refusals.TryGetValue(e.BrokenConstraint() ?? "", out var refusal))
        {
            return refusal;
        }

        var saved = await find();
        await change.CommitAsync(cancellation);
        return saved;
    }

    /// <summary>The tags that were sent, or the current ones where none were or they are the same: then the row does not count as changed.</summary>
    public static string[] Or(this IReadOnlyList<string>? sent, string[] current) =>
        sent is null || sent.SequenceEqual(current, StringComparer.Ordinal) ? current : [.. sent];
}

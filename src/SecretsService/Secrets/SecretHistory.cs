using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;

namespace SecretsService.Secrets;

/// <summary>What a secret was before, and the one way to read a value outside of the merged map.</summary>
internal sealed class SecretHistory(SecretsDbContext db, SecretQueries queries, SecretValues values, EventTrail events)
{
    /// <summary>Lists the versions of a secret that are kept, newest first.</summary>
    public async Task<Outcome<Page<SecretVersion>>> ListAsync(
        Caller caller, SecretMetadata secret, PageRequest page, CancellationToken cancellation) =>
        await db.SecretVersions.Where(v => v.AccountId == caller.AccountId && v.SecretId == secret.Id)
            .OrderByDescending(v => v.Version)
            .Select(v => new SecretVersion
            {
                Version = v.Version,
                Key = v.Name,
                Fingerprint = v.Fingerprint,
                Origin = (SecretVersionOrigin)v.Origin,
                CreatedAt = v.CreatedAt,
                CreatedBy = v.CreatedBy,
            })
            .ToPageAsync(page, cancellation);

    /// <summary>Opens the value of a version. The audit record commits before the value leaves; where it cannot be written, none does.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="target">The secret.</param>
    /// <param name="version">The version; null for the current one.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<RevealedSecret>> RevealAsync(
        Caller caller, SecretMetadata target, int? version, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (await queries.Living(caller).AsNoTracking().SingleOrDefaultAsync(s => s.Id == target.Id, cancellation) is not { } secret)
        {
            return SecretNouns.NotFound(target.Scope);
        }

        var revealed = await values.RevealAsync(caller, secret, version, cancellation);
        if (!revealed.Succeeded(out var value, out _))
        {
            return revealed;
        }

        await events.AppendAsync(
            caller,
            EventNames.SecretRevealed,
            EventSubject.Of(secret),
            new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = value.Key, ["version"] = value.Version },
            cancellation);
        await db.SaveChangesAsync(cancellation);
        await change.CommitAsIsAsync(cancellation);
        return revealed;
    }
}

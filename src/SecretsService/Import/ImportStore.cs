using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Import;

/// <summary>Brings the secrets of one scope to what a file says, all of it or nothing, in one transaction.</summary>
internal sealed class ImportStore(
    SecretsDbContext db,
    ImportPlanner planner,
    SecretValues values,
    PlacementRules placements,
    Dependents dependents,
    EventTrail events,
    IOptions<SecretOptions> options,
    TimeProvider clock)
{
    private static readonly Failure PlanHasChanged = Failure.PreconditionFailed(
        "The plan is another one now: the secrets or the file have changed since the dry run. Make it again, and send its plan_hash.");

    private static readonly Failure WouldEmpty = Failure.Invalid(
        ImportRequest.Mode.Name, "The file has no key, so replace would delete every secret of the scope. Send force=true if that is what you want.");

    /// <summary>Imports a file.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="file">The file.</param>
    /// <param name="how">What is to become of keys that it does not have, and whether it is only to be looked at.</param>
    /// <param name="ifMatch">The plan that is to be applied, where the caller says so.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The plan; or everything that stands against it, by line or key.</returns>
    public async Task<Outcome<ImportPlan>> ImportAsync(
        Caller caller, SecretScope scope, ImportFile file, ImportManner how, IfMatch ifMatch, CancellationToken cancellation)
    {
        if (file.Entries.Count == 0 && how.Replaces && !how.IsForced)
        {
            return WouldEmpty;
        }

        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var planning = await planner.PlanAsync(caller, scope, file, how, cancellation);
        if (!planning.Succeeded(out var plan, out var failure)
            || (failure = await CheckAsync(caller, plan, how, cancellation)) is not null)
        {
            return failure;
        }

        if (ifMatch.Refuses(() => EntityTags.OfDigest(plan.Hash), PlanHasChanged) is { } lost)
        {
            return lost;
        }

        if (!how.IsDryRun && plan.ChangesSomething)
        {
            await ApplyAsync(caller, scope, plan, cancellation);
            await change.CommitAsync(cancellation);
        }

        return plan.Show(how, file.Warnings);
    }

    private async Task<Failure?> CheckAsync(Caller caller, PlannedImport plan, ImportManner how, CancellationToken cancellation)
    {
        if (plan.CountAfter > options.Value.PerScope)
        {
            return Failure.LimitReached(options.Value.PerScope, plan.CountAfter, "file");
        }

        if (plan.Deleted.Count > 0 && !how.IsForced && await dependents.RefuseAsync(caller, plan.Deleted, cancellation) is { } refusal)
        {
            return refusal;
        }

        // What the plan deletes makes room for what it creates. All of it is undone unless the plan is applied.
        var now = clock.Now();
        foreach (var secret in plan.Deleted)
        {
            secret.DeletedAt = now;
        }

        await db.SaveChangesAsync(cancellation);
        return await placements.CheckAsync(caller, [.. plan.Created.Concat(plan.Updated).Select(p => p.Placement)], cancellation);
    }

    private async Task ApplyAsync(Caller caller, SecretScope scope, PlannedImport plan, CancellationToken cancellation)
    {
        var now = clock.Now();
        foreach (var (secret, value) in plan.Updated.Select(p => (p.Secret, p.Value)))
        {
            secret.Version++;
            secret.Variables = value.Variables;
            secret.UpdatedAt = now;
            secret.UpdatedBy = caller.ApiKeyName;
        }

        db.Secrets.AddRange(plan.Created.Select(p => p.Secret));
        await values.AddVersionsAsync(
            caller, [.. plan.Created.Concat(plan.Updated).Select(p => (p.Secret, p.Value.Text))], VersionOrigin.Import, cancellation);
        var subject = new EventSubject("secret", null) { SiteId = scope.SiteId, EnvironmentId = scope.EnvironmentId, AppId = scope.AppId };
        var context = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["scope"] = scope.StorageKey,
            ["created"] = plan.Created.Select(p => p.Secret.Name),
            ["updated"] = plan.Updated.Select(p => p.Secret.Name),
            ["deleted"] = plan.Deleted.Select(s => s.Name),
            ["versions"] = plan.Created.Concat(plan.Updated).ToDictionary(p => p.Secret.Name, p => p.Secret.Version, StringComparer.Ordinal),
        };
        await events.AppendAsync(caller, EventNames.SecretsImported, subject, context, cancellation);
        await db.SaveChangesAsync(cancellation);
    }
}

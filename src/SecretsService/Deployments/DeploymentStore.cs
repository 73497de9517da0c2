using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>
/// Makes deployments. Each operation is one transaction that holds the account's row locked: nothing that a map is made of can change
/// while it is frozen, of two deployments at once the second sees the first, and what a crash leaves behind is all or nothing.
/// </summary>
internal sealed class DeploymentStore(
    SecretsDbContext db,
    SiteQueries sites,
    DeploymentQueries queries,
    Rollouts rollouts,
    DeploymentCheck check,
    FrozenMap frozenMaps,
    EventTrail events,
    TimeProvider clock)
{
    /// <summary>Freezes the merged map of today for an environment.</summary>
    /// <returns>The deployment, pending; the problems where the check finds any that stand against it.</returns>
    public async Task<Outcome<Deployment>> CreateAsync(
        Caller caller, EnvironmentPath path, CreateDeployment request, bool isConcurrent, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var found = await FindPlaceAsync(caller, path, request.App is { } app ? ResourceReference.Of(app) : null, cancellation);
        if (!found.Succeeded(out var place, out var failure))
        {
            return failure;
        }

        if (!isConcurrent && await rollouts.RefuseBesideAsync(caller, place.EnvironmentId, place.AppId, except: null, cancellation) is { } refusal)
        {
            return refusal;
        }

        var plan = new DeploymentPlan(request.Description) { IncludeUploads = request.IncludeUploads, IncludeDatabase = request.IncludeDatabase };
        var checking = await CheckAsync(caller, place, CheckRequest.Of(request.Target, request.Required), cancellation);
        return await SaveAsync(caller, place, checking, plan, change, cancellation);
    }

    /// <summary>Makes a deployment that goes back to an earlier one of the same environment.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public async Task<Outcome<Deployment>> RollBackAsync(
        Caller caller, EnvironmentPath path, RollbackDeployment request, bool isConcurrent, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await FindPlaceAsync(caller, path, request.App is { } app ? ResourceReference.Of(app) : null, cancellation)).Succeeded(out var place, out var failure)
            || !(await FindEarlierAsync(caller, place, request, cancellation)).Succeeded(out var earlier, out failure))
        {
            return failure;
        }

        if (!(await OfAppAsync(caller, place, earlier.AppId, cancellation)).Succeeded(out place, out failure))
        {
            return failure;
        }

        if (!isConcurrent && await rollouts.RefuseBesideAsync(caller, place.EnvironmentId, place.AppId, except: null, cancellation) is { } refusal)
        {
            return refusal;
        }

        var takesSnapshot = request.Secrets == RollbackSecrets.Snapshot;
        var wanted = CheckRequest.Of(request.Target, request.Required);
        var checking = takesSnapshot
            ? await CheckEarlierAsync(caller, place, earlier, wanted, cancellation)
            : await CheckAsync(caller, place, wanted, cancellation);
        var plan = new DeploymentPlan(request.Description) { GoesBackTo = earlier, TakesSnapshot = takesSnapshot };
        return await SaveAsync(caller, place, checking, plan, change, cancellation);
    }

    private async Task<Outcome<CheckedMap>> CheckAsync(
        Caller caller, DeploymentPlace place, CheckRequest request, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        return await check.RunAsync(caller, place.Target, request, connection, cancellation);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The result owns the map")]
    private async Task<Outcome<CheckedMap>> CheckEarlierAsync(
        Caller caller, DeploymentPlace place, DeploymentRow earlier, CheckRequest request, CancellationToken cancellation) =>
        (await frozenMaps.ThawAsync(caller, earlier, cancellation)).Succeeded(out var variables, out var failure)
            ? await check.RunAsync(caller, variables, request, place, cancellation)
            : failure;

    private async Task<Outcome<Deployment>> SaveAsync(
        Caller caller, DeploymentPlace place, Outcome<CheckedMap> checking, DeploymentPlan plan, AccountTransaction change, CancellationToken cancellation)
    {
        if (!checking.Succeeded(out var map, out var failure))
        {
            return failure;
        }

        using (map)
        {
            if (!map.IsOk)
            {
                return Failure.Invalid(FieldErrors.Of("secrets", map.Problems.Where(p => p.Severity == ProblemSeverity.Error).Select(p => p.Message)));
            }

            var row = await NewRowAsync(caller, place, map, plan, cancellation);
            var variables = FrozenMap.Freeze(caller.AccountId, row.Id, map.Variables);
            row.MapTag = FrozenMap.TagOf(row, variables, map.Variables.TagOf);
            db.Deployments.Add(row);
            db.DeploymentVariables.AddRange(variables);
            await events.AppendAsync(caller, EventNames.DeploymentCreated, row, cancellation);
            await db.SaveChangesAsync(cancellation);
            var saved = await queries.FindAsync(caller, new DeploymentPath(null, row.Id), cancellation);
            await change.CommitAsIsAsync(cancellation);
            return saved;
        }
    }

    private async Task<DeploymentRow> NewRowAsync(
        Caller caller, DeploymentPlace place, CheckedMap map, DeploymentPlan plan, CancellationToken cancellation)
    {
        var now = clock.Now();
        var origin = map.Variables.Origin;
        return new DeploymentRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            Number = await NextNumberAsync(caller, place.EnvironmentId, cancellation),
            SiteId = place.SiteId,
            EnvironmentId = place.EnvironmentId,
            AppId = place.AppId,
            Site = place.Site,
            Environment = place.Environment,
            EnvironmentType = origin.EnvironmentType!,
            App = place.App,
            State = DeploymentState.Pending,
            Revision = origin.Revision,
            TargetProfile = map.Profile?.Name,
            TargetDeploymentId = plan.GoesBackTo?.Id,
            TakesSnapshot = plan.TakesSnapshot,
            Description = plan.Description,
            IncludeUploads = plan.IncludeUploads,
            IncludeDatabase = plan.IncludeDatabase,
            Withheld = [.. map.Variables.Withheld],
            Expired = [.. map.Variables.Expired],
            MapWarnings = [.. map.Variables.Warnings],
            Warnings = [.. map.Problems.Select(p => p.Message)],
            VariableCount = map.Variables.Count,
            MapTag = "",
            CreatedAt = now,
            CreatedBy = caller.ApiKeyName,
            UpdatedAt = now,
        };
    }

    // Counted, not looked up: the last deployment may have been deleted with its app, and its number must not be given a second time.
    private async Task<int> NextNumberAsync(Caller caller, Guid environmentId, CancellationToken cancellation)
    {
        var environment = db.Environments.Where(e => e.AccountId == caller.AccountId && e.Id == environmentId);
        await environment.ExecuteUpdateAsync(set => set.SetProperty(e => e.LastDeploymentNumber, e => e.LastDeploymentNumber + 1), cancellation);
        return await environment.Select(e => e.LastDeploymentNumber).SingleAsync(cancellation);
    }

    private async Task<Outcome<DeploymentRow>> FindEarlierAsync(
        Caller caller, DeploymentPlace place, RollbackDeployment request, CancellationToken cancellation)
    {
        if ((request.TargetDeploymentId ?? request.DeploymentId) is not { } id)
        {
            return await queries.Deployed(caller, place.EnvironmentId, place.AppId).Skip(1).FirstOrDefaultAsync(cancellation) is { } previous
                ? previous
                : Failure.StateConflict("There is no earlier successful deployment to go back to.");
        }

        var field = request.TargetDeploymentId is null ? "deployment_id" : "target_deployment_id";
        var row = await db.Deployments.Within(caller.Reach).SingleOrDefaultAsync(
            d => d.AccountId == caller.AccountId && d.EnvironmentId == place.EnvironmentId && d.Id == id, cancellation);
        return row is null ? Failure.Invalid(field, "The environment has no such deployment. GET .../deployments lists those it has.")
            : row.State != DeploymentState.Deployed ? Failure.Invalid(field, "It was never deployed. Name one whose status is deployed.")
            : request.App is not null && row.AppId != place.AppId ? Failure.Invalid(field, "It is no deployment of that app.")
            : row;
    }

    private async Task<Outcome<DeploymentPlace>> FindPlaceAsync(
        Caller caller, EnvironmentPath path, ResourceReference? app, CancellationToken cancellation)
    {
        if (app is not { } reference)
        {
            return !(await sites.FindEnvironmentAsync(caller, path, cancellation)).Succeeded(out var environment, out var failure) ? failure
                : caller.Reach.RefuseWithoutApp() is { } refusal ? refusal
                : DeploymentPlace.Of(environment, app: null);
        }

        return (await sites.FindAppEnvironmentAsync(caller, path, reference, cancellation)).Succeeded(out var both, out var missing)
            ? DeploymentPlace.Of(both.Environment, both.App)
            : missing;
    }

    // An earlier deployment of an app goes on being one of that app, whatever the app is called today.
    private async Task<Outcome<DeploymentPlace>> OfAppAsync(Caller caller, DeploymentPlace place, Guid? appId, CancellationToken cancellation)
    {
        if (appId == place.AppId)
        {
            return place;
        }

        if (appId is not { } id)
        {
            return place with { AppId = null, App = null };
        }

        return (await sites.FindAppAsync(caller, new AppPath(ResourceReference.To(place.SiteId), ResourceReference.To(id)), cancellation))
            .Succeeded(out var app, out var failure) ? place with { AppId = app.Id, App = app.Slug } : failure;
    }
}

using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Sites;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Reads the deployments of the caller's account that are in reach, without any value.</summary>
internal sealed class DeploymentQueries(SecretsDbContext db, SiteQueries sites)
{
    public static Failure NotFound { get; } = Failure.NotFound("Deployment not found");

    // What a list shows of an output: its last characters. A page of whole ones would be megabytes.
    private const int ListedOutput = 1_024;

    private static readonly Expression<Func<DeploymentRow, Deployment>> AsDeployment = Showing(int.MaxValue);

    private static readonly Expression<Func<DeploymentRow, Deployment>> AsListed = Showing(ListedOutput);

    // The database cuts the output, so that what is not shown is not sent.
    private static Expression<Func<DeploymentRow, Deployment>> Showing(int output) => row => new Deployment
    {
        Id = row.Id,
        Number = row.Number,
        EnvironmentId = row.EnvironmentId,
        Site = row.Site,
        Environment = row.Environment,
        App = row.App,
        Status = (DeploymentStatus)row.State,
        Revision = row.Revision,
        VariableCount = row.VariableCount,
        Target = row.TargetProfile,
        TargetDeploymentId = row.TargetDeploymentId,
        Secrets = row.TakesSnapshot ? RollbackSecrets.Snapshot : RollbackSecrets.Current,
        Description = row.Description,
        IncludeUploads = row.IncludeUploads,
        IncludeDatabase = row.IncludeDatabase,
        Stdout = row.Stdout.Length > output ? row.Stdout.Substring(row.Stdout.Length - output) : row.Stdout,
        Stderr = row.Stderr.Length > output ? row.Stderr.Substring(row.Stderr.Length - output) : row.Stderr,
        Warnings = row.Warnings,
        CreatedAt = row.CreatedAt,
        CreatedBy = row.CreatedBy,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        UpdatedAt = row.UpdatedAt,
    };

    /// <summary>Shows a deployment in short.</summary>
    public static readonly Expression<Func<DeploymentRow, DeploymentSummary>> AsSummary = row => new DeploymentSummary
    {
        Id = row.Id,
        Number = row.Number,
        Revision = row.Revision,
        CreatedAt = row.CreatedAt,
        FinishedAt = row.FinishedAt,
    };

    /// <summary>Lists an environment's deployments, newest first.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="path">The environment.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<Page<Deployment>>> ListAsync(
        Caller caller, EnvironmentPath path, DeploymentFilter filter, PageRequest page, CancellationToken cancellation)
    {
        if (!(await sites.FindEnvironmentAsync(caller, path, cancellation)).Succeeded(out var environment, out var failure))
        {
            return failure;
        }

        var all = db.Deployments.Where(d => d.AccountId == caller.AccountId && d.EnvironmentId == environment.Id).Within(caller.Reach);
        if (filter.App is { } reference)
        {
            var found = await sites.FindAppAsync(caller, new AppPath(ResourceReference.To(environment.SiteId), reference), cancellation);
            if (!found.Succeeded(out var app, out failure))
            {
                return failure;
            }

            all = all.Where(d => d.AppId == app.Id);
        }

        all = filter.State is { } state ? all.Where(d => d.State == state) : all;
        return await all.OrderByDescending(d => d.Number).Select(AsListed).ToPageAsync(page, cancellation);
    }

    /// <summary>Finds the deployment in a request's path, which must be of the path's own environment.</summary>
    public Task<Outcome<Deployment>> FindAsync(Caller caller, HttpContext context, CancellationToken cancellation) =>
        FindAsync(caller, DeploymentPath.Of(context), cancellation);

    /// <inheritdoc cref="FindAsync(Caller, HttpContext, CancellationToken)"/>
    public async Task<Outcome<Deployment>> FindAsync(Caller caller, DeploymentPath path, CancellationToken cancellation) =>
        (await FindRowAsync(caller, path, cancellation)).Succeeded(out var row, out var failure)
            ? await db.Deployments.Where(d => d.AccountId == caller.AccountId && d.Id == row.Id).Select(AsDeployment).SingleAsync(cancellation)
            : failure;

    /// <summary>Finds the row of the deployment in a path. That a deployment token may ask for no other is its policy's to say.</summary>
    public async Task<Outcome<DeploymentRow>> FindRowAsync(Caller caller, DeploymentPath path, CancellationToken cancellation)
    {
        var same = db.Deployments.Where(d => d.AccountId == caller.AccountId && d.Id == path.Id).Within(caller.Reach);
        if (path.Environment is { } environment)
        {
            var found = await sites.FindEnvironmentAsync(caller, environment, cancellation);
            if (!found.Succeeded(out var owner, out var failure))
            {
                return failure;
            }

            same = same.Where(d => d.EnvironmentId == owner.Id);
        }

        return await same.SingleOrDefaultAsync(cancellation) is { } row ? row : NotFound;
    }

    /// <summary>When each of some secrets has expired, of those that have.</summary>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> ExpiriesAsync(
        Caller caller, IReadOnlyCollection<Guid> secrets, DateTimeOffset now, CancellationToken cancellation) =>
        await db.Secrets.Where(s => s.AccountId == caller.AccountId && secrets.Contains(s.Id) && s.ExpiresAt <= now)
            .ToDictionaryAsync(s => s.Id, s => s.ExpiresAt!.Value, cancellation);

    /// <summary>The deployments of an environment, as a whole or of one app, that were deployed: the last one first. It is what runs.</summary>
    public IQueryable<DeploymentRow> Deployed(Caller caller, Guid environmentId, Guid? appId) => db.Deployments
        .Where(d => d.AccountId == caller.AccountId && d.EnvironmentId == environmentId && d.AppId == appId && d.State == DeploymentState.Deployed)
        .OrderByDescending(d => d.FinishedAt).ThenByDescending(d => d.Number);
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;

namespace SecretsService.Deployments;

/// <summary>Reads deployments of the caller's account.</summary>
internal sealed class DeploymentQueries(SecretsDbContext db)
{
    /// <summary>The deployment whose id is in the path.</summary>
    public async Task<Outcome<Deployment>> FindAsync(Caller caller, HttpContext context, CancellationToken cancellation)
    {
        var deployment = Ids.TryParse(context.Request.RouteValues["id"] as string, out var id)
            ? await db.Deployments.Where(d => d.AccountId == caller.AccountId && d.Id == id).Select(d => new Deployment
            {
                Id = d.Id,
                Number = d.Number,
                EnvironmentId = d.EnvironmentId,
                Site = d.Site,
                Environment = d.Environment,
                App = d.App,
                Status = (DeploymentStatus)d.State,
                Revision = d.Revision,
                VariableCount = d.VariableCount,
                Target = d.TargetProfile,
                TargetDeploymentId = d.TargetDeploymentId,
                Secrets = d.TakesSnapshot ? RollbackSecrets.Snapshot : RollbackSecrets.Current,
                Description = d.Description,
                IncludeUploads = d.IncludeUploads,
                IncludeDatabase = d.IncludeDatabase,
                Stdout = d.Stdout,
                Stderr = d.Stderr,
                Warnings = d.Warnings,
                CreatedAt = d.CreatedAt,
                CreatedBy = d.CreatedBy,
                StartedAt = d.StartedAt,
                FinishedAt = d.FinishedAt,
                UpdatedAt = d.UpdatedAt,
            }).SingleOrDefaultAsync(cancellation)
            : null;
        return deployment is null ? Failure.NotFound("Deployment not found") : deployment;
    }
}

/// <summary>Sets up deployments.</summary>
internal static class DeploymentEndpoints
{
    public static void AddDeployments(this IServiceCollection services)
    {
        services.AddScoped<DeploymentQueries>();
        services.AddScoped<DeploymentTokens>();
    }

    public static void MapDeployments(this IEndpointRouteBuilder api) => DeploymentTokenEndpoints.MapToken(api.MapGroup("/deployments/{id}"), "");
}

using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Storage;

namespace SecretsService.Secrets;

/// <summary>Finds the deployments whose frozen maps refer to versions of a secret, and takes it away from them.</summary>
internal sealed class DeployedVersions(SecretsDbContext db)
{
    private const int MostNamed = 20;

    /// <summary>Says which deployments hold a secret, each in a few words: by site and environment, the newest first, and of many the first 20.</summary>
    public async Task<IReadOnlyList<string>> NameHoldersAsync(Caller caller, Guid secretId, CancellationToken cancellation)
    {
        var holders = (
            from variable in db.DeploymentVariables
            where variable.AccountId == caller.AccountId && variable.SecretId == secretId
            join deployment in db.Deployments
                on new { variable.AccountId, Id = variable.DeploymentId } equals new { deployment.AccountId, deployment.Id }
            join environment in db.Environments
                on new { deployment.AccountId, Id = deployment.EnvironmentId } equals new { environment.AccountId, environment.Id }
            select new { Site = environment.Site!.Slug, Environment = environment.Slug, deployment.Number, variable.Version }).Distinct();
        var count = await holders.CountAsync(cancellation);
        var named = await holders.OrderBy(h => h.Site).ThenBy(h => h.Environment).ThenByDescending(h => h.Number).Take(MostNamed).ToListAsync(cancellation);
        return
        [
            .. named.Select(h => $"Deployment {h.Number} of site {h.Site}, environment {h.Environment} holds version {h.Version}"),
            .. count > named.Count ? [$"and {count - named.Count} more"] : Array.Empty<string>(),
        ];
    }

    /// <summary>Lets a secret go from every frozen map that holds it: none of those can be read any more, and they say so.</summary>
    public Task<int> LetGoAsync(Caller caller, Guid secretId, CancellationToken cancellation) => db.DeploymentVariables
        .Where(v => v.AccountId == caller.AccountId && v.SecretId == secretId)
        .ExecuteUpdateAsync(set => set.SetProperty(v => v.SecretId, (Guid?)null), cancellation);
}

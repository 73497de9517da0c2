using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Resolution;

namespace SecretsService.Deployments;

/// <summary>The route that says what the next deployment would change.</summary>
internal static class PendingChangesEndpoints
{
    public static void Map(RouteGroupBuilder group, string suffix) => group
        .MapGet("/pending-changes", async (Caller caller, TargetRequest request, PendingChangesQuery query, CancellationToken cancellation) =>
            Answer.One(await query.FindAsync(caller, request.Target, cancellation), "Pending changes retrieved successfully"))
        .TakesQuery(TargetRequest.AppParameter).RefusesUnknownQuery()
        .Answers<Envelope<PendingChanges>>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.DeploymentRead)
        .Describe(
            "getPendingChanges" + suffix, ApiTags.Deployments, "Shows what the next deployment would change",
            "Compares the merged map of today with that of the last successful deployment, variable by variable: a deployment that failed, or has not ended, "
            + "changes nothing. A value that is the same, from whichever scope, is no change. Keys only, no value is shown.");
}

using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Secrets;

namespace SecretsService.Deployments;

/// <summary>The route that says where a secret runs.</summary>
internal static class SecretDriftEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapGet("/secrets/{id}/drift", async (
            Caller caller, HttpContext context, SecretRouting routing, SecretDriftQuery query, CancellationToken cancellation) =>
            Answer.One(
                (await routing.FindAnywhereAsync(caller, context, evenDeleted: true, cancellation)).Succeeded(out var secret, out var failure)
                    ? Outcome<IReadOnlyList<SecretDrift>>.Of(await query.FindAsync(caller, secret, cancellation))
                    : failure,
                "Deployed versions retrieved successfully"))
        .RefusesUnknownQuery()
        .Answers<Envelope<IReadOnlyList<SecretDrift>>>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretRead)
        .Describe(
            "getSecretDrift", ApiTags.Secrets, "Shows which version of a secret each environment runs with",
            "One entry for each environment, and each app that is deployed alone, whose last successful deployment holds the secret: whether that is the current "
            + "version, and the variables that it gives there. A deleted secret is answered for until it is purged: deployments keep its value.");
}

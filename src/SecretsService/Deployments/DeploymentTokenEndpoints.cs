using Microsoft.AspNetCore.Http.Features;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Deployments;

/// <summary>The route that makes deployment tokens.</summary>
internal static class DeploymentTokenEndpoints
{
    /// <summary>Maps <c>POST .../deployments/{id}/token</c>.</summary>
    /// <param name="deployment">The routes of one deployment: the path ends in <c>/deployments/{id}</c>.</param>
    /// <param name="suffix">What tells the route's id within OpenAPI from those of the same route on other paths.</param>
    public static void MapToken(RouteGroupBuilder deployment, string suffix) => deployment
        .MapPost("/token", async (
            Caller caller, HttpContext context, [OptionalBody] JsonBody<CreateDeploymentToken> body, DeploymentQueries queries, DeploymentTokens tokens,
            CancellationToken cancellation) =>
            Answer.Created(
                (await queries.FindAsync(caller, context, cancellation)).Succeeded(out var found, out var failure)
                    ? await tokens.CreateAsync(caller, found.Id, body.Value, context.Features.GetRequiredFeature<Credential>().ExpiresAt, cancellation)
                    : failure,
                "Deployment token created successfully",
                token => $"/deployments/{token.DeploymentId}/variables"))
        .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"uses": 3, "ttl_seconds": 600}"""), new HandsOutValue())
        .Answers<Envelope<DeploymentToken>>(StatusCodes.Status201Created).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
        .Needs(Ability.DeploymentWrite, Ability.SecretInject)
        .Describe(
            $"createDeploymentToken{suffix}", ApiTags.Deployments, "Makes a token that reads the variables of one deployment",
            "For what is to start with them and should hold no API key: it may send the token to `.../deployments/{id}/variables`, `uses` times and for "
            + "`ttl_seconds`, and nowhere else, where it gets 403. After that the token is unknown, 401. It dies with its deployment, and when the API key's token "
            + "that made it ends, if that is sooner. The token is shown this once; only its hash is stored. A deployment that has failed gets none, 409. An `Idempotency-Key` has no effect here: a token must not be kept, so "
            + "that each request makes a new one.");
}

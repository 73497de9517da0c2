using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Sites;

namespace SecretsService.Deployments;

/// <summary>The routes that check what a deployment would get, without making one.</summary>
internal static class PreflightEndpoints
{
    private const string Note =
        "Every problem at once, and the same ones that `POST .../deployments` refuses: required keys that are missing or withheld, expired and reserved ones, values that do not "
        + "satisfy their type or cannot be opened, and what the target cannot carry. Warnings do not stand against a deployment: optional keys that are missing, values that expire "
        + "soon, and in a `local` environment everything that is missing. No value is shown.";

    public static void Map(RouteGroupBuilder group, string suffix)
    {
        group.MapGet("/preflight", async (Caller caller, HttpContext context, PreflightQuery query, DeploymentCheck check, CancellationToken cancellation) =>
                await AnswerAsync(caller, context, query.Request, check, cancellation))
            .TakesQuery(TargetRequest.AppParameter, PreflightQuery.Target, PreflightQuery.Required).RefusesUnknownQuery()
            .Answers<Envelope<Preflight>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.DeploymentRead)
            .Describe("getPreflight" + suffix, ApiTags.Deployments, "Checks what a deployment would get", Note);

        group.MapPost("/preflight", async (
                Caller caller, HttpContext context, [OptionalBody] JsonBody<RunPreflight> body, DeploymentCheck check, CancellationToken cancellation) =>
                await AnswerAsync(caller, context, body.Value, check, cancellation))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"target": "lambda", "required": ["STRIPE_SECRET_KEY"]}"""), new ChangesNothing())
            .Answers<Envelope<Preflight>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.DeploymentRead)
            .Describe(
                "runPreflight" + suffix, ApiTags.Deployments, "Checks what a deployment would get, for a list of keys",
                Note + " The body may be absent. An `Idempotency-Key` has no effect here: each request is answered by what is there.");
    }

    private static async Task<IResult> AnswerAsync(
        Caller caller, HttpContext context, RunPreflight request, DeploymentCheck check, CancellationToken cancellation)
    {
        var target = new TargetReference(EnvironmentPath.Of(context), request.App is { } app ? ResourceReference.Of(app) : null);
        var checking = await check.RunAsync(caller, target, CheckRequest.Of(request.Target, request.Required), within: null, cancellation);
        using var map = checking.Succeeded(out var found, out var failure) ? found : null;
        return map is null
            ? Answer.Refused(failure!)
            : Answer.One((Outcome<Preflight>)Show(map), p => p.Ok ? "Nothing stands against a deployment" : "A deployment would be refused");
    }

    private static Preflight Show(CheckedMap map) => new()
    {
        Ok = map.IsOk,
        Problems = map.Problems,
        Target = map.Profile?.Name,
        VariableCount = map.Variables.Count,
        SizeBytes = map.Variables.All.Sum(v => v.Name.Length + v.Value.Length),
        Revision = map.Variables.Origin.Revision,
    };
}

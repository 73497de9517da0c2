using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Secrets;

/// <summary>The routes of a secret's versions: list, roll back, reveal.</summary>
internal static class SecretHistoryEndpoints
{
    public static void Map(RouteGroupBuilder item, CollectionPath path, FindSecret find)
    {
        MapVersions(item, path, find);
        MapRollback(item, path, find);
        MapReveal(item, path, find);
    }

    private static void MapVersions(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapGet("/versions", async (
            Caller caller, HttpContext context, PageRequest page, SecretRouting routing, SecretHistory history, CancellationToken cancellation) =>
            Answer.List(
                (await find(routing, caller, context, evenDeleted: false, cancellation)).Succeeded(out var secret, out var failure)
                    ? await history.ListAsync(caller, secret, page, cancellation)
                    : failure,
                page,
                "Versions retrieved successfully"))
        .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
        .Answers<ListEnvelope<SecretVersion>>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretRead)
        .Describe($"list{path.Noun}Versions{path.Suffix}", path.Tag, "Lists the versions of a secret", "Newest first, without values.");

    private static void MapRollback(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapPost("/rollback", async (
            Caller caller, HttpContext context, JsonBody<RollbackSecret> body, IfMatch ifMatch, SecretRouting routing, SecretStore store,
            CancellationToken cancellation) =>
            Answer.Tagged(
                (await find(routing, caller, context, evenDeleted: false, cancellation)).Succeeded(out var target, out var failure)
                    ? await store.RollBackAsync(caller, target, body.Value.Version, ifMatch, cancellation)
                    : failure,
                secret => $"{SecretNouns.Of(secret.Scope)} rolled back successfully",
                SecretTags.Of))
        .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"version": 1}"""))
        .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)
        .Needs(Ability.SecretWrite)
        .Describe(
            $"rollBack{path.Noun}{path.Suffix}", path.Tag, "Takes an older version up again",
            "Adds a version with the value of the older one, under the key of today. Description and expiry stay as they are.");

    private static void MapReveal(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapPost("/reveal", async (
            Caller caller, HttpContext context, [OptionalBody] JsonBody<RevealSecret> body, SecretRouting routing, SecretHistory history,
            CancellationToken cancellation) =>
            Answer.One(
                (await find(routing, caller, context, evenDeleted: false, cancellation)).Succeeded(out var target, out var failure)
                    ? await history.RevealAsync(caller, target, body.Value.Version, cancellation)
                    : failure,
                "Value revealed successfully"))
        .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"version": 1}"""), new HandsOutValue())
        .Answers<Envelope<RevealedSecret>>(StatusCodes.Status200OK).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
        .Needs(Ability.SecretReveal)
        .Describe(
            $"reveal{path.Noun}{path.Suffix}", path.Tag, "Shows a value",
            "The current value, or that of the `version` in the body, which need not be sent. An audit record is written first. An `Idempotency-Key` has no effect here: each time is audited.");
}

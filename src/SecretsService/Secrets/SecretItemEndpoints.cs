using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Secrets;

/// <summary>The routes that show, change, delete and restore one secret.</summary>
internal static class SecretItemEndpoints
{
    private const string ValueNote = "The value of a secret never comes back here; that of a plain variable does.";

    private static readonly BodyExample UpdateExample = new("""{"value": "sk_live_..."}""");

    private static readonly QueryParameter Force = new(
        "force", JsonSchemaType.Boolean, "`true` goes on although a declared requirement would then not be met. Default: `false`.");

    private static readonly QueryParameter ForceDelete = new(
        "force", JsonSchemaType.Boolean,
        "`true` goes on although a declared requirement would then not be met and, with `purge=true`, although deployments hold values of the secret: their "
        + "variables can then not be read any more. Default: `false`.");

    private static readonly QueryParameter Accept = new(
        "force", JsonSchemaType.Boolean, "`true` goes on although the value does not satisfy its type's schema, which has changed since. Default: `false`.");

    private static readonly QueryParameter Purge = new(
        "purge", JsonSchemaType.Boolean, "`true` deletes the secret with all its versions for good, a deleted one too. Default: `false`.");

    public static void Map(RouteGroupBuilder item, CollectionPath path, FindSecret find)
    {
        MapShow(item, path, find);
        MapChange(item, path, find);
        MapDelete(item, path, find);
        MapRestore(item, path, find);
    }

    private static void MapShow(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapGet("", async (Caller caller, HttpContext context, SecretRouting routing, CancellationToken cancellation) =>
            Answer.Tagged(
                await find(routing, caller, context, evenDeleted: false, cancellation),
                secret => $"{SecretNouns.Of(secret.Scope)} retrieved successfully",
                SecretTags.Of))
        .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK)
        .Produces(StatusCodes.Status304NotModified)
        .Refuses(StatusCodes.Status404NotFound)
        .Needs(Ability.SecretRead)
        .Describe($"get{path.Noun}{path.Suffix}", path.Tag, "Shows a secret", "The `ETag` is what `If-Match` takes. " + ValueNote);

    private static void MapChange(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapPut("", async (
            Caller caller, HttpContext context, JsonBody<UpdateSecret> body, Flags flags, IfMatch ifMatch, SecretRouting routing, SecretStore store,
            CancellationToken cancellation) =>
            Answer.Tagged(
                (await find(routing, caller, context, evenDeleted: false, cancellation)).Succeeded(out var target, out var failure)
                    ? await store.UpdateAsync(caller, target, body.Value, flags.Has(Force), ifMatch, cancellation)
                    : failure,
                secret => $"{SecretNouns.Of(secret.Scope)} updated successfully",
                SecretTags.Of))
        .TakesQuery(Force).RefusesUnknownQuery().WithMetadata(UpdateExample)
        .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)
        .Needs(Ability.SecretWrite)
        .Describe(
            $"update{path.Noun}{path.Suffix}", path.Tag, "Changes a secret",
            "Fields that are not sent stay as they are. A new value or a new key adds a version; the value that is there already does not. "
            + ValueNote);

    private static void MapDelete(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapDelete("", async (
            Caller caller, HttpContext context, Flags flags, IfMatch ifMatch, SecretRouting routing, SecretStore store, CancellationToken cancellation) =>
            Answer.One(
                (await find(routing, caller, context, evenDeleted: flags.Has(Purge), cancellation)).Succeeded(out var target, out var failure)
                    ? flags.Has(Purge)
                        ? await store.PurgeAsync(caller, target, flags.Has(ForceDelete), ifMatch, cancellation)
                        : await store.DeleteAsync(caller, target, flags.Has(ForceDelete), ifMatch, cancellation)
                    : failure,
                secret => $"{SecretNouns.Of(secret.Scope)} deleted successfully"))
        .TakesQuery(ForceDelete, Purge).RefusesUnknownQuery()
        .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK)
        .Refuses(
            StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed,
            StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretWrite)
        .Describe(
            $"delete{path.Noun}{path.Suffix}", path.Tag, "Deletes a secret",
            "Answers with the secret as it was. Its key is free at once, and it can be restored for 30 days. Refused with 409 while a declared requirement "
            + "would break, and with `purge=true` while deployments hold values of it: `errors.dependents` names them.");

    private static void MapRestore(RouteGroupBuilder item, CollectionPath path, FindSecret find) => item
        .MapPost("/restore", async (
            Caller caller, HttpContext context, Flags flags, SecretRouting routing, SecretStore store, CancellationToken cancellation) =>
            Answer.Tagged(
                (await find(routing, caller, context, evenDeleted: true, cancellation)).Succeeded(out var target, out var failure)
                    ? await store.RestoreAsync(caller, target, flags.Has(Accept), cancellation)
                    : failure,
                secret => $"{SecretNouns.Of(secret.Scope)} restored successfully",
                SecretTags.Of))
        .TakesQuery(Accept).RefusesUnknownQuery()
        .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretWrite)
        .Describe(
            $"restore{path.Noun}{path.Suffix}", path.Tag, "Undoes a delete",
            "Lists with `deleted=true` show what can be restored. Refused where the key has been taken since. One that is not deleted stays as it is.");
}

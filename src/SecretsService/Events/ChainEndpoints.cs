using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;

namespace SecretsService.Events;

/// <summary>The routes that tell whether the audit trail is whole.</summary>
internal static class ChainEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events/verify", async (Caller caller, ChainVerification verification, CancellationToken cancellation) =>
                Answer.One(
                    (Outcome<EventVerification>)await verification.VerifyAsync(caller.AccountId, cancellation),
                    found => found.Ok ? "The audit trail is whole" : "The audit trail is broken"))
            .RefusesUnknownQuery().ReadsForLong()
            .Answers<Envelope<EventVerification>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.EventRead)
            .NeedsWholeReach()
            .Describe(
                "verifyEvents", ApiTags.Events, "Verifies the audit trail",
                "Follows the whole trail: every record has its place, its hash follows from the record before it, and its tag is the service's. `problem` names the first "
                + "broken record. A trail that was set back as a whole to an earlier state is sound in itself: compare it with a checkpoint that is kept elsewhere. A long "
                + "trail takes a while. Not for a key that is restricted.");

        api.MapGet("/events/checkpoint", async (Caller caller, Checkpoints checkpoints, CancellationToken cancellation) =>
                Answer.One(await checkpoints.IssueAsync(caller.AccountId, cancellation), "Checkpoint issued successfully"))
            .RefusesUnknownQuery()
            .Answers<Envelope<EventCheckpoint>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.EventRead)
            .NeedsWholeReach()
            .Describe(
                "getEventCheckpoint", ApiTags.Events, "Signs how the audit trail stands",
                "Keep the answer where nobody with access to the database can change it. An export of the trail can be compared with it, without the service: "
                + "`--verify-export FILE --checkpoint FILE --public-key BASE64`. Not for a key that is restricted.");
    }
}

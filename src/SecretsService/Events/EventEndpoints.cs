using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Events;

/// <summary>The routes of the audit trail.</summary>
internal static class EventEndpoints
{
    public static void AddEvents(this IServiceCollection services)
    {
        services.AddScoped<EventQueries>();
        services.AddScoped<EventExport>();
        services.AddScoped<ChainVerification>();
        services.AddScoped<Checkpoints>();
        services.AddScoped<VerifyEventsCommand>();
        services.AddSingleton<LongReads>();
    }

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", async (Caller caller, EventFilter filter, PageRequest page, EventQueries queries, CancellationToken cancellation) =>
                Answer.List(await queries.ListAsync(caller, filter, page, cancellation), page, "Events retrieved successfully"))
            .TakesQuery([.. EventFilter.Parameters, QueryParameters.Page, QueryParameters.PerPage]).RefusesUnknownQuery()
            .Answers<ListEnvelope<AuditEvent>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.EventRead)
            .Describe(
                "listEvents", ApiTags.Events, "Lists what was done",
                "Newest first, with everything that was committed before the request. A restricted key gets the events of what it can see. No event has a value.");

        api.MapGet("/events/export", IResult (Caller caller, ExportRange range, EventExport export) => new ExportAnswer(caller, range, export))
            .TakesQuery(ExportRange.FromParameter, ExportRange.ToParameter, ExportRange.AfterParameter).RefusesUnknownQuery()
            .Produces(StatusCodes.Status200OK).WithMetadata(new BareText(EventExport.MediaType)).ReadsForLong()
            .Refuses(StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.EventRead)
            .NeedsWholeReach()
            .Describe(
                "exportEvents", ApiTags.Events, "Exports the trail",
                "One JSON object a line, oldest first: what the first record follows, then the rows of the chain with all that their hashes are made of. A manifest "
                + "(the keys and versions of a map) stands before the first row that names it. Not for restricted keys: a part of a chain proves nothing.");
        ChainEndpoints.Map(api);
    }

    private sealed class ExportAnswer(Caller caller, ExportRange range, EventExport export) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => export.WriteAsync(caller, range, httpContext.Response);
    }
}

using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Sites;

/// <summary>The routes of sites.</summary>
internal static class SiteEndpoints
{
    private const string SiteExample = """{"name": "My shop", "slug": "shop"}""";

    public static void AddSites(this IServiceCollection services)
    {
        services.AddScoped<SiteQueries>();
        services.AddScoped<Losses>();
        services.AddScoped<SiteStore>();
        services.AddScoped<EnvironmentStore>();
        services.AddScoped<AppStore>();
    }

    public static void MapSites(this IEndpointRouteBuilder api)
    {
        MapSiteCollection(api);
        api.MapEnvironments();
        api.MapApps();
    }

    private static void MapSiteCollection(IEndpointRouteBuilder api)
    {
        api.MapGet("/sites", async (Caller caller, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(await queries.ListSitesAsync(caller, page, cancellation), page, "Sites retrieved successfully"))
            .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<Site>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteRead)
            .Describe("listSites", ApiTags.Sites, "Lists sites", "By slug.");

        api.MapPost("/sites", async (Caller caller, JsonBody<CreateSite> body, SiteStore store, CancellationToken cancellation) =>
                Answer.Created(await store.CreateSiteAsync(caller, body.Value, cancellation), "Site created successfully", site => $"/sites/{site.Id}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(SiteExample))
            .Answers<Envelope<Site>>(StatusCodes.Status201Created).ReadsBody()
            .Needs(Ability.SiteWrite)
            .Describe("createSite", ApiTags.Sites, "Creates a site", "The slug is made from the name where none is sent.");

        api.MapGet("/sites/{site}", async (Caller caller, string site, SiteQueries queries, CancellationToken cancellation) =>
                Answer.One(await queries.FindSiteAsync(caller, ResourceReference.Of(site), cancellation), "Site retrieved successfully"))
            .Answers<Envelope<Site>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteRead)
            .Describe("getSite", ApiTags.Sites, "Shows a site", "By id or slug.");

        api.MapPut("/sites/{site}", async (Caller caller, string site, JsonBody<UpdateSite> body, SiteStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.UpdateSiteAsync(caller, ResourceReference.Of(site), body.Value, cancellation), "Site updated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"name": "The shop"}"""))
            .Answers<Envelope<Site>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteWrite)
            .Describe("updateSite", ApiTags.Sites, "Changes a site", "Fields that are not sent stay as they are.");

        api.MapDelete("/sites/{site}", async (Caller caller, string site, Flags flags, SiteStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.DeleteSiteAsync(caller, ResourceReference.Of(site), flags.Has(QueryParameters.Force), cancellation), "Site deleted successfully"))
            .TakesQuery(QueryParameters.Force).RefusesUnknownQuery()
            .Answers<Envelope<Site>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteWrite)
            .Describe(
                "deleteSite", ApiTags.Sites, "Deletes a site",
                "Answers with the site as it was. A site that holds environments, apps or secrets is deleted with them under `force=true` only.");
    }
}

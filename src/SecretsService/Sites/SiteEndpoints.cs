using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Sites;

/// <summary>The routes of sites and environments.</summary>
internal static class SiteEndpoints
{
    private const string SiteExample = """{"name": "My shop", "slug": "shop"}""";
    private const string EnvironmentExample = """{"name": "Production", "slug": "production", "is_production": true}""";

    public static void AddSites(this IServiceCollection services)
    {
        services.AddScoped<SiteQueries>();
        services.AddScoped<SiteStore>();
    }

    public static void MapSites(this IEndpointRouteBuilder api)
    {
        MapSiteCollection(api);
        MapEnvironmentCollections(api);
        MapEnvironment(api.MapGroup("/sites/{site}/environments/{environment}"), "Environment");
        MapEnvironment(api.MapGroup("/environments/{environment}"), "EnvironmentById");
    }

    private static void MapSiteCollection(IEndpointRouteBuilder api)
    {
        api.MapGet("/sites", async (Caller caller, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(await queries.ListSitesAsync(caller, page, cancellation), page, "Sites retrieved successfully"))
            .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<Site>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status422UnprocessableEntity)
            .Describe("listSites", ApiTags.Sites, "Lists sites", "By slug.");

        api.MapPost("/sites", async (Caller caller, JsonBody<CreateSite> body, SiteStore store, CancellationToken cancellation) =>
                Answer.Created(await store.CreateSiteAsync(caller, body.Value, cancellation), "Site created successfully", site => $"/sites/{site.Id}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(SiteExample))
            .Answers<Envelope<Site>>(StatusCodes.Status201Created).ReadsBody()
            .Describe("createSite", ApiTags.Sites, "Creates a site", "The slug is made from the name where none is sent.");

        api.MapGet("/sites/{site}", async (Caller caller, string site, SiteQueries queries, CancellationToken cancellation) =>
                Answer.One(await queries.FindSiteAsync(caller, ResourceReference.Of(site), cancellation), "Site retrieved successfully"))
            .Answers<Envelope<Site>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Describe("getSite", ApiTags.Sites, "Shows a site", "By id or slug.");

        api.MapPut("/sites/{site}", async (Caller caller, string site, JsonBody<UpdateSite> body, SiteStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.UpdateSiteAsync(caller, ResourceReference.Of(site), body.Value, cancellation), "Site updated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"name": "The shop"}"""))
            .Answers<Envelope<Site>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Describe("updateSite", ApiTags.Sites, "Changes a site", "Fields that are not sent stay as they are.");

        api.MapDelete("/sites/{site}", async (Caller caller, string site, ForceFlag force, SiteStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.DeleteSiteAsync(caller, ResourceReference.Of(site), force.IsSet, cancellation), "Site deleted successfully"))
            .TakesQuery(QueryParameters.Force).RefusesUnknownQuery()
            .Answers<Envelope<Site>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Describe(
                "deleteSite", ApiTags.Sites, "Deletes a site",
                "Answers with the site as it was. A site that holds environments or secrets is deleted with them under `force=true` only.");
    }

    private static void MapEnvironmentCollections(IEndpointRouteBuilder api)
    {
        api.MapGet("/sites/{site}/environments", async (
                Caller caller, string site, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(
                    await queries.ListEnvironmentsAsync(caller, ResourceReference.Of(site), page, cancellation),
                    page,
                    "Environments retrieved successfully"))
            .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<SiteEnvironment>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Describe("listEnvironments", ApiTags.Environments, "Lists a site's environments", "By slug.");

        api.MapPost("/sites/{site}/environments", async (
                Caller caller, string site, JsonBody<CreateEnvironment> body, SiteStore store, CancellationToken cancellation) =>
                Answer.Created(
                    await store.CreateEnvironmentAsync(caller, ResourceReference.Of(site), body.Value, cancellation),
                    "Environment created successfully",
                    environment => $"/environments/{environment.Id}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(EnvironmentExample))
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status201Created).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Describe(
                "createEnvironment", ApiTags.Environments, "Creates an environment",
                "The slug is made from the name where none is sent. A site has one production environment at most.");

        api.MapGet("/environments", async (
                Caller caller, HttpContext context, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(
                    context.Request.Query.TryGetValue(EnvironmentFilter.Name, out var site)
                        ? await queries.ListEnvironmentsAsync(caller, ResourceReference.Of(site.ToString()), page, cancellation)
                        : await queries.ListAllEnvironmentsAsync(caller, page, cancellation),
                    page,
                    "Environments retrieved successfully"))
            .TakesQuery(EnvironmentFilter, QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<SiteEnvironment>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Describe("listAllEnvironments", ApiTags.Environments, "Lists the environments of all sites", "By the site's slug and their own.");
    }

    private static readonly QueryParameter EnvironmentFilter =
        new("site", Microsoft.OpenApi.JsonSchemaType.String, "The id or slug of a site: only its environments.");

    private static void MapEnvironment(RouteGroupBuilder group, string noun)
    {
        group.MapGet("", async (Caller caller, HttpContext context, SiteQueries queries, CancellationToken cancellation) =>
                Answer.One(
                    await queries.FindEnvironmentAsync(caller, EnvironmentPath.Of(context), cancellation), "Environment retrieved successfully"))
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Describe($"get{noun}", ApiTags.Environments, "Shows an environment", PathNote);

        group.MapPut("", async (
                Caller caller, HttpContext context, JsonBody<UpdateEnvironment> body, SiteStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.UpdateEnvironmentAsync(caller, EnvironmentPath.Of(context), body.Value, cancellation),
                    "Environment updated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"name": "Production (EU)"}"""))
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Describe($"update{noun}", ApiTags.Environments, "Changes an environment", "Fields that are not sent stay as they are. " + PathNote);

        group.MapDelete("", async (Caller caller, HttpContext context, ForceFlag force, SiteStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.DeleteEnvironmentAsync(caller, EnvironmentPath.Of(context), force.IsSet, cancellation),
                    "Environment deleted successfully"))
            .TakesQuery(QueryParameters.Force).RefusesUnknownQuery()
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Describe(
                $"delete{noun}", ApiTags.Environments, "Deletes an environment",
                "Answers with the environment as it was. One that holds secrets is deleted with them under `force=true` only. " + PathNote);
    }

    private const string PathNote = "Under its site an environment goes by id or slug; without one only by id, for two sites may use one slug.";
}

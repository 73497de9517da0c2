using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Sites;

/// <summary>The routes of apps.</summary>
internal static class AppEndpoints
{
    private const string Example = """{"name": "Worker", "slug": "worker"}""";
    private const string PathNote = "Under its site an app goes by id or slug; without one only by id, for two sites may use one slug.";

    private static readonly QueryParameter SiteFilter =
        new("site", JsonSchemaType.String, "The id or slug of a site: only its apps.");

    public static void MapApps(this IEndpointRouteBuilder api)
    {
        MapCollections(api);
        MapOne(api.MapGroup("/sites/{site}/apps/{app}"), "App");
        MapOne(api.MapGroup("/apps/{app}"), "AppById");
    }

    private static void MapCollections(IEndpointRouteBuilder api)
    {
        api.MapGet("/sites/{site}/apps", async (
                Caller caller, string site, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(
                    await queries.ListAppsAsync(caller, ResourceReference.Of(site), page, cancellation),
                    page,
                    "Apps retrieved successfully"))
            .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<App>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteRead)
            .Describe("listApps", ApiTags.Apps, "Lists a site's apps", "By slug.");

        api.MapPost("/sites/{site}/apps", async (
                Caller caller, string site, JsonBody<CreateApp> body, AppStore store, CancellationToken cancellation) =>
                Answer.Created(
                    await store.CreateAppAsync(caller, ResourceReference.Of(site), body.Value, cancellation),
                    "App created successfully",
                    app => $"/apps/{app.Id}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(Example))
            .Answers<Envelope<App>>(StatusCodes.Status201Created).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteWrite)
            .Describe(
                "createApp", ApiTags.Apps, "Creates an app",
                "The slug is made from the name where none is sent.");

        api.MapGet("/apps", async (
                Caller caller, HttpContext context, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(
                    context.Request.Query.TryGetValue(SiteFilter.Name, out var site)
                        ? await queries.ListAppsAsync(caller, ResourceReference.Of(site.ToString()), page, cancellation)
                        : await queries.ListAllAppsAsync(caller, page, cancellation),
                    page,
                    "Apps retrieved successfully"))
            .TakesQuery(SiteFilter, QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<App>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteRead)
            .Describe("listAllApps", ApiTags.Apps, "Lists the apps of all sites", "By the site's slug and their own.");
    }

    private static void MapOne(RouteGroupBuilder group, string noun)
    {
        group.MapGet("", async (Caller caller, HttpContext context, SiteQueries queries, CancellationToken cancellation) =>
                Answer.One(
                    await queries.FindAppAsync(caller, AppPath.Of(context), cancellation), "App retrieved successfully"))
            .Answers<Envelope<App>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteRead)
            .Describe($"get{noun}", ApiTags.Apps, "Shows an app", PathNote);

        group.MapPut("", async (
                Caller caller, HttpContext context, JsonBody<UpdateApp> body, AppStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.UpdateAppAsync(caller, AppPath.Of(context), body.Value, cancellation),
                    "App updated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"name": "Queue worker"}"""))
            .Answers<Envelope<App>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteWrite)
            .Describe($"update{noun}", ApiTags.Apps, "Changes an app", "Fields that are not sent stay as they are. " + PathNote);

        group.MapDelete("", async (Caller caller, HttpContext context, Flags flags, AppStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.DeleteAppAsync(caller, AppPath.Of(context), flags.Has(QueryParameters.Force), cancellation),
                    "App deleted successfully"))
            .TakesQuery(QueryParameters.Force).RefusesUnknownQuery()
            .Answers<Envelope<App>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteWrite)
            .Describe(
                $"delete{noun}", ApiTags.Apps, "Deletes an app",
                "Answers with the app as it was. One that holds secrets is deleted with them under `force=true` only. " + PathNote);
    }
}

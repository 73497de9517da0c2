using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Sites;

/// <summary>The routes of environments.</summary>
internal static class EnvironmentEndpoints
{
    private const string Example = """{"name": "Production", "slug": "production", "is_production": true}""";
    private const string PathNote = "Under its site an environment goes by id or slug; without one only by id, for two sites may use one slug.";

    private static readonly QueryParameter SiteFilter =
        new("site", JsonSchemaType.String, "The id or slug of a site: only its environments.");

    public static void MapEnvironments(this IEndpointRouteBuilder api)
    {
        MapCollections(api);
        MapOne(api.MapGroup("/sites/{site}/environments/{environment}"), "Environment");
        MapOne(api.MapGroup("/environments/{environment}"), "EnvironmentById");
    }

    private static void MapCollections(IEndpointRouteBuilder api)
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
            .Needs(Ability.SiteRead)
            .Describe("listEnvironments", ApiTags.Environments, "Lists a site's environments", "By slug.");

        api.MapPost("/sites/{site}/environments", async (
                Caller caller, string site, JsonBody<CreateEnvironment> body, EnvironmentStore store, CancellationToken cancellation) =>
                Answer.Created(
                    await store.CreateEnvironmentAsync(caller, ResourceReference.Of(site), body.Value, cancellation),
                    "Environment created successfully",
                    environment => $"/environments/{environment.Id}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(Example))
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status201Created).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteWrite)
            .Describe(
                "createEnvironment", ApiTags.Environments, "Creates an environment",
                "The slug is made from the name where none is sent. A site has one production environment at most.");

        api.MapGet("/environments", async (
                Caller caller, HttpContext context, PageRequest page, SiteQueries queries, CancellationToken cancellation) =>
                Answer.List(
                    context.Request.Query.TryGetValue(SiteFilter.Name, out var site)
                        ? await queries.ListEnvironmentsAsync(caller, ResourceReference.Of(site.ToString()), page, cancellation)
                        : await queries.ListAllEnvironmentsAsync(caller, page, cancellation),
                    page,
                    "Environments retrieved successfully"))
            .TakesQuery(SiteFilter, QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<SiteEnvironment>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteRead)
            .Describe("listAllEnvironments", ApiTags.Environments, "Lists the environments of all sites", "By the site's slug and their own.");
    }

    private static void MapOne(RouteGroupBuilder group, string noun)
    {
        group.MapGet("", async (Caller caller, HttpContext context, SiteQueries queries, CancellationToken cancellation) =>
                Answer.One(
                    await queries.FindEnvironmentAsync(caller, EnvironmentPath.Of(context), cancellation), "Environment retrieved successfully"))
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteRead)
            .Describe($"get{noun}", ApiTags.Environments, "Shows an environment", PathNote);

        group.MapPut("", async (
                Caller caller, HttpContext context, JsonBody<UpdateEnvironment> body, EnvironmentStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.UpdateEnvironmentAsync(caller, EnvironmentPath.Of(context), body.Value, cancellation),
                    "Environment updated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"name": "Production (EU)"}"""))
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteWrite)
            .Describe($"update{noun}", ApiTags.Environments, "Changes an environment", "Fields that are not sent stay as they are. " + PathNote);

        group.MapDelete("", async (Caller caller, HttpContext context, Flags flags, EnvironmentStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.DeleteEnvironmentAsync(caller, EnvironmentPath.Of(context), flags.Has(QueryParameters.Force), cancellation),
                    "Environment deleted successfully"))
            .TakesQuery(QueryParameters.Force).RefusesUnknownQuery()
            .Answers<Envelope<SiteEnvironment>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SiteWrite)
            .Describe(
                $"delete{noun}", ApiTags.Environments, "Deletes an environment",
                "Answers with the environment as it was. One that holds secrets is deleted with them under `force=true` only. " + PathNote);
    }
}

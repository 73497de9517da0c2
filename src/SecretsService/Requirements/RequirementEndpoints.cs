using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Requirements;

/// <summary>The routes of the secrets that a site, or an app of it, needs.</summary>
internal static class RequirementEndpoints
{
    private const string Example = """[{"key": "STRIPE_SECRET_KEY", "description": "Payments"}, {"key": "DEBUG_MODE", "optional": true}]""";

    public static void AddRequirements(this IServiceCollection services)
    {
        services.AddScoped<RequirementQueries>();
        services.AddScoped<RequirementStore>();
    }

    public static void MapRequirements(this IEndpointRouteBuilder api)
    {
        MapList(api.MapGroup("/sites/{site}/required-secrets"), "Site", "a site");
        MapList(api.MapGroup("/sites/{site}/apps/{app}/required-secrets"), "App", "an app");
    }

    private static void MapList(RouteGroupBuilder group, string noun, string owner)
    {
        group.MapGet("", async (Caller caller, HttpContext context, RequirementQueries queries, CancellationToken cancellation) =>
                Answer.One(
                    await queries.ListAsync(caller, RequirementOwnerPath.Of(context), cancellation), "Required secrets retrieved successfully"))
            .Answers<Envelope<IReadOnlyList<RequiredSecret>>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteRead)
            .Describe(
                $"get{noun}RequiredSecrets", ApiTags.RequiredSecrets, $"Lists the keys that {owner} needs",
                "The whole list by key, not in pages. An app needs those of its site too; its own list does not repeat them.");

        group.MapPut("", async (
                Caller caller, HttpContext context, JsonListBody<RequireSecret> body, RequirementStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.ReplaceAsync(caller, RequirementOwnerPath.Of(context), body.Entries, cancellation),
                    "Required secrets updated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(Example))
            .Answers<Envelope<IReadOnlyList<RequiredSecret>>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SiteWrite)
            .Describe(
                $"replace{noun}RequiredSecrets", ApiTags.RequiredSecrets, $"Replaces the list of keys that {owner} needs",
                "What the body leaves out is no longer needed; `[]` clears the list. Sending the list that is there changes nothing.");
    }
}

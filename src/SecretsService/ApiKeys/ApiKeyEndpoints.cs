using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.ApiKeys;

/// <summary>The routes of API keys.</summary>
internal static class ApiKeyEndpoints
{
    private const string Example =
        """
        {"name": "Shop, production pipeline", "abilities": ["deployment:*", "secret:inject"], "sites": ["shop"], "environments": ["shop/production"],
         "expires_at": "2027-11-01T09:30:00Z"}
        """;

    private const string TokenNote =
        " The token is shown this once; only its hash is stored. An `Idempotency-Key` has no effect here: a token must not be kept, so that each request "
        + "makes a new one.";

    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddScoped<ApiKeyQueries>();
        services.AddScoped<Restrictions>();
        services.AddScoped<ApiKeyStore>();
    }

    public static void MapApiKeys(this IEndpointRouteBuilder api)
    {
        MapCollection(api.MapGroup("/api-keys"), "ApiKey");
        MapCollection(api.MapGroup("/account/api-keys"), "AccountApiKey");
    }

    private static void MapCollection(RouteGroupBuilder keys, string name)
    {
        keys.MapGet("", async (Caller caller, PageRequest page, ApiKeyQueries queries, CancellationToken cancellation) =>
                Answer.List(await queries.ListAsync(caller, page, cancellation), page, "API keys retrieved successfully"))
            .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<ApiKey>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.ApiKeyRead)
            .Describe(
                $"list{name}s", ApiTags.ApiKeys, "Lists API keys",
                "By name, those that have expired too. A key that is restricted sees those that reach no further than itself.");

        keys.MapPost("", async (ActingKey acting, JsonBody<CreateApiKey> body, ApiKeyStore store, CancellationToken cancellation) =>
                Answer.Created(await store.CreateAsync(acting, body.Value, cancellation), "API key created successfully", key => $"/api-keys/{key.Id}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(Example), new HandsOutValue())
            .Answers<Envelope<ApiKey>>(StatusCodes.Status201Created).ReadsBody()
            .Needs(Ability.ApiKeyWrite)
            .Describe(
                $"create{name}", ApiTags.ApiKeys, "Makes an API key",
                "It cannot do more, reach further or live longer than the key that makes it: 403. Where it is restricted to sites, environments or apps, "
                + "what is outside of those does not exist for it; the merged map of a target inside is complete, global values included." + TokenNote);

        MapOne(keys.MapGroup("/{id}"), name);
    }

    private static void MapOne(RouteGroupBuilder one, string name)
    {
        one.MapGet("", async (Caller caller, string id, ApiKeyQueries queries, CancellationToken cancellation) =>
                Answer.One(await queries.FindAsync(caller, id, cancellation), "API key retrieved successfully"))
            .Answers<Envelope<ApiKey>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.ApiKeyRead)
            .Describe($"get{name}", ApiTags.ApiKeys, "Shows an API key", "By its id, and never with its token.");

        one.MapDelete("", async (ActingKey acting, string id, ApiKeyStore store, CancellationToken cancellation) =>
                Answer.One(await store.DeleteAsync(acting, id, cancellation), "API key deleted successfully"))
            .RefusesUnknownQuery()
            .Answers<Envelope<ApiKey>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.ApiKeyWrite)
            .Describe(
                $"delete{name}", ApiTags.ApiKeys, "Deletes an API key",
                "It is not accepted any more from the next request on. A key deletes neither itself nor one that can do more than it: 403.");

        one.MapPost("/rotate", async (
                ActingKey acting, string id, [OptionalBody] JsonBody<RotateApiKey> body, ApiKeyStore store, CancellationToken cancellation) =>
                Answer.One(await store.RotateAsync(acting, id, body.Value, cancellation), "API key rotated successfully"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample("""{"grace_seconds": 3600}"""), new HandsOutValue())
            .Answers<Envelope<ApiKey>>(StatusCodes.Status200OK).ReadsBody()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .Needs(Ability.ApiKeyWrite)
            .Describe(
                $"rotate{name}", ApiTags.ApiKeys, "Gives an API key another token",
                "Its earlier tokens are dead at once, or after `grace_seconds`; until then they do all but change keys. A key may rotate itself: send a grace "
                + "then, for an answer that is lost takes the only token along. One that can do more than the caller, or outlives it, is refused with 403, and "
                + "one that has expired with 409." + TokenNote);
    }
}

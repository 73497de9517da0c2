using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.SecretTypes;

namespace SecretsService.Secrets;

/// <summary>Finds the one secret that a route is about.</summary>
internal delegate Task<Outcome<SecretMetadata>> FindSecret(
    SecretRouting routing, Caller caller, HttpContext context, bool evenDeleted, CancellationToken cancellation);

/// <summary>The routes of secrets: the same verbs on each collection, and on single secrets by their id.</summary>
internal static class SecretEndpoints
{
    private const string ValueNote = "The value of a secret never comes back here; that of a plain variable does.";

    private static readonly BodyExample CreateExample =
        new("""{"key": "STRIPE_SECRET_KEY", "value": "sk_test_...", "description": "Payments, test mode"}""");

    public static void AddSecrets(this IServiceCollection services)
    {
        services.AddOptions<SecretOptions>().BindConfiguration(SecretOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecretOptions>, SecretOptionsValidator>();
        services.AddSingleton<ReservedNames>();
        services.AddSingleton<NameAdvice>();
        services.AddScoped<SecretNeighbours>();
        services.AddScoped<SecretPresenter>();
        services.AddScoped<TargetAdvice>();
        services.AddScoped<SecretQueries>();
        services.AddScoped<SecretRouting>();
        services.AddScoped<SecretSealer>();
        services.AddScoped<ValueRules>();
        services.AddScoped<SecretValues>();
        services.AddScoped<PlacementRules>();
        services.AddScoped<DeployedVersions>();
        services.AddScoped<Dependents>();
        services.AddScoped<ITypedValues, TypedSecrets>();
        services.AddScoped<SecretStore>();
        services.AddScoped<SecretHistory>();
    }

    public static void MapSecrets(this IEndpointRouteBuilder api)
    {
        foreach (var collection in SecretCollections.All)
        {
            var group = api.MapGroup(collection.Path);
            MapCollection(group, collection);
            MapItem(group.MapGroup("/{id}"), collection, (routing, caller, context, evenDeleted, cancellation) =>
                routing.FindInCollectionAsync(caller, context, evenDeleted, cancellation));
        }

        MapAccount(api.MapGroup("/secrets"));
        MapItem(api.MapGroup("/secrets/{id}"), SecretCollections.Anywhere, (routing, caller, context, evenDeleted, cancellation) =>
            routing.FindAnywhereAsync(caller, context, evenDeleted, cancellation));
    }

    private static void MapItem(RouteGroupBuilder item, CollectionPath path, FindSecret find)
    {
        SecretItemEndpoints.Map(item, path, find);
        SecretHistoryEndpoints.Map(item, path, find);
    }

    private static void MapAccount(RouteGroupBuilder all)
    {
        all.MapGet("", async (
                Caller caller, SecretFilter filter, PageRequest page, SecretQueries queries, CancellationToken cancellation) =>
                Answer.List(await queries.ListAsync(caller, collection: null, filter, page, cancellation), page, "Secrets retrieved successfully"))
            .TakesQuery(
                SecretFilter.NameContains, SecretFilter.Type, SecretFilter.Expired, SecretFilter.OfType, SecretFilter.IsDeleted,
                QueryParameters.Page, QueryParameters.PerPage)
            .RefusesUnknownQuery()
            .Answers<ListEnvelope<SecretMetadata>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SecretRead)
            .Describe("listAllSecrets", ApiTags.Secrets, "Lists the secrets of all scopes", "By key, then by scope. " + ValueNote);

        all.MapGet("/stats", async (Caller caller, SecretQueries queries, CancellationToken cancellation) =>
                Answer.One((Outcome<SecretCounts>)await queries.CountAsync(caller, cancellation), "Counts retrieved successfully"))
            .Answers<Envelope<SecretCounts>>(StatusCodes.Status200OK)
            .Needs(Ability.SecretRead)
            .Describe("countSecrets", ApiTags.Secrets, "Counts the secrets of the account", "By what a dashboard shows: expired, expiring soon, and so on.");
    }

    private static void MapCollection(RouteGroupBuilder group, CollectionPath path)
    {
        group.MapGet("", async (
                Caller caller, HttpContext context, SecretFilter filter, PageRequest page, SecretRouting routing, SecretQueries queries,
                CancellationToken cancellation) =>
            {
                var found = await routing.FindCollectionAsync(caller, context, cancellation);
                return found.Succeeded(out var collection, out var failure)
                    ? Answer.List(
                        await ListAsync(queries, caller, collection, filter, page, cancellation), page, $"{SecretNouns.Of(collection.Base)}s retrieved successfully")
                    : Answer.Refused(failure);
            })
            .TakesQuery(
                SecretFilter.NameContains, SecretFilter.Type, SecretFilter.Expired, SecretFilter.OfType, SecretFilter.IsDeleted, SecretFilter.IsInherited,
                QueryParameters.Page, QueryParameters.PerPage)
            .RefusesUnknownQuery()
            .Answers<ListEnvelope<SecretMetadata>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SecretRead)
            .Describe($"list{path.Noun}s{path.Suffix}", path.Tag, "Lists the secrets of this collection", path.ListNote + ValueNote);

        group.MapPost("", async (
                Caller caller, HttpContext context, JsonBody<CreateSecret> body, SecretRouting routing, SecretStore store,
                CancellationToken cancellation) =>
            {
                var found = await routing.FindCollectionAsync(caller, context, cancellation);
                return found.Succeeded(out var collection, out var failure) && collection.ScopesFor(body.Value).Succeeded(out var scopes, out failure)
                    ? Created(await store.CreateAsync(caller, scopes, body.Value, cancellation), body.Value.EnvironmentTypes is not null)
                    : Answer.Refused(failure);
            })
            .RefusesUnknownQuery().WithMetadata(CreateExample)
            .Answers<Envelope<SecretMetadata>>(StatusCodes.Status201Created).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SecretWrite)
            .Describe(
                $"create{path.Noun}{path.Suffix}", path.Tag, "Creates a secret",
                path.CreateNote + "Refused for a reserved key, for one that this scope has already or a broader one has pinned, and where the scope is full. "
                + "`withheld: true` without a value makes a tombstone. " + ValueNote);
    }

    private static Task<Outcome<Page<SecretMetadata>>> ListAsync(
        SecretQueries queries, Caller caller, SecretCollection collection, SecretFilter filter, PageRequest page, CancellationToken cancellation) =>
        !filter.Inherited ? queries.ListAsync(caller, collection.Base.CollectionKey, filter, page, cancellation)
        : collection.Target is { } target ? queries.ListReceivedAsync(caller, target, filter, page, cancellation)
        : Task.FromResult<Outcome<Page<SecretMetadata>>>(
            Failure.Invalid(SecretFilter.IsInherited.Name, "Only an environment inherits: send it on the secrets of one."));

    // One secret, or where several environment types were asked for, the list of them.
    private static IResult Created(Outcome<IReadOnlyList<SecretMetadata>> outcome, bool isList) =>
        !outcome.Succeeded(out var secrets, out var failure) ? Answer.Refused(failure)
        : isList ? Answer.CreatedAll(secrets, $"{SecretNouns.Of(secrets[0].Scope)}s created successfully")
        : Answer.Created(
            (Outcome<SecretMetadata>)secrets[0], $"{SecretNouns.Of(secrets[0].Scope)} created successfully", secret => $"/secrets/{secret.Id}", SecretTags.Of);
}

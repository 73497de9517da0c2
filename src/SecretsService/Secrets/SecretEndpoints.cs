using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;

namespace SecretsService.Secrets;

/// <summary>The routes of secrets: the same verbs on each collection, and on single secrets by their id.</summary>
internal static class SecretEndpoints
{
    private const string ValueNote = "The value never comes back: read it in the merged map.";

    private static readonly BodyExample CreateExample =
        new("""{"key": "STRIPE_SECRET_KEY", "value": "sk_test_...", "description": "Payments, test mode"}""");

    private static readonly BodyExample UpdateExample = new("""{"value": "sk_live_..."}""");

    private static readonly QueryParameter NameContains =
        new("q", JsonSchemaType.String, "Only secrets whose key holds this text, in whatever letter case.");

    /// <summary>Finds the one secret that a route is about.</summary>
    private delegate Task<Outcome<SecretMetadata>> FindSecret(
        SecretRouting routing, Caller caller, HttpContext context, CancellationToken cancellation);

    public static void AddSecrets(this IServiceCollection services)
    {
        services.AddOptions<SecretOptions>().BindConfiguration(SecretOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecretOptions>, SecretOptionsValidator>();
        services.AddSingleton<ReservedNames>();
        services.AddScoped<SecretQueries>();
        services.AddScoped<SecretRouting>();
        services.AddScoped<SecretSealer>();
        services.AddScoped<SecretStore>();
    }

    public static void MapSecrets(this IEndpointRouteBuilder api)
    {
        MapScope(api.MapGroup("/global-secrets"), ApiTags.GlobalSecrets, "GlobalSecret", "");
        MapScope(api.MapGroup("/account/secrets"), ApiTags.GlobalSecrets, "AccountSecret", "");
        MapScope(api.MapGroup("/sites/{site}/environments/{environment}/secrets"), ApiTags.EnvironmentSecrets, "EnvironmentSecret", "");
        MapScope(api.MapGroup("/environments/{environment}/secrets"), ApiTags.EnvironmentSecrets, "EnvironmentSecret", "OfEnvironmentId");
        MapItem(
            api.MapGroup("/secrets/{id}"), ApiTags.EnvironmentSecrets, "Secret", "",
            (routing, caller, context, cancellation) => routing.FindAnywhereAsync(caller, context, cancellation));
    }

    private static void MapScope(RouteGroupBuilder collection, string tag, string noun, string suffix)
    {
        MapCollection(collection, tag, noun, suffix);
        MapItem(
            collection.MapGroup("/{id}"), tag, noun, suffix,
            (routing, caller, context, cancellation) => routing.FindInScopeAsync(caller, context, cancellation));
    }

    private static void MapCollection(RouteGroupBuilder collection, string tag, string noun, string suffix)
    {
        collection.MapGet("", async (
                Caller caller, HttpContext context, PageRequest page, SecretRouting routing, SecretQueries queries, CancellationToken cancellation) =>
            {
                var found = await routing.FindScopeAsync(caller, context, cancellation);
                return found.Succeeded(out var scope, out var failure)
                    ? Answer.List(
                        await queries.ListAsync(caller, scope, context.Request.Query[NameContains.Name], page, cancellation),
                        page,
                        $"{SecretNouns.Of(scope)}s retrieved successfully")
                    : Answer.Refused(failure);
            })
            .TakesQuery(NameContains, QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<SecretMetadata>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Describe($"list{noun}s{suffix}", tag, "Lists the secrets of this scope", "By key. " + ValueNote);

        collection.MapPost("", async (
                Caller caller, HttpContext context, JsonBody<CreateSecret> body, SecretRouting routing, SecretStore store,
                CancellationToken cancellation) =>
            {
                var found = await routing.FindScopeAsync(caller, context, cancellation);
                return found.Succeeded(out var scope, out var failure)
                    ? Answer.Created(
                        await store.CreateAsync(caller, scope, body.Value, cancellation),
                        $"{SecretNouns.Of(scope)} created successfully",
                        secret => $"/secrets/{secret.Id}")
                    : Answer.Refused(failure);
            })
            .RefusesUnknownQuery().WithMetadata(CreateExample)
            .Answers<Envelope<SecretMetadata>>(StatusCodes.Status201Created).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Describe(
                $"create{noun}{suffix}", tag, "Creates a secret",
                "Refused for a reserved key, for one that this scope has already, and where the scope is full. " + ValueNote);
    }

    private static void MapItem(RouteGroupBuilder item, string tag, string noun, string suffix, FindSecret find)
    {
        item.MapGet("", async (Caller caller, HttpContext context, SecretRouting routing, CancellationToken cancellation) =>
                Answer.One(
                    await find(routing, caller, context, cancellation),
                    secret => $"{SecretNouns.Of(secret.Scope)} retrieved successfully"))
            .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Describe($"get{noun}{suffix}", tag, "Shows a secret", ValueNote);

        item.MapPut("", async (
                Caller caller, HttpContext context, JsonBody<UpdateSecret> body, SecretRouting routing, SecretStore store,
                CancellationToken cancellation) =>
                Answer.One(
                    (await find(routing, caller, context, cancellation)).Succeeded(out var target, out var failure)
                        ? await store.UpdateAsync(caller, target, body.Value, cancellation)
                        : failure,
                    secret => $"{SecretNouns.Of(secret.Scope)} updated successfully"))
            .RefusesUnknownQuery().WithMetadata(UpdateExample)
            .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK).ReadsBody().Refuses(StatusCodes.Status404NotFound)
            .Describe(
                $"update{noun}{suffix}", tag, "Changes a secret",
                "Fields that are not sent stay as they are. A new value or a new key adds a version; the value that is there already does not. "
                + ValueNote);

        item.MapDelete("", async (
                Caller caller, HttpContext context, SecretRouting routing, SecretStore store, CancellationToken cancellation) =>
                Answer.One(
                    (await find(routing, caller, context, cancellation)).Succeeded(out var target, out var failure)
                        ? await store.DeleteAsync(caller, target, cancellation)
                        : failure,
                    secret => $"{SecretNouns.Of(secret.Scope)} deleted successfully"))
            .RefusesUnknownQuery()
            .Answers<Envelope<SecretMetadata>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .Describe($"delete{noun}{suffix}", tag, "Deletes a secret", "Answers with the secret as it was. Its key is free at once.");
    }
}

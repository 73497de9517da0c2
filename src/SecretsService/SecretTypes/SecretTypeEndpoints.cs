using FluentValidation;
using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.SecretTypes;

/// <summary>The routes of secret types.</summary>
internal static class SecretTypeEndpoints
{
    private const string Example =
        """
        {"name": "Payment provider", "key": "payment", "injection": "fields",
         "schema": {"type": "object", "properties": {"key": {"type": "string", "minLength": 1}, "mode": {"enum": ["test", "live"]}}, "required": ["key", "mode"], "additionalProperties": false}}
        """;

    private static readonly QueryParameter Force = new(
        "force", JsonSchemaType.Boolean, "`true` lets values stay that do not satisfy the new schema. Default: `false`.");

    public static void AddSecretTypes(this IServiceCollection services)
    {
        services.AddScoped<SecretTypeQueries>();
        services.AddScoped<SecretTypeStore>();
    }

    public static void MapSecretTypes(this IEndpointRouteBuilder api)
    {
        var types = api.MapGroup("/secret-types");
        types.MapGet("", async (Caller caller, PageRequest page, SecretTypeQueries queries, CancellationToken cancellation) =>
                Answer.List(await queries.ListAsync(caller, page, cancellation), page, "Secret types retrieved successfully"))
            .TakesQuery(QueryParameters.Page, QueryParameters.PerPage)
            .Answers<ListEnvelope<SecretType>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SecretRead)
            .Describe("listSecretTypes", ApiTags.SecretTypes, "Lists secret types", "By key: those that come with the service and your own.");

        types.MapPost("", async (Caller caller, JsonBody<CreateSecretType> body, SecretTypeStore store, CancellationToken cancellation) =>
                Answer.Created(
                    await store.CreateAsync(caller, body.Value, cancellation), "Secret type created successfully", type => $"/secret-types/{type.Key}"))
            .RefusesUnknownQuery().WithMetadata(new BodyExample(Example))
            .Answers<Envelope<SecretType>>(StatusCodes.Status201Created).ReadsBody()
            .Needs(Ability.SecretTypeWrite)
            .Describe("createSecretType", ApiTags.SecretTypes, "Creates a secret type", SchemaNote);

        MapOne(types.MapGroup("/{type}"));
    }

    private const string SchemaNote =
        "The schema is JSON Schema with an object at its root. Every keyword in it is enforced, or the schema is refused with a list of those that "
        + "can be. References stay within the schema, and may not go round in circles.";

    private static void MapOne(RouteGroupBuilder one)
    {
        one.MapGet("", async (Caller caller, string type, SecretTypeQueries queries, CancellationToken cancellation) =>
                Answer.One(await queries.ShowAsync(caller, type, cancellation), "Secret type retrieved successfully"))
            .Answers<Envelope<SecretType>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.SecretRead)
            .Describe("getSecretType", ApiTags.SecretTypes, "Shows a secret type", "By its key.");

        one.MapPut("", async (
                Caller caller, string type, JsonBody<UpdateSecretType> body, Flags flags, SecretTypeStore store, CancellationToken cancellation) =>
                Answer.One(
                    await store.UpdateAsync(caller, type, body.Value, flags.Has(Force), cancellation), "Secret type updated successfully"))
            .TakesQuery(Force).RefusesUnknownQuery().WithMetadata(new BodyExample("""{"description": "Payments, all regions"}"""))
            .Answers<Envelope<SecretType>>(StatusCodes.Status200OK).ReadsBody()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .Needs(Ability.SecretTypeWrite)
            .Describe(
                "updateSecretType", ApiTags.SecretTypes, "Changes a secret type",
                "A new schema is checked against the values that exist: `errors.schema` names each secret that does not satisfy it. " + SchemaNote);

        one.MapDelete("", async (Caller caller, string type, SecretTypeStore store, CancellationToken cancellation) =>
                Answer.One(await store.DeleteAsync(caller, type, cancellation), "Secret type deleted successfully"))
            .RefusesUnknownQuery()
            .Answers<Envelope<SecretType>>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Needs(Ability.SecretTypeWrite)
            .Describe("deleteSecretType", ApiTags.SecretTypes, "Deletes a secret type", "Refused with 409 while a secret has it.");
    }
}

internal sealed class CreateSecretTypeValidator : AbstractValidator<CreateSecretType>
{
    public CreateSecretTypeValidator()
    {
        RuleFor(t => t.Key).Must(SecretTypeDefinition.IsKey).WithMessage(SecretTypeDefinition.KeyRule);
        RuleFor(t => t.Name).MustBeName();
        RuleFor(t => t.Schema).NotNull().WithMessage("Required.");
        RuleFor(t => t.Description).MustBeDescription();
    }
}

internal sealed class UpdateSecretTypeValidator : AbstractValidator<UpdateSecretType>
{
    public UpdateSecretTypeValidator()
    {
        RuleFor(t => t.Name).MustBeName();
        RuleFor(t => t.Description.Value).MustBeDescription();
    }
}

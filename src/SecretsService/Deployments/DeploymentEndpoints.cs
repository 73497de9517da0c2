using Microsoft.OpenApi;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Resolution;
using SecretsService.Sites;

namespace SecretsService.Deployments;

/// <summary>The routes of deployments.</summary>
internal static class DeploymentEndpoints
{
    private const string Created = "Deployment created successfully";

    private static readonly QueryParameter Concurrent =
        new("concurrent", JsonSchemaType.Boolean, "`true` goes on although another deployment of the environment is `deploying`. Default: `false`.");

    public static void AddDeployments(this IServiceCollection services)
    {
        services.AddScoped<DeploymentQueries>();
        services.AddScoped<TypedValueCheck>();
        services.AddScoped<DeploymentCheck>();
        services.AddScoped<FrozenMap>();
        services.AddScoped<PendingChangesQuery>();
        services.AddScoped<SecretDriftQuery>();
        services.AddScoped<Rollouts>();
        services.AddScoped<DeploymentStore>();
        services.AddScoped<DeploymentReports>();
        services.AddScoped<DeploymentReader>();
        services.AddScoped<DeploymentTokens>();
    }

    public static void MapDeployments(this IEndpointRouteBuilder api)
    {
        MapEnvironment(api.MapGroup("/sites/{site}/environments/{environment}"), "");
        MapEnvironment(api.MapGroup("/environments/{environment}"), "OfEnvironmentId");
        MapOne(api.MapGroup("/deployments/{id}"), "");
        MapOne(api.MapGroup("/sites/{site}/environments/{environment}/deployments/{id}"), "OfSite");
        MapOne(api.MapGroup("/environments/{environment}/deployments/{id}"), "OfEnvironmentId");
        SecretDriftEndpoints.Map(api);
    }

    private static void MapEnvironment(RouteGroupBuilder group, string suffix)
    {
        MapList(group, suffix);
        MapCreate(group, "/deployments", "createDeployment" + suffix);
        MapCreate(group, "/deploy", "deploy" + suffix);
        MapRollback(group, suffix);
        PreflightEndpoints.Map(group, suffix);
        PendingChangesEndpoints.Map(group, suffix);
    }

    private static void MapList(RouteGroupBuilder group, string suffix) => group
        .MapGet("/deployments", async (
            Caller caller, HttpContext context, DeploymentFilter filter, PageRequest page, DeploymentQueries queries, CancellationToken cancellation) =>
            Answer.List(
                await queries.ListAsync(caller, EnvironmentPath.Of(context), filter, page, cancellation), page, "Deployments retrieved successfully"))
        .TakesQuery(DeploymentFilter.StatusParameter, DeploymentFilter.AppParameter, QueryParameters.Page, QueryParameters.PerPage)
        .Answers<ListEnvelope<Deployment>>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.DeploymentRead)
        .Describe("listDeployments" + suffix, ApiTags.Deployments, "Lists an environment's deployments", "Newest first.");

    private static void MapCreate(RouteGroupBuilder group, string path, string id) => group
        .MapPost(path, async (
            Caller caller, HttpContext context, Flags flags, [OptionalBody] JsonBody<CreateDeployment> body, DeploymentStore store, CancellationToken cancellation) =>
            Answer.Accepted(
                await store.CreateAsync(
                    caller, EnvironmentPath.Of(context), body.Value, flags.Has(Concurrent) || body.Value.Concurrent is true, cancellation),
                Created,
                deployment => $"/deployments/{deployment.Id}"))
        .TakesQuery(Concurrent).RefusesUnknownQuery()
        .WithMetadata(new BodyExample("""{"app": "worker", "target": "lambda", "required": ["STRIPE_SECRET_KEY"], "description": "Release 42"}"""))
        .Answers<Envelope<Deployment>>(StatusCodes.Status202Accepted).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
        .Needs(Ability.DeploymentWrite)
        .Describe(
            id, ApiTags.Deployments, "Makes a deployment",
            "Freezes the merged map of this very moment and checks it. Where anything stands against it, nothing is made, and `errors.secrets` says all of it: "
            + "`GET .../preflight` tells the same beforehand. The body may be absent. While another deployment of the environment is `deploying`, the answer is 409.");

    private static void MapRollback(RouteGroupBuilder group, string suffix) => group
        .MapPost("/rollback", async (
            Caller caller, HttpContext context, Flags flags, [OptionalBody] JsonBody<RollbackDeployment> body, DeploymentStore store, CancellationToken cancellation) =>
            Answer.Accepted(
                await store.RollBackAsync(
                    caller, EnvironmentPath.Of(context), body.Value, flags.Has(Concurrent) || body.Value.Concurrent is true, cancellation),
                Created,
                deployment => $"/deployments/{deployment.Id}"))
        .TakesQuery(Concurrent).RefusesUnknownQuery()
        .WithMetadata(new BodyExample("""{"target_deployment_id": "019a3f00-0000-7000-8000-000000000007", "secrets": "snapshot"}"""))
        .Answers<Envelope<Deployment>>(StatusCodes.Status202Accepted).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
        .Needs(Ability.DeploymentWrite)
        .Describe(
            "rollBackDeployment" + suffix, ApiTags.Deployments, "Goes back to an earlier deployment",
            "Makes a new deployment that names an earlier, successful one of the environment as its target: without a body the one before the last. It takes "
            + "the secrets of today, or with `\"secrets\": \"snapshot\"` the very map that the earlier one had.");

    private static void MapOne(RouteGroupBuilder group, string suffix)
    {
        DeploymentTokenEndpoints.MapToken(group, suffix);
        MapVariables(group, suffix);
        group.MapGet("", async (Caller caller, HttpContext context, DeploymentQueries queries, CancellationToken cancellation) =>
                Answer.One(await queries.FindAsync(caller, context, cancellation), "Deployment retrieved successfully"))
            .Answers<Envelope<Deployment>>(StatusCodes.Status200OK).Refuses(StatusCodes.Status404NotFound)
            .Needs(Ability.DeploymentRead)
            .Describe("getDeployment" + suffix, ApiTags.Deployments, "Shows a deployment", "Without its variables.");

        group.MapPatch("", async (
                Caller caller, HttpContext context, Flags flags, JsonBody<UpdateDeployment> body, DeploymentReports reports, CancellationToken cancellation) =>
                Answer.One(
                    await reports.ReportAsync(caller, DeploymentPath.Of(context), body.Value, flags.Has(Concurrent), cancellation),
                    "Deployment updated successfully"))
            .TakesQuery(Concurrent).RefusesUnknownQuery()
            .WithMetadata(new BodyExample("""{"status": "deployed", "stdout": "Done in 42 s"}"""))
            .Answers<Envelope<Deployment>>(StatusCodes.Status200OK).ReadsBody()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .Needs(Ability.DeploymentWrite)
            .Describe(
                "updateDeployment" + suffix, ApiTags.Deployments, "Reports how far a deployment has come",
                "`pending` becomes `deploying`, and that `deployed` or `failed`; one that is given up before it begins goes from `pending` to `failed`. Any other "
                + "step is refused with 409. The same status may be reported again: while it is `deploying` that renews its output, and repeating the last report "
                + "changes nothing. Secret values are masked in the output, and of more than 64 KiB the end is kept.");
    }

    private static void MapVariables(RouteGroupBuilder group, string suffix) => group
        .MapGet("/variables", (
            Caller caller, HttpContext context, VariableOptions options, DeploymentReader reader, CancellationToken cancellation) =>
            reader.ReadAsync(caller, DeploymentPath.Of(context), options, cancellation))
        .AcceptsDeploymentTokens()
        .TakesQuery([.. VariableOptions.Parameters]).RefusesUnknownQuery()
        .Answers<MergedMap>(StatusCodes.Status200OK)
        .WithMetadata(VariableOptions.BareTexts)
        .Produces(StatusCodes.Status304NotModified)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretInject)
        .Describe(
            "getDeploymentVariables" + suffix, ApiTags.Deployments, "Gives the frozen map of a deployment",
            "The very same bytes however often and whenever it is asked for: also after secrets were changed, deleted or have expired. Takes a deployment token, "
            + "too, which loses a use by it. Each time is audited before the values leave. Where values were purged by force the answer is 409.");
}

using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Sites;

namespace SecretsService.Resolution;

/// <summary>The routes of the merged map.</summary>
internal static class InjectionEndpoints
{
    public static void AddResolution(this IServiceCollection services)
    {
        services.AddSingleton<SnapshotReader>();
        services.AddScoped<VariableResolver>();
    }

    public static void MapInjection(this IEndpointRouteBuilder api)
    {
        MapEnvironment(api.MapGroup("/sites/{site}/environments/{environment}/injection"), "getInjection");
        MapEnvironment(api.MapGroup("/environments/{environment}/injection"), "getInjectionOfEnvironmentId");
    }

    private static void MapEnvironment(RouteGroupBuilder group, string id) => group
        .MapGet("", async (Caller caller, HttpContext context, VariableResolver resolver, CancellationToken cancellation) =>
        {
            var resolved = await resolver.ResolveAsync(caller, EnvironmentPath.Of(context), cancellation);
            return resolved.Succeeded(out var variables, out var failure) ? new InjectionAnswer(variables) : Answer.Refused(failure);
        })
        .RefusesUnknownQuery()
        .Answers<MergedMap>(StatusCodes.Status200OK)
        .Produces(StatusCodes.Status304NotModified)
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
        .Describe(
            id, ApiTags.MergedMap, "Gives the merged map of an environment",
            "Global secrets, with the environment's own laid over them: one value for each key, all from one snapshot. The `ETag` is strong: send it "
            + "as `If-None-Match` and the answer is 304 while nothing has changed. One value that cannot be opened fails the whole read.");
}

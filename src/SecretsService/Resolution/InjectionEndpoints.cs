using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Resolution;

/// <summary>The routes of the merged map.</summary>
internal static class InjectionEndpoints
{
    private const string Shared =
        " A variable whose value has expired is left out and named in `meta.expired`: no broader value takes its place. One that a tombstone withholds "
        + "is named in `meta.withheld`. The `ETag` is strong: send it as `If-None-Match` and the answer is 304 while nothing has changed. One value that "
        + "cannot be opened fails the whole read. `format` gives the bare text that one consumer reads instead of the envelope: "
        + "`?format=shell&keys=STRIPE_SECRET_KEY` is a script that sets one variable.";

    public static void AddResolution(this IServiceCollection services)
    {
        services.AddScoped<SnapshotReader>();
        services.AddScoped<VariableResolver>();
        services.AddScoped<VariableExplainer>();
        services.AddScoped<InjectionReader>();
        services.AddSingleton<VariableRenderer>();
    }

    public static void MapInjection(this IEndpointRouteBuilder api)
    {
        MapEnvironment(api, "/sites/{site}/environments/{environment}/injection", "getInjection");
        MapEnvironment(api, "/environments/{environment}/injection", "getInjectionOfEnvironmentId");
        Map(api, "/injection").TakesQuery([TargetRequest.TypeParameter, .. VariableOptions.Parameters]).Describe(
            "getInjectionWithoutSite", ApiTags.MergedMap, "Gives the merged map of a target without a site",
            "Global secrets, with those for an environment type laid over them: for a pipeline or a machine that belongs to no site." + Shared);
        api.MapResolved();
    }

    private static void MapEnvironment(IEndpointRouteBuilder api, string path, string id) => Map(api, path)
        .TakesQuery([TargetRequest.AppParameter, .. VariableOptions.Parameters])
        .Refuses(StatusCodes.Status404NotFound)
        .Describe(
            id, ApiTags.MergedMap, "Gives the merged map of an environment",
            "One value for each key, all from one snapshot. A value for this very environment beats every other; otherwise app beats site beats global, and "
            + "on the same owner a value for the environment's type beats one for any. A pinned value beats narrower ones." + Shared);

    private static RouteHandlerBuilder Map(IEndpointRouteBuilder api, string path) => api
        .MapGet(path, (
            Caller caller, HttpContext context, TargetRequest request, VariableOptions options, InjectionReader reader, CancellationToken cancellation) =>
            reader.ReadAsync(context, caller, request.Target, options, cancellation))
        .RefusesUnknownQuery()
        .Needs(Ability.SecretInject)
        .Answers<MergedMap>(StatusCodes.Status200OK)
        .WithMetadata(VariableOptions.BareTexts)
        .Produces(StatusCodes.Status304NotModified)
        .Refuses(StatusCodes.Status422UnprocessableEntity);
}

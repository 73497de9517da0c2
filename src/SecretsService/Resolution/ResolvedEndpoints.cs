using System.Text.Json.Serialization.Metadata;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Secrets;

namespace SecretsService.Resolution;

/// <summary>The routes that explain a merged map, without its values.</summary>
internal static class ResolvedEndpoints
{
    public static void MapResolved(this IEndpointRouteBuilder api)
    {
        MapEnvironment(api, "/sites/{site}/environments/{environment}/resolved", "Environment");
        MapEnvironment(api, "/environments/{environment}/resolved", "EnvironmentId");
        MapList(api, "/resolved", "WithoutSite").TakesQuery(TargetRequest.TypeParameter);
        MapOne(api, "/resolved/{key}", "WithoutSite").TakesQuery(TargetRequest.TypeParameter);
    }

    private static void MapEnvironment(IEndpointRouteBuilder api, string path, string of)
    {
        MapList(api, path, of).TakesQuery(TargetRequest.AppParameter).Refuses(StatusCodes.Status404NotFound);
        MapOne(api, path + "/{key}", of).TakesQuery(TargetRequest.AppParameter).Refuses(StatusCodes.Status404NotFound);
    }

    private static RouteHandlerBuilder MapList(IEndpointRouteBuilder api, string path, string of) => api
        .MapGet(path, async (Caller caller, TargetRequest request, VariableExplainer explainer, CancellationToken cancellation) =>
        {
            var explained = await explainer.ExplainAsync(caller, request.Target, cancellation);
            return explained.Succeeded(out var map, out var failure) ? new ResolvedAnswer(map) : Answer.Refused(failure);
        })
        .RefusesUnknownQuery()
        .Answers<ResolvedMap>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretRead)
        .Describe(
            "listResolved" + of, ApiTags.MergedMap, "Explains a merged map, without its values",
            "Every key that any scope of the target has, or had and can restore: which secret decides, what it overrides and whether that is the same "
            + "value, and why a key is not injected. Of one snapshot, sorted by key and not paged.");

    private static RouteHandlerBuilder MapOne(IEndpointRouteBuilder api, string path, string of) => api
        .MapGet(path, async (
            string key, Caller caller, TargetRequest request, VariableExplainer explainer, CancellationToken cancellation) => SecretName.IsName(key)
                ? Answer.One(await explainer.ExplainAsync(caller, request.Target, SecretName.Of(key), cancellation), k => $"{k.Key} resolved successfully")
                : Answer.Refused(Failure.Invalid("key", SecretName.Rule)))
        .RefusesUnknownQuery()
        .Answers<Envelope<ResolvedKey>>(StatusCodes.Status200OK)
        .Refuses(StatusCodes.Status422UnprocessableEntity)
        .Needs(Ability.SecretRead)
        .Describe(
            "getResolved" + of, ApiTags.MergedMap, "Explains one key of a merged map, without its value",
            "As the list does, and with every scope that was looked at. A key that exists nowhere has the state `absent`. A variable that a field of a typed "
            + "secret gives is explained through that secret.");

    private sealed class ResolvedAnswer(ResolvedMap map) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            var type = (JsonTypeInfo<ResolvedMap>)Answer.Readable.GetTypeInfo(typeof(ResolvedMap))!;
            return httpContext.Response.WriteAsJsonAsync(map, type, contentType: null, httpContext.RequestAborted);
        }
    }
}

using Microsoft.Extensions.Options;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Secrets;

namespace SecretsService.Import;

/// <summary>The routes that import a file into a collection of secrets.</summary>
internal static class ImportEndpoints
{
    private static readonly BodyExample Example = new("""{"STRIPE_SECRET_KEY": "sk_test_...", "DEBUG_MODE": "false"}""");

    public static void AddImport(this IServiceCollection services)
    {
        services.AddScoped<ImportPlanner>();
        services.AddScoped<ImportStore>();
    }

    public static void MapImport(this IEndpointRouteBuilder api)
    {
        foreach (var collection in SecretCollections.All)
        {
            Map(api.MapGroup(collection.Path), collection);
        }
    }

    private static void Map(RouteGroupBuilder group, CollectionPath path) => group
        .MapPost("/import", async (
            Caller caller, HttpContext context, ImportRequest request, Flags flags, IfMatch ifMatch, SecretRouting routing, ReservedNames reserved,
            IOptions<SecretOptions> options, ImportStore store, CancellationToken cancellation) =>
        {
            var found = await routing.FindCollectionAsync(caller, context, cancellation);
            if (!found.Succeeded(out var collection, out var failure)
                || !ScopeOf(collection, request).Succeeded(out var scope, out failure)
                || !Read(request, reserved, options.Value).Succeeded(out var file, out failure))
            {
                return Answer.Refused(failure);
            }

            var how = new ImportManner(request.Replaces, flags.Has(ImportRequest.DryRun), flags.Has(ImportRequest.Force));
            return Answer.One(
                await store.ImportAsync(caller, scope, file, how, ifMatch, cancellation),
                plan => plan.DryRun ? "Import planned successfully" : "Secrets imported successfully");
        })
        .TakesQuery(ImportRequest.Mode, ImportRequest.DryRun, ImportRequest.Type, ImportRequest.Force).RefusesUnknownQuery()
        .WithMetadata(Example, new FileBody(MediaTypes.Json, MediaTypes.Text))
        .Answers<Envelope<ImportPlan>>(StatusCodes.Status200OK).ReadsBody()
        .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)
        .Needs(Ability.SecretWrite)
        .Describe(
            $"import{path.Noun}s{path.Suffix}", path.Tag, "Imports a file",
            "A JSON map of keys to values, or a dotenv file as `text/plain`, read as motdotla/dotenv does. All of it or nothing: every line at fault is named. "
            + "With `dry_run=true` the answer is the plan; its `plan_hash` as `If-Match` applies exactly that plan.");

    private static Outcome<SecretScope> ScopeOf(SecretCollection collection, ImportRequest request) =>
        request.EnvironmentType is not { } type ? collection.Base
        : collection.Base.EnvironmentId is not null
            ? Failure.Invalid(ImportRequest.Type.Name, "The secrets of this route are for one environment: leave the parameter out.")
        : collection.OfType(type);

    private static Outcome<ImportFile> Read(ImportRequest request, ReservedNames reserved, SecretOptions options) => request.IsJson
        ? JsonMapReader.Read(request.File, reserved.Contains, options.PerScope)
        : DotEnvReader.Read(request.File, reserved.Contains, options.PerScope);
}

using FluentValidation;

namespace SecretsService.Http;

/// <summary>Sets up what all routes share.</summary>
internal static class HttpExtensions
{
    /// <summary>Where every route of the service's own API begins.</summary>
    public const string ApiPath = "/api/v1/vector";

    public static void AddHttp(this IServiceCollection services)
    {
        foreach (var validator in AssemblyScanner.FindValidatorsInAssembly(typeof(HttpExtensions).Assembly, includeInternalTypes: true))
        {
            services.AddSingleton(validator.InterfaceType, validator.ValidatorType);
        }

        services.AddOpenApiDocument();
    }

    /// <summary>Sets up what every request goes through. The log is outermost, so that it sees the status that errors end with.</summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseMiddleware<RequestLog>();
        app.Use((context, next) =>
        {
            // When the answer starts: an error clears what was set before it.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return Task.CompletedTask;
            });
            return next(context);
        });
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ErrorPages.AnswerExceptionAsync, AllowStatusCode404Response = true });
        app.UseStatusCodePages(ErrorPages.AnswerStatusAsync);
        app.Use((context, next) =>
        {
            // Every GET route answers HEAD too (RFC 9110, section 9.1): the server leaves the body out by itself.
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Request.Method = HttpMethods.Get;
            }

            return next(context);
        });
    }

    /// <summary>Sets up what finds the route of a request, and who may be sent to it.</summary>
    public static void UseRoutes(this WebApplication app)
    {
        app.UseRouting();
        app.UseOpenApiDocument();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>The group that every route with a bearer key is in: what they all check, and what they all can answer.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string path) => routes.MapGroup(path)
        .RequireAuthorization()
        .AddEndpointFilter<RouteGroupBuilder, RequestPartFilter>()
        .Refuses(
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status500InternalServerError,
            StatusCodes.Status503ServiceUnavailable);
}

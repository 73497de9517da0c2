using FluentValidation;
using Microsoft.Extensions.Options;

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

        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>();
        services.AddOptions<HttpsOptions>().BindConfiguration(HttpsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HttpsOptions>, HttpsOptionsValidator>();
        services.AddOpenApiDocument();
    }

    /// <summary>
    /// Sets up what stands around every request. The log is outermost, so that it sees the status that errors end with; but for the proxies, which
    /// say whose request it is.
    /// </summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseProxies();
        app.UsePlainAddresses();
        app.UseMiddleware<RequestLog>();
        app.Use((context, next) =>
        {
            // When the answer starts: an error clears what was set before it.
            context.Response.OnStarting(AnswerHeaders.SetAsync, context);
            return next(context);
        });
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ErrorPages.AnswerExceptionAsync, AllowStatusCode404Response = true });
        app.UseStatusCodePages(ErrorPages.AnswerStatusAsync);
        app.UseHttpsOnly();
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

    /// <summary>The group that every route with a bearer key is in: what they all check, and what they all can answer.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string path) => routes.MapGroup(path)
        .RequireAuthorization()
        .AddEndpointFilter<RouteGroupBuilder, RequestPartFilter>()
        .Refuses(
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status429TooManyRequests,
            StatusCodes.Status500InternalServerError,
            StatusCodes.Status503ServiceUnavailable);
}

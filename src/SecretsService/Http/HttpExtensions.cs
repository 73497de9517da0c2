using FluentValidation;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
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

        // A request goes on where it was read, and an answer is sent where it was written, without a change of threads. Unsafe where these are the threads that
        // wait for the network; here they are those of the pool, which a request that takes long keeps from nothing.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
    }

    /// <summary>
    /// Sets up what a request meets first: whose it is, which known proxies say, the log, which sees the status that errors end with, and whether it may
    /// come without TLS. What answers one before <see cref="UseAnswers"/> sets <see cref="AnswerHeaders"/> by itself.
    /// </summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseProxies();
        app.UsePlainAddresses();
        app.UseMiddleware<RequestLog>();
        app.UseHttpsOnly();
    }

    /// <summary>Sets up what every answer from here on has: its headers, and the envelope of errors.</summary>
    public static void UseAnswers(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.OnStarting(AnswerHeaders.SetAsync, context);
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

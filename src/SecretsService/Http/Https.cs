using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SecretsService.Contracts;

namespace SecretsService.Http;

/// <summary>Whether requests may come without TLS. Section <c>Https</c>.</summary>
internal sealed class HttpsOptions
{
    public const string Section = "Https";

    /// <summary>
    /// Whether plain HTTP is refused: GET and HEAD are sent on to the same address with https, anything else is answered with 400. Health is
    /// answered either way.
    /// <value>Default: false.</value>
    /// </summary>
    public bool Redirect { get; init; }

    /// <summary>
    /// For how many days browsers that were here by HTTPS are told to use nothing else for this host.
    /// <value>Default: 0, which tells them nothing. 0 to 3,650.</value>
    /// </summary>
    public int HstsDays { get; init; }
}

/// <summary>Refuses a time that is none.</summary>
internal sealed class HttpsOptionsValidator : IValidateOptions<HttpsOptions>
{
    private const int MaxDays = 3_650;

    public ValidateOptionsResult Validate(string? name, HttpsOptions options) =>
        options.HstsDays is >= 0 and <= MaxDays
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Https:HstsDays must be a number from 0 to {MaxDays}: 0 to send no such header.");
}

/// <summary>Keeps requests to HTTPS, where the operator wants that. Whether one came by it is what a known proxy says, or else the connection.</summary>
internal static class Https
{
    private const string HealthPath = "/health";

    public static void UseHttpsOnly(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<HttpsOptions>>().Value;
        if (options.HstsDays > 0)
        {
            var age = string.Create(CultureInfo.InvariantCulture, $"max-age={(int)TimeSpan.FromDays(options.HstsDays).TotalSeconds}");
            app.Use((context, next) =>
            {
                // RFC 6797, section 7.2: not over plain HTTP, where anybody could have put it in.
                if (context.Request.IsHttps)
                {
                    context.Response.OnStarting(() =>
                    {
                        context.Response.Headers.StrictTransportSecurity = age;
                        return Task.CompletedTask;
                    });
                }

                return next(context);
            });
        }

        if (options.Redirect)
        {
            app.Use((context, next) =>
                context.Request.IsHttps || context.Request.Path.StartsWithSegments(HealthPath, StringComparison.OrdinalIgnoreCase) ? next(context) : RefuseAsync(context));
        }
    }

    // The port of https is not known: without one it is 443.
    private static Task RefuseAsync(HttpContext context)
    {
        AnswerHeaders.Set(context);
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return Answer.Error(
                StatusCodes.Status400BadRequest,
                ErrorCodes.HttpsRequired,
                "Send this to https: plain HTTP is not taken. What was sent could be read on its way, so replace the API key.").ExecuteAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers[HeaderNames.Location] = $"https://{request.Host.Host}{request.PathBase}{request.Path}{request.QueryString}";
        return Task.CompletedTask;
    }
}

using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace SecretsService.Limits;

/// <summary>Sets up what keeps one caller from taking everything.</summary>
internal static class LimitsExtensions
{
    public static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<FailureLimit>();

        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>, LimitOptionsValidator>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ServerBounds>();
        services.AddSingleton<IConfigureOptions<RequestTimeoutOptions>, RequestTimeouts>();
        services.AddRequestTimeouts();
    }
}

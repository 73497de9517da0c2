using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SecretsService.Audit;

namespace SecretsService.Retention;

/// <summary>Sets up the deletion of what is too old.</summary>
internal static class RetentionExtensions
{
    public static void AddRetention(this IServiceCollection services)
    {
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>();
        services.TryAddScoped<EventTrail>();
        services.AddScoped<Purge>();
        services.AddHostedService<RetentionSweep>();
    }
}

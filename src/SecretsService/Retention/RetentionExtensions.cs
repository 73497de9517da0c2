using Microsoft.Extensions.Options;

namespace SecretsService.Retention;

/// <summary>Sets up the deletion of what is too old.</summary>
internal static class RetentionExtensions
{
    public static void AddRetention(this IServiceCollection services)
    {
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>();
        services.AddScoped<Purge>();
        services.AddHostedService<RetentionSweep>();
    }
}

using Microsoft.Extensions.Options;

namespace SecretsService.WarmReads;

/// <summary>Sets up the answers that are kept.</summary>
internal static class WarmReadExtensions
{
    public static void AddWarmReads(this IServiceCollection services)
    {
        services.AddOptions<InjectionOptions>().BindConfiguration(InjectionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<InjectionOptions>, InjectionOptionsValidator>();
        services.AddSingleton<SealedAnswers>();
        services.AddSingleton(provider => new AuditedReads(
            provider.GetRequiredService<Npgsql.NpgsqlDataSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AuditedReads>>()));
    }

    /// <summary>Gives answers that are kept. After what every answer goes through (log, headers, limits), before routing.</summary>
    public static void UseWarmReads(this IApplicationBuilder app) => app.UseMiddleware<WarmReadMiddleware>();
}

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

    /// <summary>Gives answers that are kept. Behind the log and the limit of addresses, before all else.</summary>
    public static void UseWarmReads(this IApplicationBuilder app) => app.UseMiddleware<WarmReadMiddleware>();
}

using SecretsService.Access;

namespace SecretsService.Audit;

/// <summary>Sets up the audit trail.</summary>
internal static class AuditExtensions
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddScoped<EventTrail>();
        services.AddSingleton<HandOuts>();
        services.AddScoped<EventSealer>();
        services.AddSingleton<IFailedAuthentications, FailedAuthentications>();
        services.AddScoped<EventPruner>();
        services.AddScoped<EarlierEvents>();
        services.AddHostedService<EventSealing>();
    }
}

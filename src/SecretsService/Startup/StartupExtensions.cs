using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using SecretsService.Http;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.Storage.Embedded;

namespace SecretsService.Startup;

/// <summary>Everything between the command line and the first request.</summary>
internal static class StartupExtensions
{
    private const string DockerSecrets = "/run/secrets";

    /// <summary>Sets up settings, the database and the keys.</summary>
    public static void AddStartup(this WebApplicationBuilder builder)
    {
        // Docker and Kubernetes mount secrets as files: one named ConnectionStrings__Secrets is that setting.
        builder.Configuration.AddKeyPerFile(source =>
        {
            source.FileProvider = Directory.Exists(DockerSecrets) ? new Microsoft.Extensions.FileProviders.PhysicalFileProvider(DockerSecrets) : null;
            source.Optional = true;
            source.IgnoreCondition = name => !name.Contains("__", StringComparison.Ordinal);
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.LimitBytes;
        });

        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section);
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section);
        services.AddOptions<BootstrapOptions>().BindConfiguration(BootstrapOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BootstrapOptions>, BootstrapOptionsValidator>();
        services.AddSingleton<DatabaseAddress>();
        services.AddSingleton(provider => NpgsqlDataSource.Create(WithDefaults(provider.GetRequiredService<DatabaseAddress>().ConnectionString)));
        services.AddDbContextPool<SecretsDbContext>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped<DatabasePreparation>();
        services.AddScoped<KeyRingLoader>();
        services.AddScoped<FirstAccount>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddCheck<KeyRingHealth>("keyring");
    }

    /// <summary>Sets up the keys of the service and of its accounts.</summary>
    public static void AddKeys(this IServiceCollection services)
    {
        services.AddOptions<KeyOptions>().BindConfiguration(KeyOptions.Section);
        services.AddSingleton<ServiceKeyRing>();
        services.AddSingleton<AccountKeys>();
    }

    // Prepared statements save PostgreSQL the planning of every query. A setting of the operator's own stands.
    private static string WithDefaults(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (!builder.ContainsKey("Max Auto Prepare") || builder.MaxAutoPrepare == 0)
        {
            builder.MaxAutoPrepare = 64;
            builder.AutoPrepareMinUsages = 2;
        }

        builder.ApplicationName ??= "secrets-service";
        return builder.ConnectionString;
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Npgsql;
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
        // Below the environment and the command line, which an operator reaches for to try something.
        builder.Configuration.Sources.Insert(0, new KeyPerFileConfigurationSource
        {
            FileProvider = Directory.Exists(DockerSecrets) ? new PhysicalFileProvider(DockerSecrets) : null,
            Optional = true,
            IgnoreCondition = name => !name.Contains("__", StringComparison.Ordinal),
        });
        builder.Logging.KeepRequestsOut();

        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section);
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section);
        services.AddOptions<BootstrapOptions>().BindConfiguration(BootstrapOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BootstrapOptions>, BootstrapOptionsValidator>();
        services.AddSingleton<DatabaseAddress>();
        services.AddSingleton(provider => new NpgsqlDataSourceBuilder(provider.GetRequiredService<DatabaseAddress>().ConnectionString)
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            .Build());
        services.AddScoped<AccountScope>();
        services.AddPooledDbContextFactory<SecretsDbContext>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()).AddInterceptors(new AccountWallInterceptor()));
        services.AddScoped(provider =>
        {
            // From a pool: what the last request had left in it must not be seen.
            var db = provider.GetRequiredService<IDbContextFactory<SecretsDbContext>>().CreateDbContext();
            db.Scope = provider.GetRequiredService<AccountScope>();
            return db;
        });
        services.AddScoped<DatabasePreparation>();
        services.AddScoped<WallInspection>();
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
}

using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using SecretsService.Events;
using SecretsService.Keys;
using SecretsService.Storage.Embedded;

namespace SecretsService.Startup;

/// <summary>Runs the service from start to end, and says in a sentence why it cannot.</summary>
internal static partial class ServiceRun
{
    /// <summary>The command-line word for applying migrations and nothing else.</summary>
    public const string MigrateOnly = "--migrate";

    /// <summary>The command-line word for verifying the audit trail of every account and nothing else.</summary>
    public const string VerifyEvents = "--verify-events";

    private const int Failed = 1;

    /// <summary>What of a command line are settings.</summary>
    public static string[] SettingsIn(IEnumerable<string> words) => [.. words.Where(word => word is not (MigrateOnly or VerifyEvents))];

    /// <summary>Builds the service, prepares the database, then serves until told to stop; or does what the command line asks for instead.</summary>
    /// <param name="builder">The service, with everything that it needs.</param>
    /// <param name="words">The command line.</param>
    /// <param name="setUp">Sets up what requests go through, once the settings are known to be sound.</param>
    /// <returns>The exit code: 0 after a clean end, 1 where the service must not start, lost its database, or found an audit trail broken.</returns>
    public static async Task<int> BuildAndRunAsync(this WebApplicationBuilder builder, IReadOnlyCollection<string> words, Action<WebApplication> setUp)
    {
        try
        {
            // The web server reads its limits when it is built.
            await using var app = builder.Build();
            var migrateOnly = words.Contains(MigrateOnly, StringComparer.Ordinal);
            var ownDatabase = CheckSettings(app, needsKeys: !migrateOnly);
            setUp(app);
            await using var postgres = ownDatabase ? await StartPostgresAsync(app) : null;
            await using var scope = app.Services.CreateAsyncScope();
            var preparation = scope.ServiceProvider.GetRequiredService<DatabasePreparation>();
            if (migrateOnly)
            {
                await preparation.MigrateAsync(CancellationToken.None);
                return 0;
            }

            if (words.Contains(VerifyEvents, StringComparer.Ordinal))
            {
                await preparation.OpenAsync(postgres?.DataDirectory, CancellationToken.None);
                return await scope.ServiceProvider.GetRequiredService<VerifyEventsCommand>().RunAsync(Console.Out, CancellationToken.None);
            }

            var token = await preparation.PrepareAsync(postgres?.DataDirectory, app.Environment.IsDevelopment(), CancellationToken.None);
            await scope.DisposeAsync();
            if (token is not null)
            {
                // At once: whatever stands against serving now, the account exists, and nothing can show its key again.
                Announcement.WriteKey(Console.Out, token);
            }

            return await ServeAsync(app, postgres, token);
        }
        catch (Exception e) when (SentencesOf(e) is { Count: > 0 } sentences)
        {
            await Console.Error.WriteLineAsync("The service cannot start:");
            foreach (var sentence in sentences)
            {
                await Console.Error.WriteLineAsync($"  - {sentence}");
            }

            return Failed;
        }
    }

    private static IReadOnlyList<string> SentencesOf(Exception exception) => exception switch
    {
        StartupException e => e.Sentences,
        EmbeddedPostgresException e => [e.Message],
        OptionsValidationException e => [.. e.Failures],

        // The binder's, for text that is no number or truth value; it names the setting.
        InvalidOperationException { InnerException: FormatException or ArgumentException } e => [$"A setting has a value of the wrong kind. {e.Message}"],
        { InnerException: AddressInUseException } =>
            ["The address to listen on is in use by another program: stop that one, or choose another address with --urls http://127.0.0.1:PORT."],
        SocketException or FormatException or { InnerException: SocketException } =>
            [$"The address to listen on cannot be used ({exception.Message}): check --urls or ASPNETCORE_URLS."],
        _ => [],
    };

    /// <summary>Finds every setting that is missing, and whether the service is to start a database of its own.</summary>
    private static bool CheckSettings(WebApplication app, bool needsKeys)
    {
        var services = app.Services;
        var keys = ReadSettings(services);
        var connectionString = app.Configuration.GetConnectionString("Secrets");
        var ownDatabase = string.IsNullOrWhiteSpace(connectionString);
        var faults = new List<string>();
        if (ownDatabase && !app.Environment.IsDevelopment())
        {
            faults.Add("ConnectionStrings:Secrets is not set: outside Development the service uses a PostgreSQL server of yours.");
        }

        if (needsKeys && string.IsNullOrWhiteSpace(keys.Keyring) && string.IsNullOrWhiteSpace(keys.KeyringFile) && !(ownDatabase && app.Environment.IsDevelopment()))
        {
            faults.Add("Neither Keys:KeyringFile nor Keys:Keyring is set: the service needs the key ring that seals its values (docs/operations.md shows how to make one).");
        }

        if (faults.Count > 0)
        {
            throw new StartupException(faults);
        }

        if (!ownDatabase)
        {
            services.GetRequiredService<DatabaseAddress>().Use(connectionString!);
        }

        return ownDatabase;
    }

    private static KeyOptions ReadSettings(IServiceProvider services)
    {
        services.GetRequiredService<IStartupValidator>().Validate();
        _ = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        _ = services.GetRequiredService<IOptions<EmbeddedPostgresOptions>>().Value;
        return services.GetRequiredService<IOptions<KeyOptions>>().Value;
    }

    private static async Task<EmbeddedPostgres> StartPostgresAsync(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<EmbeddedPostgresOptions>>().Value;
        var logger = app.Services.GetRequiredService<ILogger<EmbeddedPostgres>>();
        var postgres = await EmbeddedPostgres.StartAsync(options, logger, CancellationToken.None);
        app.Services.GetRequiredService<DatabaseAddress>().Use(postgres.ConnectionString);
        return postgres;
    }

    private static async Task<int> ServeAsync(WebApplication app, EmbeddedPostgres? postgres, string? token)
    {
        var exitCode = 0;
        _ = postgres?.Exited.ContinueWith(
            async sentence =>
            {
                exitCode = Failed;
                LogDatabaseGone(app.Logger, await sentence);
                app.Lifetime.StopApplication();
            },
            TaskScheduler.Default);
        await app.StartAsync();
        if (app.Environment.IsDevelopment())
        {
            Announcement.Write(Console.Out, app.Urls.First(), postgres?.DataDirectory, token);
        }

        await app.WaitForShutdownAsync();
        return exitCode;
    }

    [LoggerMessage(1, LogLevel.Critical, "The database that the service started has ended by itself, so the service ends too: {Sentence}")]
    private static partial void LogDatabaseGone(ILogger logger, string sentence);
}

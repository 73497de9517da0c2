using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Cryptography;
using SecretsService.Startup;
using SecretsService.Storage;
using Xunit;

namespace SecretsService.Testing;

/// <summary>
/// The real server: its own process pipeline on a real socket, and a database of its own that is cloned from the template. A test class has one
/// as its fixture, and each test makes an account of its own in it.
/// </summary>
public class SecretsServer : WebApplicationFactory<Program>, IAsyncLifetime
{
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal)
    {
        ["environment"] = "Testing",
        ["Bootstrap:ApiKey"] = ApiToken.Generate(),
        ["Keys:Keyring"] = NewKeyring(),
        ["RateLimits:RequestsPerMinutePerKey"] = "0",
        ["RateLimits:RequestsPerMinutePerAddress"] = "0",
        ["RateLimits:FailuresPerMinutePerAddress"] = "0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Logging:LogLevel:Microsoft"] = "Warning",
    };

    private TimeProvider? _clock;

    /// <summary>Everything that the server has logged, at the levels that its settings let through.</summary>
    public CapturedLog Log { get; } = new();

    /// <summary>
    /// The connection string of the server's database, for tests that look behind the API or tamper with it: it shows the rows of every account.
    /// </summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(_settings["ConnectionStrings:Secrets"]) { Options = $"-c {AccountWall.Setting}={AccountWall.Everybody}" }.ConnectionString;

    /// <summary>Where the server listens.</summary>
    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>Whether an answer with a status that its route does not declare fails the test that asked for it.</summary>
    protected virtual bool ChecksDeclaredStatuses => true;

    /// <summary>Makes the JSON of a key ring with one new key.</summary>
    public static string NewKeyring()
    {
        using var ring = KeyRing.Generate();
        return Encoding.UTF8.GetString(ring.Export());
    }

    public virtual async Task InitializeAsync()
    {
        _settings.TryAdd("ConnectionStrings:Secrets", await PostgresTemplate.CloneAsync());
        UseKestrel(0);
        StartServer();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await PostgresTemplate.DropAsync(ConnectionString);
    }

    /// <summary>Makes an account, and a client that holds its key.</summary>
    public async Task<Account> NewAccountAsync()
    {
        var token = ApiToken.Generate();
        await using var scope = NewScope();
        var id = scope.ServiceProvider.GetRequiredService<FirstAccount>().Add("test account", "test key", token);
        var db = scope.ServiceProvider.GetRequiredService<SecretsDbContext>();
        await using var transaction = await db.BeginWithinAsync(id, CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return new Account(id, token, ClientWith(token));
    }

    /// <summary>Makes another API key for an account.</summary>
    public async Task<Account> NewKeyOfAsync(Account account)
    {
        var token = ApiToken.Generate();
        var key = Guid.CreateVersion7();
        await ExecuteSqlAsync(
            "INSERT INTO api_keys (account_id, id, name, abilities, created_at, created_by) VALUES ($1, $2, 'another key', '{*}', now(), 'test')", account.Id, key);
        await ExecuteSqlAsync(
            "INSERT INTO api_key_tokens (account_id, api_key_id, token_hash, created_at) VALUES ($1, $2, $3, now())", account.Id, key, ApiToken.HashOf(token));
        return account with { Token = token, Client = ClientWith(token) };
    }

    /// <summary>Makes another API key for an account through the API, with the account's own key.</summary>
    /// <param name="account">The account.</param>
    /// <param name="abilities">What the key may do.</param>
    /// <param name="sites">What it is restricted to; null for nothing.</param>
    /// <param name="environments">The environments of those, each like <c>shop/production</c>.</param>
    /// <param name="apps">The apps of those, each like <c>shop/worker</c>.</param>
    public async Task<Account> NewKeyOfAsync(
        Account account, string[] abilities, string[]? sites = null, string[]? environments = null, string[]? apps = null)
    {
        var request = new { name = "another key", abilities, sites = sites ?? [], environments = environments ?? [], apps = apps ?? [] };
        var token = (await account.Client.PostAsync("/api-keys", request)).ShouldBe(201).Data.GetProperty("token").GetString()!;
        return account with { Token = token, Client = ClientWith(token) };
    }

    /// <summary>Services of the server, whose database shows them the rows of every account.</summary>
    internal AsyncServiceScope NewScope()
    {
        var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AccountScope>().EnterAll();
        return scope;
    }

    /// <summary>A client that sends a token, or none.</summary>
    public ApiClient ClientWith(string? token) => new(new HttpClient(new DeclaredStatusHandler()) { BaseAddress = Address }, token);

    /// <summary>Runs a statement in the server's database, as somebody with access to it could.</summary>
    /// <returns>The number of rows that it changed.</returns>
    public async Task<int> ExecuteSqlAsync(string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Sees to it that every audit record that was written so far has its place in its account's chain.</summary>
    public async Task SealAsync()
    {
        await using var scope = NewScope();
        var sealer = scope.ServiceProvider.GetRequiredService<EventSealer>();
        foreach (var account in await sealer.FindDueAsync(CancellationToken.None))
        {
            await sealer.SealAsync(account, CancellationToken.None);
        }
    }

    /// <summary>Reads one value from the server's database, whose audit records all have their places.</summary>
    public async Task<T> QuerySqlAsync<T>(string sql, params object[] parameters)
    {
        await SealAsync();
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return (T)Convert.ChangeType((await command.ExecuteScalarAsync())!, typeof(T), CultureInfo.InvariantCulture);
    }

    /// <summary>Changes a setting, before the server starts.</summary>
    public SecretsServer With(string setting, string value)
    {
        _settings[setting] = value;
        return this;
    }

    /// <summary>Gives the server a clock, before it starts.</summary>
    public SecretsServer With(TimeProvider clock)
    {
        _clock = clock;
        return this;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (setting, value) in _settings)
        {
            builder.UseSetting(setting, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Log));
        if (_clock is not null)
        {
            builder.ConfigureServices(services => services.AddSingleton(_clock));
        }

        if (ChecksDeclaredStatuses)
        {
            builder.ConfigureServices(services => services.AddTransient<IStartupFilter, DeclaredStatusFilter>());
        }
    }

    // What a route answers must be what its OpenAPI description declares: every test of every route checks it.
    private sealed class DeclaredStatusFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Response.OnStarting(() =>
                {
                    var declared = context.GetEndpoint()?.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>() ?? [];
                    if (declared.Count > 0 && declared.All(d => d.StatusCode != context.Response.StatusCode))
                    {
                        context.Response.Headers[DeclaredStatusHandler.Header] = context.GetEndpoint()!.DisplayName;
                    }

                    return Task.CompletedTask;
                });
                return following(context);
            });
            next(app);
        };
    }

    private sealed class DeclaredStatusHandler : DelegatingHandler
    {
        public const string Header = "X-Undeclared-Status";

        public DeclaredStatusHandler()
            : base(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return response.Headers.TryGetValues(Header, out var routes)
                ? throw new InvalidOperationException($"{string.Join(", ", routes)} answered {(int)response.StatusCode}, which it does not declare.")
                : response;
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SecretsService.Access;
using SecretsService.Testing;
using SecretsService.Tests.WarmReads;
using SecretsService.WarmReads;
using Shouldly;
using Xunit;
using Xunit.Abstractions;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests.Linearizability;

/// <summary>
/// Two processes of the service on one database, with nothing between them: what is acknowledged by one is what the other one reads from then on, although each
/// gives from memory what it made before.
/// </summary>
public sealed class ReadingOnTwoReplicasTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_121;

    [Fact]
    public async Task Reads_through_either_replica_are_linearizable()
    {
        var database = await PostgresTemplate.CloneAsync();
        try
        {
            var token = ApiToken.Generate();
            (string, string)[] settings = [("ConnectionStrings__Secrets", database), ("Keys__Keyring", SecretsServer.NewKeyring()), ("Bootstrap__ApiKey", token)];
            var one = await ServiceProcess.Start(settings).ReadyAsync();
            var other = await ServiceProcess.Start(settings).ReadyAsync();
            await new Account(Guid.Empty, token, one.ClientWith(token)).HasSiteAsync("shop", "production");

            var history = await new Clients([one.ClientWith(token), other.ClientWith(token)], Seed).RunAsync(changes: 25, readings: 400);
            await one.DisposeAsync();
            await other.DisposeAsync();

            var (ofOne, ofOther) = (GivenBy(one), GivenBy(other));
            output.WriteLine($"seed {Seed}: {history.Changes.Count} changes, {history.Readings.Count} reads, {ofOne} and {ofOther} of them from memory");
            history.Faults().ShouldBeEmpty();
            ofOne.ShouldBeGreaterThan(0, one.Output);
            ofOther.ShouldBeGreaterThan(0, other.Output);
        }
        finally
        {
            await PostgresTemplate.DropAsync(database);
        }
    }

    [Fact]
    public async Task Without_the_comparison_of_revisions_they_are_not()
    {
        await using var replicas = await Replicas.StartAsync(() => new UncheckedServer());
        var account = await (await replicas.One.NewAccountAsync()).HasSiteAsync("shop", "production");

        var history = await new Clients([account.Client, replicas.Other.ClientWith(account.Token)], Seed).RunAsync(changes: 25, readings: 400);

        output.WriteLine($"seed {Seed}: {history.Faults().Count} faults in {history.Readings.Count} reads");
        history.Faults().ShouldContain(fault => fault.StartsWith("stale", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_revoked_through_one_is_refused_by_the_other_at_once()
    {
        await using var replicas = await Replicas.StartAsync(() => new SecretsServer());
        var account = await replicas.One.NewShopWithAsync("A");

        for (var i = 0; i < 10; i++)
        {
            var key = await replicas.One.NewKeyOfAsync(account);
            var there = replicas.Other.ClientWith(key.Token);
            (await there.GetAsync(Production + "/injection")).ShouldBe(200);
            (await there.GetAsync(Production + "/injection")).ShouldBe(200);

            await replicas.One.RevokeAsync(key);

            (await there.GetAsync(Production + "/injection")).ShouldBe(401);
        }

        replicas.Other.Services.GetRequiredService<AuditedReads>().Given.ShouldBe(10);
    }

    private static int GivenBy(ServiceProcess replica) => int.Parse(
        Regex.Match(replica.Output, "(?<given>[0-9]+) merged maps were given from memory", RegexOptions.NonBacktracking).Groups["given"].Value,
        CultureInfo.InvariantCulture);

    // Two servers in this process, with one database.
    private sealed class Replicas : IAsyncDisposable
    {
        public required SecretsServer One { get; init; }

        public required SecretsServer Other { get; init; }

        public static async Task<Replicas> StartAsync(Func<SecretsServer> server)
        {
            var keyring = SecretsServer.NewKeyring();
            var one = server().With("Keys:Keyring", keyring);
            await one.InitializeAsync();
            var database = new NpgsqlConnectionStringBuilder(one.ConnectionString) { Options = null }.ConnectionString;
            var other = server().With("Keys:Keyring", keyring).With("ConnectionStrings:Secrets", database);
            await other.InitializeAsync();
            return new Replicas { One = one, Other = other };
        }

        public async ValueTask DisposeAsync()
        {
            await Other.DisposeAsync();
            await ((IAsyncLifetime)One).DisposeAsync();
        }
    }

    // No setting does this: only code that makes the service's own object in another way.
    private sealed class UncheckedServer : SecretsServer
    {
        private static readonly string Sql = ReadLane.CheckedSql.Replace(" AND a.revision = g.revision", "", StringComparison.Ordinal);

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            Sql.ShouldNotBe(ReadLane.CheckedSql);
            base.ConfigureWebHost(builder);
            builder.ConfigureServices(services => services.AddSingleton(provider => new AuditedReads(
                provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<AuditedReads>>(),
                Sql)));
        }
    }
}

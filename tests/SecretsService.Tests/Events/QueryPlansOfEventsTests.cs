using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.Events.StoredEvents;

namespace SecretsService.Tests.Events;

/// <summary>With 100,000 events, PostgreSQL finds those that a list wants by the index that is there for it.</summary>
public sealed class QueryPlansOfEventsTests(ManyEventsServer server) : IClassFixture<ManyEventsServer>
{
    [Theory]
    [InlineData("", "pk_events")]
    [InlineData("?page=3000&per_page=5", "pk_events")]
    [InlineData("?until=500", "pk_events")]
    [InlineData("?event=secret.purged", "ix_events_event")]
    [InlineData("?event=secret.purged,secret.restored&page=2", "ix_events_event")]
    [InlineData("?resource_id=c4ca4238-a0b9-2382-0dcc-509a6f75849b", "ix_events_resource_id")]
    [InlineData("?actor=c4ca4238-a0b9-2382-0dcc-509a6f75849b", "ix_events_actor_id")]
    [InlineData("?site=c4ca4238-a0b9-2382-0dcc-509a6f75849b", "ix_events_site_id")]
    [InlineData("?from={recently}", "ix_events_occurred_at")]
    [InlineData("?resource_id=c4ca4238-a0b9-2382-0dcc-509a6f75849b&resource_type=environment", "ix_events_resource_id")]
    public async Task A_list_uses_the_index_that_is_there_for_it(string query, string index)
    {
        var path = query.Replace("{recently}", $"{server.Newest - TimeSpan.FromMinutes(5):yyyy-MM-ddTHH:mm:ssZ}", StringComparison.Ordinal);
        var all = await server.Queries.OfAsync(async () =>
            (await server.Owner.Client.GetAsync("/events" + path)).ShouldBe(200).Data.GetArrayLength().ShouldBePositive());
        var queries = all.Where(q => q.Sql.Contains("FROM events ", StringComparison.Ordinal)).ToList();
        queries.ShouldNotBeEmpty();
        var used = new HashSet<string?>();
        foreach (var sent in queries)
        {
            var plan = await server.ExplainAsync(sent);
            QueryPlan.ScannedBy(plan).ShouldNotContain("events", $"{sent.Sql}\n{plan}");
            used.UnionWith(QueryPlan.Nodes(plan).Select(QueryPlan.IndexOf));
        }

        used.ShouldContain(index, $"{string.Join('\n', queries)}");
    }
}

/// <summary>A server whose database holds 100,000 events of one account.</summary>
public sealed class ManyEventsServer : SecretsServer
{
    private const int Events = 100_000;

    /// <summary>The account.</summary>
    public Account Owner { get; private set; } = null!;

    /// <summary>When the last event happened.</summary>
    public DateTimeOffset Newest { get; private set; }

    /// <summary>What the server asks its database.</summary>
    public CapturedQueries Queries { get; } = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Owner = await NewAccountAsync();
        await this.HasEventsAsync(Owner, Event());
        await this.MultiplyEventAsync(Owner, Events - 1);
        await ExecuteSqlAsync(
            """
            UPDATE events SET
                event = CASE seq % 500 WHEN 1 THEN 'secret.purged' WHEN 2 THEN 'secret.restored' ELSE 'secrets.injected' END,
                resource_id = md5((seq / 20)::text)::uuid, actor_id = md5((seq % 200)::text)::uuid, site_id = md5((seq % 100)::text)::uuid
            """);
        await ExecuteSqlAsync("ANALYZE events");
        Newest = TimeProvider.System.GetUtcNow().AddSeconds(Events);
        Queries.Follow(this);
    }

    public override async ValueTask DisposeAsync()
    {
        Queries.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

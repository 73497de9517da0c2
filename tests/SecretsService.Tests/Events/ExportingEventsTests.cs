using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using SecretsService.Audit;
using SecretsService.Events;
using SecretsService.Storage.Rows;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.Events.StoredEvents;

namespace SecretsService.Tests.Events;

/// <summary>The whole trail as lines of JSON, which prove themselves.</summary>
public sealed class ExportingEventsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task The_hashes_of_an_export_follow_from_each_other()
    {
        var account = await server.NewShopAsync();
        await account.Client.PutAsync("/sites/shop", new { name = "Über <b> 🙂" });
        const string Entries = """{"KEY":{"secret_id":"019a3f00-0000-7000-8000-000000000001","version":3}}""";
        await server.HasEventsAsync(account, Event(count: 4, manifest: await server.HasManifestAsync(account, Entries)), Event("site.created"));
        await account.HasDeploymentAsync();

        var lines = await ExportAsync(account);

        var start = JsonSerializer.Deserialize(lines[0], ExportJson.Default.ExportStart)!;
        (start.AccountId, start.AfterSeq, start.AfterHash).ShouldBe((account.Id, 0, new string('0', 64)));
        var manifest = lines.FindIndex(line => line.StartsWith("{\"manifest\"", StringComparison.Ordinal));
        JsonSerializer.Deserialize(lines[manifest], ExportJson.Default.ExportedManifest)!.Entries.ShouldBe(Entries);
        lines.FindIndex(line => line.Contains("\"count\":4", StringComparison.Ordinal)).ShouldBeGreaterThan(manifest);
        var last = EventsOf(lines).Aggregate(Convert.FromHexString(start.AfterHash), (previous, line) =>
        {
            Convert.ToHexStringLower(EventChain.HashOf(previous, RowOf(line))).ShouldBe(line.Hash);
            return Convert.FromHexString(line.Hash);
        });
        Convert.ToHexStringLower(last).ShouldBe(await server.QuerySqlAsync<string>("SELECT encode(hash, 'hex') FROM event_chains WHERE account_id = $1", account.Id));
    }

    [Fact]
    public async Task An_export_goes_on_where_an_earlier_one_ended()
    {
        var account = await server.NewAccountAsync();
        await server.HasEventsAsync(account, Event(), Event(count: 3), Event());
        var all = EventsOf(await ExportAsync(account));

        foreach (var (query, places) in new[] { ("?after=1", "4 5"), ("?after=2", "4 5"), ("?after=4", "5"), ("?after=5", ""), ("?after=99", "") })
        {
            var part = await ExportAsync(account, query);
            var start = JsonSerializer.Deserialize(part[0], ExportJson.Default.ExportStart)!;

            string.Join(' ', EventsOf(part).Select(e => e.Seq)).ShouldBe(places, query);
            start.AfterHash.ShouldBe(all.Single(e => e.Seq == start.AfterSeq).Hash, query);
        }
    }

    [Fact]
    public async Task A_time_bounds_an_export_and_leaves_no_gap_in_it()
    {
        var account = await server.NewAccountAsync();
        var noon = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
        await server.HasEventsAsync(account, [.. new[] { 0, 1, 3, 2, 4 }.Select(hour => Event() with { OccurredAt = noon.AddHours(hour) })]);

        EventsOf(await ExportAsync(account, "?from=2026-11-01T13:00:00Z&to=2026-11-01T15:00:00Z")).Select(e => e.Seq).ShouldBe([2, 3, 4]);
        EventsOf(await ExportAsync(account, "?from=2026-11-01T17:00:00Z")).ShouldBeEmpty();
        EventsOf(await ExportAsync(account, "?to=2026-11-01T12:00:00Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_pruned_is_where_an_export_begins()
    {
        var account = await server.NewAccountAsync();
        await server.HasEventsAsync(account, Event(), Event(), Event());
        var all = EventsOf(await ExportAsync(account));
        await server.ExecuteSqlAsync(
            "UPDATE event_chains c SET pruned_seq = 2, pruned_hash = e.hash FROM events e WHERE c.account_id = $1 AND e.account_id = $1 AND e.seq = 2", account.Id);
        await server.ExecuteSqlAsync("DELETE FROM events WHERE account_id = $1 AND seq <= 2", account.Id);

        var lines = await ExportAsync(account);

        EventsOf(lines).ShouldHaveSingleItem().ShouldBe(all[2]);
        lines[0].ShouldBe($$"""{"account_id":"{{account.Id}}","after_seq":2,"after_hash":"{{all[1].Hash}}"}""");
    }

    [Fact]
    public async Task An_empty_trail_is_its_beginning() =>
        (await ExportAsync(await server.NewAccountAsync())).ShouldHaveSingleItem().ShouldContain("\"after_seq\":0");

    [Fact]
    public async Task A_long_trail_arrives_before_it_was_read_to_its_end_and_without_gaps()
    {
        const int Rows = 50_000;
        var account = await server.NewAccountAsync();
        await server.HasEventsAsync(account, Event());
        await server.MultiplyEventAsync(account, Rows - 1);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, ApiClient.Api + "/events/export"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.Token);

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldContain("after_seq");

        // The rest does not fit into what lies between here and there, so that it cannot have been read yet: what goes now never arrives.
        await server.ExecuteSqlAsync("DELETE FROM events WHERE account_id = $1 AND seq > $2", account.Id, Rows - 1_000);
        var (lines, last) = (0, "");
        while (await reader.ReadLineAsync() is { } line)
        {
            (lines, last) = (lines + 1, line);
        }

        lines.ShouldBe(Rows - 1_000);
        JsonSerializer.Deserialize(last, ExportJson.Default.ExportedEvent)!.Seq.ShouldBe(Rows - 1_000);
    }

    [Fact]
    public async Task A_restricted_key_exports_nothing()
    {
        var account = await server.NewShopAsync();
        var blog = Guid.Parse((await account.Client.GetAsync("/sites/blog")).Id);
        await server.ExecuteSqlAsync("UPDATE api_keys SET sites = ARRAY[$2::uuid] WHERE account_id = $1", account.Id, blog);

        (await account.Client.GetAsync("/events/export")).ShouldBeError(403, "forbidden");
    }

    [Theory]
    [InlineData("?from=x", "from")]
    [InlineData("?to=x", "to")]
    [InlineData("?after=x", "after")]
    [InlineData("?event=secret.created", "event")]
    public async Task A_range_that_means_nothing_is_refused(string query, string field) =>
        (await (await server.NewAccountAsync()).Client.GetAsync("/events/export" + query)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);

    private static async Task<List<string>> ExportAsync(Account account, string query = "")
    {
        var answer = (await account.Client.GetAsync("/events/export" + query)).ShouldBe(200);
        answer.Headers["Content-Type"].ShouldBe("application/x-ndjson");
        answer.Text.ShouldEndWith("\n");
        return [.. answer.Text.TrimEnd('\n').Split('\n')];
    }

    private static List<ExportedEvent> EventsOf(IEnumerable<string> lines) =>
    [
        .. lines.Skip(1).Where(l => !l.StartsWith("{\"manifest\"", StringComparison.Ordinal))
            .Select(l => JsonSerializer.Deserialize(l, ExportJson.Default.ExportedEvent)!),
    ];

    private static EventRow RowOf(ExportedEvent line) => new()
    {
        AccountId = line.AccountId,
        Seq = line.Seq,
        Count = line.Count,
        Id = line.Id,
        Event = line.Event,
        ActorType = line.ActorType,
        ActorId = line.ActorId,
        ActorName = line.ActorName,
        ActorIp = line.ActorIp,
        ResourceType = line.ResourceType,
        ResourceId = line.ResourceId,
        SiteId = line.SiteId,
        EnvironmentId = line.EnvironmentId,
        AppId = line.AppId,
        Manifest = line.Manifest is null ? null : Convert.FromHexString(line.Manifest),
        Context = line.Context,
        OccurredAt = DateTimeOffset.Parse(line.OccurredAt, CultureInfo.InvariantCulture),
        Hash = [],
        Tag = [],
    };
}

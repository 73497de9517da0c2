using System.Globalization;
using System.Text.Json;
using Npgsql;
using SecretsService.Resolution;
using SecretsService.Scopes;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ImportSteps;
using static SecretsService.Tests.QueryPlan;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>
/// With 10,000 secrets in an account, PostgreSQL finds those that a query wants by an index: it reads neither table of secrets from end to end. That
/// is asked of PostgreSQL itself, for the statements that the routes really send, with the values that they send.
/// </summary>
public sealed class QueryPlansTests(ManySecretsServer server) : IClassFixture<ManySecretsServer>
{
    public static TheoryData<string> Lists()
    {
        var lists = new TheoryData<string>();
        foreach (var collection in new[]
                 {
                     "/secrets", "/global-secrets", "/sites/shop/secrets", "/sites/shop/apps/worker/secrets", Production + "/secrets",
                     "/sites/shop/apps/worker/environments/production/secrets",
                 })
        {
            foreach (var query in new[]
                     {
                         "", "?page=50&per_page=100", "?q=ame_77", "?expired=true", "?expired=soon", "?expired=false", "?secret_type=smtp",
                         "?environment_type=production", "?environment_type=", "?deleted=true", "?q=9&expired=true&secret_type=smtp&environment_type=production",
                     })
            {
                lists.Add(collection + query);
            }
        }

        return lists;
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_is_found_by_an_index(string path) => await ShouldUseIndexesAsync(account => account.Client.GetAsync(path));

    [Theory]
    [InlineData(Production + "/secrets?inherited=true")]
    [InlineData(Production + "/secrets?inherited=true&expired=true&page=5")]
    [InlineData("/sites/shop/apps/worker/environments/production/secrets?inherited=true&q=77")]
    [InlineData("/secrets/stats")]
    public async Task What_is_inherited_or_counted_is_found_by_an_index(string path) => await ShouldUseIndexesAsync(account => account.Client.GetAsync(path));

    [Fact]
    public async Task One_secret_its_neighbours_and_its_versions_are_found_by_an_index()
    {
        var id = await server.QuerySqlAsync<string>("SELECT id::text FROM secrets WHERE account_id = $1 AND name = 'NAME_500_0' AND scope_key = 'global'", server.Owner.Id);

        await ShouldUseIndexesAsync(account => account.Client.GetAsync($"/secrets/{id}"));
        await ShouldUseIndexesAsync(account => account.Client.GetAsync($"/secrets/{id}/versions"));
        await ShouldUseIndexesAsync(account => account.Client.GetAsync($"/global-secrets/{id}"));
    }

    [Fact]
    public async Task What_stands_against_a_new_secret_is_found_by_an_index() =>
        await ShouldUseIndexesAsync(account => account.Client.PostAsync("/global-secrets", new { key = "NAME_500_0", value = "1" }));

    [Fact]
    public async Task What_stands_against_a_change_and_a_deletion_is_found_by_an_index()
    {
        var id = await server.Owner.HasSecretAsync("shop", "staging", "TO_CHANGE", "1");

        await ShouldUseIndexesAsync(async account => (await account.Client.PutAsync($"/secrets/{id}", new { key = "NAME_501_0", value = "2" })).ShouldBe(200));
        await ShouldUseIndexesAsync(async account => (await account.Client.DeleteAsync($"/secrets/{id}")).ShouldBe(200));
        await ShouldUseIndexesAsync(async account => (await account.Client.PostAsync($"/secrets/{id}/restore", "")).ShouldBe(200));
    }

    [Fact]
    public async Task What_an_import_compares_is_found_by_an_index() => await ShouldUseIndexesAsync(async account =>
        (await account.ImportAsync("/sites/shop/environments/staging/secrets", MapOf(100), "?dry_run=true&mode=replace")).ShouldBe(200));

    [Fact]
    public async Task The_uses_of_a_type_are_found_by_an_index()
    {
        await server.Owner.HasTypeAsync("mine", "json", "a");

        await ShouldUseIndexesAsync(async account => (await account.Client.DeleteAsync("/secret-types/mine")).ShouldBe(200));
    }

    [Fact]
    public async Task What_a_site_or_environment_holds_is_found_by_an_index()
    {
        await ShouldUseIndexesAsync(async account => (await account.Client.DeleteAsync("/sites/shop")).ShouldBe(409));
        await ShouldUseIndexesAsync(async account => (await account.Client.DeleteAsync(Production)).ShouldBe(409));
        await ShouldUseIndexesAsync(async account => (await account.Client.DeleteAsync("/sites/shop/apps/worker")).ShouldBe(409));
    }

    // The hand-written statements are prepared: PostgreSQL may plan them once for all values.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_merged_map_is_found_by_an_index(bool isGeneric) =>
        ShouldUseIndexes(Candidate.Query.Sql, await ExplainPreparedAsync(Candidate.Query.Sql, takesCollections: false, isGeneric));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_explanation_is_found_by_an_index(bool isGeneric) =>
        ShouldUseIndexes(SecretSource.Query.Sql, await ExplainPreparedAsync(SecretSource.Query.Sql, takesCollections: true, isGeneric));

    [Fact]
    public async Task A_first_page_is_read_in_the_order_of_an_index_and_not_sorted()
    {
        var page = (await CaptureAsync(account => account.Client.GetAsync("/global-secrets"))).Single(q => q.Sql.Contains("sealed_value", StringComparison.Ordinal));

        var nodes = Nodes(await ExplainAsync(page)).ToList();

        nodes.ShouldContain(node => IndexOf(node) == "ix_secrets_collection", page.Sql);
        nodes.Where(node => node.Text("Node Type") == "Sort").ShouldAllBe(node => node.GetProperty("Plan Rows").GetDouble() <= 15);
    }

    [Theory]
    [InlineData("/global-secrets", "ix_secrets_name_folded")]
    [InlineData("/secrets", "ix_secrets_name")]
    [InlineData("/secrets?expired=true", "ix_secrets_expires_at")]
    [InlineData("/secrets?expired=soon", "ix_secrets_expires_at")]
    [InlineData("/secrets?secret_type=smtp", "ix_secrets_secret_type")]
    [InlineData("/global-secrets?deleted=true", "ix_secrets_deleted")]
    public async Task A_list_uses_the_index_that_is_there_for_it(string path, string index)
    {
        var used = new HashSet<string?>();
        foreach (var query in await CaptureAsync(account => account.Client.GetAsync(path)))
        {
            used.UnionWith(Nodes(await ExplainAsync(query)).Select(IndexOf));
        }

        used.ShouldContain(index);
    }

    private async Task ShouldUseIndexesAsync(Func<Account, Task<ApiAnswer>> request)
    {
        foreach (var query in await CaptureAsync(request))
        {
            ShouldUseIndexes(query.Sql, await ExplainAsync(query));
        }
    }

    private async Task<IReadOnlyList<CapturedQuery>> CaptureAsync(Func<Account, Task<ApiAnswer>> request)
    {
        var all = await server.Queries.OfAsync(async () => (await request(server.Owner)).Status.ShouldBeLessThan(500));
        var queries = all.Where(IsOfSecrets).ToList();
        queries.ShouldNotBeEmpty();
        return queries;
    }

    private static bool IsOfSecrets(CapturedQuery query) =>
        query.Sql.StartsWith("SELECT", StringComparison.Ordinal)
        && (query.Sql.Contains("FROM secrets ", StringComparison.Ordinal) || query.Sql.Contains("FROM secret_versions ", StringComparison.Ordinal));

    private static void ShouldUseIndexes(string sql, JsonElement plan)
    {
        var scanned = ScannedBy(plan);

        scanned.ShouldNotContain("secrets", $"{sql}\n{plan}");
        scanned.ShouldNotContain("secret_versions", $"{sql}\n{plan}");
        Nodes(plan).ShouldContain(node => IndexOf(node) != null, $"{sql}\n{plan}");
    }

    private Task<JsonElement> ExplainAsync(CapturedQuery query) => server.ExplainAsync(query);

    private async Task<JsonElement> ExplainPreparedAsync(string sql, bool takesCollections, bool isGeneric)
    {
        var scopes = await ScopesAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync($"SET plan_cache_mode = {(isGeneric ? "force_generic_plan" : "force_custom_plan")}");
        await ExecuteAsync($"PREPARE planned(uuid, text[]{(takesCollections ? ", text[]" : "")}) AS {sql}");
        var values = $"'{server.Owner.Id}', {Literal(scopes.Select(s => s.StorageKey))}{(takesCollections ? ", " + Literal(scopes.Select(s => s.CollectionKey)) : "")}";
        await using var command = new NpgsqlCommand($"{Explain}EXECUTE planned({values})", connection);
        var plan = PlanOf((string)(await command.ExecuteScalarAsync())!);
        await ExecuteAsync("DEALLOCATE planned; RESET plan_cache_mode");
        return plan;

        async Task ExecuteAsync(string statement)
        {
            await using var other = new NpgsqlCommand(statement, connection);
            await other.ExecuteNonQueryAsync();
        }
    }

    // Those of the app in production: all eight.
    private async Task<IReadOnlyList<SecretScope>> ScopesAsync()
    {
        var client = server.Owner.Client;
        return [.. new Target(
            "production",
            Guid.Parse((await client.GetAsync("/sites/shop")).Id),
            Guid.Parse((await client.GetAsync("/sites/shop/apps/worker")).Id),
            Guid.Parse((await client.GetAsync(Production)).Id)).Scopes()];
    }

    private static string Literal(IEnumerable<string> texts) =>
        string.Create(CultureInfo.InvariantCulture, $"ARRAY[{string.Join(", ", texts.Distinct().Select(t => $"'{t}'"))}]");
}

/// <summary>A server whose database holds 10,000 secrets of one account, and others.</summary>
public sealed class ManySecretsServer : SecretsServer
{
    public ManySecretsServer() => With("Secrets:PerScope", "100000");

    /// <summary>The account.</summary>
    public Account Owner { get; private set; } = null!;

    /// <summary>What the server asks its database.</summary>
    public CapturedQueries Queries { get; } = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Owner = await ManySecrets.FillAsync(this);
        Queries.Follow(this);
    }

    public override async ValueTask DisposeAsync()
    {
        Queries.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

using SecretsService.Testing;

namespace SecretsService.Tests.Walls;

/// <summary>What fills a path: a site, an environment and an app of it, and the single things of those.</summary>
internal sealed record Place(string Site, string Environment, string App, IReadOnlyDictionary<string, string> Ids)
{
    public static string Unknown => Guid.CreateVersion7().ToString();

    /// <summary>A place that is nowhere.</summary>
    public static Place Nowhere { get; } = new(Unknown, Unknown, Unknown, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The path of a route in this place; what it has not is unknown.</summary>
    public string PathOf(Route route) => "/" + route.Pattern
        .Replace("{site}", Site, StringComparison.Ordinal)
        .Replace("{environment}", Environment, StringComparison.Ordinal)
        .Replace("{app}", App, StringComparison.Ordinal)
        .Replace("{key}", "SHARED", StringComparison.Ordinal)
        .Replace("{type}", Ids.GetValueOrDefault("type", "unknown"), StringComparison.Ordinal)
        .Replace("{id}", route.Collection is { } collection ? Ids.GetValueOrDefault(collection, Unknown) : Unknown, StringComparison.Ordinal) + route.Query;
}

/// <summary>An account with two sites that have everything that a path can name; nothing but names tells the second from the first.</summary>
internal sealed record World(Account Account, Place Own, Place Sibling, Place Other)
{
    /// <summary>What only the other site's things are called.</summary>
    public const string Canary = "zanzibar";

    public static async Task<World> BuildAsync(SecretsServer server)
    {
        var account = await server.NewAccountAsync();
        var global = await CreateAsync(account, "/global-secrets", new { key = "SHARED", value = "1" });
        (await account.Client.PostAsync("/secret-types", new { name = "Own", key = "own", schema = new { type = "object" } })).ShouldBe(201);
        var (own, sibling) = await BuildSiteAsync(account, "shop", global);
        var (other, _) = await BuildSiteAsync(account, Canary, global);
        return new World(account, own, sibling, other with { Ids = new Dictionary<string, string>(other.Ids, StringComparer.Ordinal) { ["/global-secrets"] = global } });
    }

    /// <summary>A world of one place, to be changed and thrown away.</summary>
    public static async Task<World> BuildSmallAsync(SecretsServer server)
    {
        var account = await server.NewAccountAsync();
        var global = await CreateAsync(account, "/global-secrets", new { key = "SHARED", value = "1" });
        (await account.Client.PostAsync("/secret-types", new { name = "Own", key = "own", schema = new { type = "object" } })).ShouldBe(201);
        var site = await CreateAsync(account, "/sites", new { name = "shop", slug = "shop" });
        var production = await CreateAsync(account, $"/sites/{site}/environments", new { name = "production", slug = "production" });
        var worker = await CreateAsync(account, $"/sites/{site}/apps", new { name = "worker", slug = "worker" });
        var own = await FillAsync(account, "shop", new Place(site, production, worker, new Dictionary<string, string>(StringComparer.Ordinal)), global);
        return new World(account, own, Place.Nowhere, Place.Nowhere);
    }

    private static async Task<(Place Own, Place Sibling)> BuildSiteAsync(Account account, string slug, string global)
    {
        var site = await CreateAsync(account, "/sites", new { name = slug, slug });
        var production = await CreateAsync(account, $"/sites/{site}/environments", new { name = $"{slug} production", slug = "production" });
        var staging = await CreateAsync(account, $"/sites/{site}/environments", new { name = $"{slug} staging", slug = "staging" });
        var worker = await CreateAsync(account, $"/sites/{site}/apps", new { name = $"{slug} worker", slug = "worker" });
        var web = await CreateAsync(account, $"/sites/{site}/apps", new { name = $"{slug} web", slug = "web" });
        return (
            await FillAsync(account, slug, new Place(site, production, worker, new Dictionary<string, string>(StringComparer.Ordinal)), global),
            await FillAsync(account, slug, new Place(site, staging, web, new Dictionary<string, string>(StringComparer.Ordinal)), global));
    }

    private static async Task<Place> FillAsync(Account account, string slug, Place place, string global)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal) { ["/global-secrets"] = global, ["type"] = "own" };
        var (site, app, environment) = ($"/sites/{place.Site}", $"/sites/{place.Site}/apps/{place.App}", $"/environments/{place.Environment}");
        var key = $"OF_{slug}_{place.App[^6..]}";
        ids["/sites/{site}/secrets"] = await CreateAsync(account, $"{site}/secrets", new { key = key + "_SITE", value = "1" });
        ids["/sites/{site}/apps/{app}/secrets"] = await CreateAsync(account, $"{app}/secrets", new { key = key + "_APP", value = "1" });
        ids["/environments/{environment}/secrets"] = await CreateAsync(account, $"{environment}/secrets", new { key = key + "_ENVIRONMENT", value = "1" });
        ids["/sites/{site}/apps/{app}/environments/{environment}/secrets"] =
            await CreateAsync(account, $"{app}{environment}/secrets", new { key = key + "_BOTH", value = "1" });
        ids["/api-keys"] = await CreateAsync(
            account, "/api-keys", new { name = $"{slug} key", abilities = new[] { "api-key:write" }, sites = new[] { place.Site } });
        ids["/deployments"] = (await account.Client.PostAsync($"{environment}/deployments", new { app = place.App })).ShouldBe(202).Id;
        return place with { Ids = ids };
    }

    private static async Task<string> CreateAsync(Account account, string path, object body) => (await account.Client.PostAsync(path, body)).ShouldBe(201).Id;
}

/// <summary>A server with a world to look at, and another account's.</summary>
public sealed class WorldServer : SecretsServer
{
    internal World World { get; private set; } = null!;

    internal World Foreign { get; private set; } = null!;

    internal ApiClient Expired { get; private set; } = null!;

    internal ApiClient OfSite { get; private set; } = null!;

    internal ApiClient OfEnvironment { get; private set; } = null!;

    internal ApiClient OfApp { get; private set; } = null!;

    internal ApiClient DeploymentToken { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        World = await World.BuildAsync(this);
        Foreign = await World.BuildAsync(this);
        Expired = await this.ExpiredKeyAsync(World.Account);
        var own = World.Own;
        OfSite = await this.RestrictedKeyAsync(World.Account, [own.Site]);
        OfEnvironment = await this.RestrictedKeyAsync(World.Account, [own.Site], [own.Environment]);
        OfApp = await this.RestrictedKeyAsync(World.Account, [own.Site], apps: [own.App]);
        var token = (await World.Account.Client.PostAsync($"/deployments/{own.Ids["/deployments"]}/token", new { uses = 100 })).ShouldBe(201);
        DeploymentToken = ClientWith(token.Data.GetProperty("token").GetString());
    }
}

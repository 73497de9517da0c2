using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.ApiKeys;
using SecretsService.Contracts;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>No key makes, or gets hold of, one that can do more, reaches further or lives longer than itself.</summary>
public sealed class EscalatingTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    private const int Requests = 80;

    private static readonly string[] Sites = ["shop", "blog"];
    private static readonly string[] Environments = ["shop/production", "shop/staging", "blog/production"];
    private static readonly string[] Apps = ["shop/worker", "shop/web", "blog/web"];

    [Fact]
    public async Task Whatever_a_key_makes_is_included_in_it_and_whatever_is_included_in_it_can_be_made()
    {
        var account = await (await server.NewShopAsync()).HasAppsAsync("blog", "web");
        var (made, refused) = (0, 0);
        foreach (var (makers, wanted) in Gen.Sample(Pairs(), Requests))
        {
            // A maker is a key that can be made at all, and that may make others.
            var maker = await MakeAsync(account, makers with { Abilities = [.. makers.Abilities, "api-key:write"] });
            if (maker.Status != 201)
            {
                maker.ShouldBeError(422, "validation_failed");
                makers.IsSound().ShouldBeFalse(makers.ToString());
                continue;
            }

            var key = await MakeAsync(account with { Client = server.ClientWith(maker.Data.Text("token")) }, wanted);

            var isIncluded = wanted.IsSound() && wanted.IsWithin(makers with { Abilities = [.. makers.Abilities, "api-key:write"] });
            key.Status.ShouldBe(isIncluded ? 201 : key.Status == 422 ? 422 : 403, $"{makers} makes {wanted}: {key.Text}");
            (made, refused) = (made + (isIncluded ? 1 : 0), refused + (isIncluded ? 0 : 1));
        }

        made.ShouldBeGreaterThan(5, "or this proves nothing");
        refused.ShouldBeGreaterThan(5, "or this proves nothing");
    }

    [Fact]
    public async Task A_key_without_all_abilities_is_told_to_say_which()
    {
        var account = await server.NewAccountAsync();
        var key = await server.NewKeyOfAsync(account, ["api-key:write", "secret:*"]);

        (await key.Client.PostAsync("/api-keys", new { name = "x" })).ShouldBeError(403, "forbidden").Message.ShouldBe(
            "This API key lacks the ability *, and no key makes one that can do more than itself. Without abilities that is what is asked for: send abilities, "
            + "of those that it has: api-key:write, secret:*.");
        (await key.Client.PostAsync("/api-keys", new { name = "x", abilities = new[] { "secret:read", "site:read" } })).ShouldBeError(403, "forbidden").Message!
            .ShouldStartWith("This API key lacks the ability site:read,");
        (await key.Client.PostAsync("/api-keys", new { name = "x", abilities = new[] { "secret:reveal" } })).ShouldBe(201);
    }

    [Theory]
    [InlineData("""{"sites": ["shop"]}""", "{}", "sites")]
    [InlineData("""{"environments": ["shop/production"]}""", "{}", "environments")]
    [InlineData("""{"environments": ["shop/production"]}""", """{"sites": ["shop"]}""", "environments")]
    [InlineData("""{"apps": ["shop/web"]}""", """{"environments": ["shop/production"]}""", "apps")]
    [InlineData("""{"environments": ["shop/production"], "apps": ["shop/web"]}""", "{}", "environments and apps")]
    public async Task A_restricted_key_is_told_which_lists_to_send(string restriction, string request, string lists)
    {
        var account = await server.NewShopAsync();
        var maker = (await account.Client.PostAsync("/api-keys", restriction.Replace("{", """{"name": "maker", """, StringComparison.Ordinal))).ShouldBe(201);

        var answer = await server.ClientWith(maker.Data.Text("token")).PostAsync(
            "/api-keys", request.Replace("{", request == "{}" ? """{"name": "x" """ : """{"name": "x", """, StringComparison.Ordinal));

        answer.ShouldBeError(403, "forbidden").Message.ShouldBe(
            $"This API key is restricted, and no key makes one that reaches further than itself. Send {lists}, of those that it is restricted to.");
    }

    [Fact]
    public async Task A_key_that_expires_makes_none_that_outlives_it_and_gets_no_token_of_one()
    {
        var account = await server.NewAccountAsync();
        var end = server.Clock.GetUtcNow().AddDays(1);
        var maker = (await account.Client.PostAsync("/api-keys", new { name = "maker", expires_at = end })).ShouldBe(201).Data;
        var client = server.ClientWith(maker.Text("token"));
        var forever = (await account.Client.PostAsync("/api-keys", new { name = "forever" })).ShouldBe(201).Id;

        (await client.PostAsync("/api-keys", new { name = "x" })).ShouldBe(201).Data.Text("expires_at").ShouldBe(maker.Text("expires_at"));
        (await client.PostAsync("/api-keys", new { name = "x", expires_at = maker.Text("expires_at") })).ShouldBe(201);
        (await client.PostAsync("/api-keys", new { name = "x", expires_at = end.AddMilliseconds(-1) })).ShouldBe(201);
        (await client.PostAsync("/api-keys", new { name = "x", expires_at = end.AddMilliseconds(1) })).ShouldBeError(403, "forbidden").Message.ShouldBe(
            $"This API key expires at {maker.Text("expires_at")}, and no key makes one that outlives itself. Send an earlier expires_at, or none for the same one.");
        (await client.PostAsync($"/api-keys/{forever}/rotate", new { })).ShouldBeError(403, "forbidden").Message!.ShouldContain("outlives it");
        (await client.PostAsync($"/api-keys/{maker.Text("id")}/rotate", new { })).ShouldBe(200);
    }

    [Theory]
    [InlineData("rotate")]
    [InlineData("delete")]
    public async Task A_key_that_can_do_more_is_neither_rotated_nor_deleted(string what)
    {
        var account = await server.NewAccountAsync();
        var stronger = (await account.Client.PostAsync("/api-keys", new { name = "x", abilities = new[] { "secret:read", "key:manage" } })).ShouldBe(201);
        var key = await server.NewKeyOfAsync(account, ["api-key:*", "secret:*"]);

        var answer = what == "rotate" ? await key.Client.PostAsync($"/api-keys/{stronger.Id}/rotate", new { }) : await key.Client.DeleteAsync($"/api-keys/{stronger.Id}");

        answer.ShouldBeError(403, "forbidden").Message.ShouldBe(
            "That API key has the ability key:manage, which this one lacks: no key changes one that can do more than itself.");
        (await server.ClientWith(stronger.Data.Text("token")).GetAsync("//api/v1/auth/whoami")).ShouldBe(200);
    }

    [Theory]
    [InlineData("DELETE FROM api_keys WHERE account_id = $1 AND id = $2")]
    [InlineData("DELETE FROM api_key_tokens WHERE account_id = $1 AND api_key_id = $2")]
    [InlineData("UPDATE api_keys SET expires_at = '2020-01-01' WHERE account_id = $1 AND id = $2")]
    public async Task A_key_that_was_taken_away_since_its_request_was_authenticated_makes_rotates_and_deletes_nothing(string sql)
    {
        var account = await server.NewAccountAsync();
        var id = Guid.Parse((await account.Client.PostAsync("/api-keys", new { name = "other" })).ShouldBe(201).Id);
        var made = (await account.Client.PostAsync("/api-keys", new { name = "thief" })).ShouldBe(201);
        var caller = new Caller(account.Id, "", Guid.Parse(made.Id), "thief") { Abilities = AbilitySet.Everything };
        var acting = new ActingKey(caller, ApiToken.HashOf(made.Data.Text("token")));
        await server.ExecuteSqlAsync(sql, account.Id, caller.ApiKeyId);

        await using var scope = server.NewScope();
        var store = scope.ServiceProvider.GetRequiredService<ApiKeyStore>();
        var failures = new[]
        {
            (await store.CreateAsync(acting, new CreateApiKey { Name = "mine" }, CancellationToken.None)).Failure,
            (await store.RotateAsync(acting, id.ToString(), new RotateApiKey(), CancellationToken.None)).Failure,
            (await store.DeleteAsync(acting, id.ToString(), CancellationToken.None)).Failure,
        };

        failures.ShouldAllBe(f => f != null && f.Message.StartsWith("This API key was deleted, rotated or has expired", StringComparison.Ordinal));
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM api_keys WHERE account_id = $1 AND (name = 'mine' OR id = $2)", account.Id, id)).ShouldBe(1);
    }

    private static Task<ApiAnswer> MakeAsync(Account account, Grant grant) => account.Client.PostAsync(
        "/api-keys", new { name = "x", abilities = grant.Abilities, sites = grant.Sites, environments = grant.Environments, apps = grant.Apps });

    // As often as not what is wanted is made of what the maker has: of two that know nothing of each other, hardly ever one includes the other.
    private static Gen<(Grant Maker, Grant Wanted)> Pairs() =>
        from maker in Grants()
        from other in Grants()
        from isNarrower in Gen.Elements(true, true, false)
        from environments in Gen.SubListOf(maker.Environments)
        from apps in Gen.SubListOf(maker.Apps)
        select (maker, isNarrower ? new Grant(maker.Abilities[..1], maker.Sites, [.. environments], [.. apps]) : other);

    private static Gen<Grant> Grants() =>
        from abilities in Gen.NonEmptyListOf(Gen.Elements(Ability.Known.Concat(Ability.Kinds).Append("*").ToArray()))
        from sites in Some(Sites)
        from environments in Some(Environments)
        from apps in Some(Apps)
        select new Grant([.. abilities.Take(4)], sites, environments, apps);

    private static Gen<string[]> Some(string[] names) =>
        Gen.Frequency((3, Gen.Constant(Array.Empty<string>())), (2, Gen.SubListOf(names).Select(some => some.ToArray())));

    /// <summary>What a request asks for, and in words of its own what that comes to: the abilities and the scopes, each by itself.</summary>
    [SuppressMessage("Major Code Smell", "S3218", Justification = "What a grant has is called what a shop has")]
    private sealed record Grant(string[] Abilities, string[] Sites, string[] Environments, string[] Apps)
    {
        /// <summary>True where the lists fit together: each part belongs to one of the sites, and each site has one of the parts.</summary>
        public bool IsSound() =>
            Environments.Concat(Apps).All(part => SitesOf().Contains(SiteOf(part)))
            && SitesOf().All(site => (Environments.Length == 0 || Environments.Any(e => SiteOf(e) == site)) && (Apps.Length == 0 || Apps.Any(a => SiteOf(a) == site)));

        public bool IsWithin(Grant wider) => Allowed().IsSubsetOf(wider.Allowed()) && Scopes().IsSubsetOf(wider.Scopes());

        public override string ToString() => JsonSerializer.Serialize(this);

        private static string SiteOf(string part) => part[..part.IndexOf('/', StringComparison.Ordinal)];

        private string[] SitesOf() => Sites.Length > 0 ? Sites : [.. Environments.Concat(Apps).Select(SiteOf).Distinct()];

        private HashSet<string> Allowed() =>
        [
            .. Ability.Known.Concat(Ability.Kinds.Select(kind => kind.Replace("*", "later", StringComparison.Ordinal))).Append("later:later").Where(
                asked => Abilities.Any(held => held == "*" || held == asked || (held.EndsWith('*') && asked.StartsWith(held[..^1], StringComparison.Ordinal)))),
        ];

        private HashSet<string> Scopes()
        {
            var isWhole = SitesOf().Length == 0;
            static IEnumerable<string> Parts(string[] all, string[] listed, string site) =>
                listed.Length > 0 ? listed.Where(p => SiteOf(p) == site) : all.Where(p => SiteOf(p) == site).Append("any");
            return
            [
                .. from site in isWhole ? EscalatingTests.Sites : SitesOf()
                   from environment in Parts(EscalatingTests.Environments, Environments, site)
                   from app in Parts(EscalatingTests.Apps, Apps, site)
                   select $"{site} {environment} {app}",
                .. isWhole ? ["global"] : Array.Empty<string>(),
            ];
        }
    }
}

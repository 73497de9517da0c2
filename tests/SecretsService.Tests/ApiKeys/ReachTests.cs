using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>One reach includes another exactly where it includes whatever the other does.</summary>
public sealed class ReachTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private static readonly World Small = new(sites: 3, environments: 2, apps: 2);

    [Fact]
    public void It_includes_another_exactly_where_it_includes_every_scope_of_the_other() =>
        Prop.ForAll(Pairs(), pair =>
            pair.One.Includes(pair.Other) == Small.Scopes.All(s => !Includes(pair.Other, s) || Includes(pair.One, s))).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_restriction_that_can_be_made_leaves_something_in_reach() =>
        Prop.ForAll(Reaches().ToArbitrary(), reach => Small.Scopes.Exists(s => Includes(reach, s))).QuickCheckThrowOnFailure();

    [Fact]
    public void It_includes_itself_and_what_is_narrower_than_what_is_narrower()
    {
        var triples = from one in Reaches() from other in Reaches() from third in Reaches() select (one, other, third);

        Prop.ForAll(triples.ToArbitrary(), t =>
            t.one.Includes(t.one) && (!t.one.Includes(t.other) || !t.other.Includes(t.third) || t.one.Includes(t.third))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task The_database_finds_the_keys_that_it_includes_and_no_others()
    {
        var account = await server.NewAccountAsync();
        var keys = Gen.Sample(Reaches(), 80).Append(Reach.Whole).Select((reach, index) => (Id: World.Id(1_000 + index), Reach: reach)).ToList();
        await server.ExecuteSqlAsync("DELETE FROM api_keys WHERE account_id = $1", account.Id);
        foreach (var (id, reach) in keys)
        {
            await server.ExecuteSqlAsync(
                "INSERT INTO api_keys (account_id, id, name, abilities, sites, environments, apps, created_at, created_by) VALUES ($1, $2, 'k', '{*}', $3, $4, $5, now(), 'x')",
                account.Id, id, reach.Sites.ToArray(), reach.Environments.ToArray(), reach.Apps.ToArray());
        }

        await using var scope = server.NewScope();
        var rows = scope.ServiceProvider.GetRequiredService<SecretsDbContext>().ApiKeys.Where(k => k.AccountId == account.Id);
        foreach (var reach in Gen.Sample(Reaches(), 40).Append(Reach.Whole))
        {
            (await rows.Within(reach).Select(k => k.Id).ToListAsync())
                .ShouldBe(keys.Where(k => reach.Includes(k.Reach)).Select(k => k.Id), ignoreOrder: true, World.Text(reach));
        }
    }

    private static bool Includes(Reach reach, (Guid? Site, Guid? Environment, Guid? App) scope) => reach.Includes(scope.Site, scope.Environment, scope.App);

    // As often as not the second is made of parts of the first: of two that know nothing of each other, hardly ever one includes the other.
    private static Arbitrary<(Reach One, Reach Other)> Pairs() =>
        (from one in Reaches()
         from other in Gen.OneOf(Reaches(), Small.ReachesWithin(one))
         select (one, other)).ToArbitrary();

    private static Gen<Reach> Reaches() => Small.ReachesWithin(Reach.Whole);
}

/// <summary>A generated account: sites, each with environments and apps.</summary>
internal sealed class World
{
    private readonly List<(Guid Site, Guid[] Environments, Guid[] Apps)> _sites;

    public World(int sites, int environments, int apps)
    {
        _sites = [.. Enumerable.Range(1, sites).Select(s => (
            Id(s),
            Enumerable.Range(1, environments).Select(e => Id((10 * s) + e)).ToArray(),
            Enumerable.Range(1, apps).Select(a => Id((100 * s) + a)).ToArray()))];
        Scopes =
        [
            (null, null, null),
            .. from site in _sites
               from environment in site.Environments.Select(e => (Guid?)e).Append(null)
               from app in site.Apps.Select(a => (Guid?)a).Append(null)
               select ((Guid?)site.Site, environment, app),
        ];
    }

    /// <summary>Every place in it that something may stand at.</summary>
    public List<(Guid? Site, Guid? Environment, Guid? App)> Scopes { get; }

    public static Guid Id(int number) => new($"019a3f00-0000-7000-8000-{number:d12}");

    public static string Text(Reach reach) => $"{string.Join(',', reach.Sites)} | {string.Join(',', reach.Environments)} | {string.Join(',', reach.Apps)}";

    /// <summary>
    /// Restrictions as keys have them, made of what another sees: each of their sites has one of the environments, where some are listed, and one of
    /// the apps, where such are.
    /// </summary>
    public Gen<Reach> ReachesWithin(Reach wider) =>
        from isWhole in Gen.Frequency((1, Gen.Constant(true)), (9, Gen.Constant(false)))
        from sites in Gen.NonEmptyListOf(Gen.Elements(_sites.Where(s => wider.SeesSite(s.Site)).ToArray()))
        from listsEnvironments in Gen.Elements(true, false)
        from listsApps in Gen.Elements(true, false)
        let of = sites.DistinctBy(s => s.Site).ToList()
        from environments in Gen.CollectToList(of, s => Gen.NonEmptyListOf(Gen.Elements(s.Environments.Where(e => wider.SeesEnvironment(s.Site, e)).ToArray())))
        from apps in Gen.CollectToList(of, s => Gen.NonEmptyListOf(Gen.Elements(s.Apps.Where(a => wider.SeesApp(s.Site, a)).ToArray())))
        select isWhole ? Reach.Whole : Reach.Of(
            [.. of.Select(s => s.Site)],
            listsEnvironments ? [.. environments.SelectMany(e => e).Distinct()] : [],
            listsApps ? [.. apps.SelectMany(a => a).Distinct()] : []);
}

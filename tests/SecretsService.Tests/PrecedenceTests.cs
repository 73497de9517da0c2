using FsCheck;
using FsCheck.Fluent;
using SecretsService.Scopes;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>The rule that decides which value a target gets, over all eight rungs.</summary>
public sealed class PrecedenceTests
{
    private static readonly Guid Site = Id(1);
    private static readonly Guid App = Id(2);
    private static readonly Guid Environment = Id(3);
    private static readonly Guid OtherSite = Id(4);
    private static readonly Guid OtherApp = Id(5);
    private static readonly Guid OtherEnvironment = Id(6);

    // An app of a site, in its production environment: the target that all eight rungs can serve.
    private static readonly Target Full = new("production", Site, App, Environment);

    private static readonly SecretScope[] Ladder =
    [
        new(new Owner.Global(), new Selector.Any()),
        new(new Owner.Global(), new Selector.Type("production")),
        new(new Owner.Site(Site), new Selector.Any()),
        new(new Owner.Site(Site), new Selector.Type("production")),
        new(new Owner.App(Site, App), new Selector.Any()),
        new(new Owner.App(Site, App), new Selector.Type("production")),
        new(new Owner.Site(Site), new Selector.Environment(Environment)),
        new(new Owner.App(Site, App), new Selector.Environment(Environment)),
    ];

    private static readonly SecretScope[] ScopesOfOthers =
    [
        new(new Owner.Global(), new Selector.Type("development")),
        new(new Owner.Site(Site), new Selector.Type("development")),
        new(new Owner.Site(Site), new Selector.Environment(OtherEnvironment)),
        new(new Owner.Site(OtherSite), new Selector.Any()),
        new(new Owner.Site(OtherSite), new Selector.Type("production")),
        new(new Owner.Site(OtherSite), new Selector.Environment(Environment)),
        new(new Owner.App(Site, OtherApp), new Selector.Any()),
        new(new Owner.App(Site, OtherApp), new Selector.Type("production")),
        new(new Owner.App(Site, OtherApp), new Selector.Environment(Environment)),
        new(new Owner.App(Site, App), new Selector.Type("development")),
        new(new Owner.App(Site, App), new Selector.Environment(OtherEnvironment)),
    ];

    public static TheoryData<int, int> Pairs()
    {
        var pairs = new TheoryData<int, int>();
        foreach (var lower in Enumerable.Range(0, Ladder.Length))
        {
            foreach (var higher in Enumerable.Range(lower + 1, Ladder.Length - lower - 1))
            {
                pairs.Add(lower, higher);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Of_two_rungs_the_higher_one_wins(int lower, int higher) =>
        Precedence.Resolve([new Candidate("KEY", Ladder[higher]), new Candidate("KEY", Ladder[lower])], Full)
            .ShouldHaveSingleItem().Scope.ShouldBe(Ladder[higher]);

    [Fact]
    public void The_ladder_of_a_target_is_the_enumeration_of_rungs_lowest_first()
    {
        Full.Scopes().ShouldBe(Ladder, ignoreOrder: true);
        Ladder.Select(s => s.Rung).ShouldBe(Enum.GetValues<Rung>());
    }

    [Fact]
    public void Scopes_of_other_targets_give_nothing() =>
        Precedence.Resolve(ScopesOfOthers.Select(scope => new Candidate("KEY", scope)), Full).ShouldBeEmpty();

    [Fact]
    public void A_target_without_an_app_gets_nothing_of_any_app() =>
        Precedence.Resolve(Ladder.Select(scope => new Candidate("KEY", scope)), Full with { AppId = null })
            .ShouldHaveSingleItem().Scope.Rung.ShouldBe(Rung.SiteEnvironment);

    [Fact]
    public void A_target_without_a_site_gets_global_values_of_its_type() =>
        Precedence.Resolve(Ladder.Select(scope => new Candidate("KEY", scope)), new Target("production", null, null, null))
            .ShouldHaveSingleItem().Scope.Rung.ShouldBe(Rung.GlobalType);

    [Fact]
    public void Names_that_differ_in_case_are_two_variables() =>
        Precedence.Resolve([new Candidate("Key", Ladder[0]), new Candidate("KEY", Ladder[7])], Full)
            .Select(c => c.Name).ShouldBe(["KEY", "Key"]);

    [Fact]
    public void A_global_secret_cannot_select_one_environment() =>
        Should.Throw<ArgumentException>(() => new SecretScope(new Owner.Global(), new Selector.Environment(Environment)));

    [Fact]
    public void Whatever_the_candidates_and_their_order_each_name_has_its_highest_applicable_rung() =>
        Prop.ForAll(CandidateSets(), candidates =>
        {
            var expected = candidates.Where(c => Ladder.Contains(c.Scope))
                .GroupBy(c => c.Name, StringComparer.Ordinal)
                .Select(group => group.OrderByDescending(c => Array.IndexOf(Ladder, c.Scope)).First())
                .OrderBy(c => c.Name, StringComparer.Ordinal);
            return Precedence.Resolve(candidates, Full).SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_scope_survives_its_way_through_the_columns_of_a_row() =>
        Ladder.Concat(ScopesOfOthers).ShouldAllBe(scope =>
            SecretScope.Of(scope.SiteId, scope.AppId, scope.EnvironmentType, scope.EnvironmentId) == scope);

    [Fact]
    public void No_two_scopes_share_a_storage_key() =>
        Ladder.Concat(ScopesOfOthers).Select(s => s.StorageKey).ShouldBeUnique(StringComparer.Ordinal);

    private static Arbitrary<Candidate[]> CandidateSets() =>
        Gen.Elements("A", "B", "a", "LONG_NAME")
            .SelectMany(name => Gen.Elements(Ladder.Concat(ScopesOfOthers).ToArray()).Select(scope => new Candidate(name, scope)))
            .ArrayOf()
            .Select(candidates => candidates.Distinct().ToArray())
            .ToArbitrary();

    private static Guid Id(byte number) => new(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, number);

    private sealed record Candidate(string Name, SecretScope Scope, bool IsPinned = false) : ICandidate;
}

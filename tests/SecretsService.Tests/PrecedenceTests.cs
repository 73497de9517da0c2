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
    private static readonly Guid ThirdEnvironment = Id(7);
    private static readonly Guid FourthEnvironment = Id(8);

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
        new(new Owner.Site(OtherSite), new Selector.Environment(ThirdEnvironment)),
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

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_pinned_value_is_not_overridden_by_a_higher_rung(int lower, int higher) =>
        Precedence.Resolve([new Candidate("KEY", Ladder[higher]), new Candidate("KEY", Ladder[lower], IsPinned: true)], Full)
            .ShouldHaveSingleItem().Scope.ShouldBe(Ladder[lower]);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_pinned_value_overrides_lower_rungs_as_any_other_does(int lower, int higher) =>
        Precedence.Resolve([new Candidate("KEY", Ladder[higher], IsPinned: true), new Candidate("KEY", Ladder[lower])], Full)
            .ShouldHaveSingleItem().Scope.ShouldBe(Ladder[higher]);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Of_two_pinned_values_the_broader_one_decides(int lower, int higher) =>
        Precedence.Resolve([new Candidate("KEY", Ladder[higher], IsPinned: true), new Candidate("KEY", Ladder[lower], IsPinned: true)], Full)
            .ShouldHaveSingleItem().Scope.ShouldBe(Ladder[lower]);

    [Fact]
    public void A_value_that_another_target_has_pinned_pins_nothing_here() =>
        Precedence.Resolve([new Candidate("KEY", ScopesOfOthers[0], IsPinned: true), new Candidate("KEY", Ladder[7])], Full)
            .ShouldHaveSingleItem().Scope.ShouldBe(Ladder[7]);

    [Fact]
    public void Of_two_candidates_that_precedence_cannot_tell_apart_the_first_stands()
    {
        var (first, second) = (new Candidate("KEY", Ladder[3]), new Candidate("KEY", Ladder[3]));

        Precedence.Resolve([first, second], Full).Single().ShouldBeSameAs(first);
        Precedence.Rank([second, first], Full)[0].ShouldBeSameAs(second);
    }

    [Fact]
    public void Whatever_the_candidates_and_their_order_the_winner_is_found_by_climbing_the_ladder() =>
        Prop.ForAll(CandidateSets(), candidates =>
        {
            var expected = candidates.Select(c => c.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(name => Climb([.. candidates.Where(c => c.Name == name)])).OfType<Candidate>();
            return Precedence.Resolve(candidates, Full).SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_ranks_first_is_what_wins() =>
        Prop.ForAll(CandidateSets(), candidates => candidates.GroupBy(c => c.Name, StringComparer.Ordinal).All(name =>
            Precedence.Rank(name, Full).Take(1).SequenceEqual(Precedence.Resolve(name, Full)))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ranking_holds_each_applicable_candidate_once() =>
        Prop.ForAll(CandidateSets(), candidates =>
        {
            var ofOneName = candidates.Where(c => c.Name == "A").ToList();
            var applicable = ofOneName.Where(c => Ladder.Contains(c.Scope)).ToList();
            var ranked = Precedence.Rank(ofOneName, Full);
            return ranked.Count == applicable.Count && ranked.ToHashSet().SetEquals(applicable);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_the_winner_the_next_in_rank_wins() =>
        Prop.ForAll(CandidateSets(), candidates =>
        {
            var ranked = Precedence.Rank(candidates.Where(c => c.Name == "A"), Full);
            return Enumerable.Range(0, ranked.Count).All(skip => Precedence.Resolve(ranked.Skip(skip), Full).Single() == ranked[skip]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_is_total()
    {
        var all = Ladder.SelectMany(scope => new[] { new Candidate("KEY", scope), new Candidate("KEY", scope, IsPinned: true) }).ToList();

        foreach (var (one, other) in all.SelectMany(one => all.Where(other => other != one).Select(other => (one, other))))
        {
            Beats(one, other).ShouldBe(!Beats(other, one), $"{one} and {other}");
            all.Where(third => third != one && third != other && Beats(one, other) && Beats(other, third))
                .ShouldAllBe(third => Beats(one, third));
        }
    }

    [Fact]
    public void Two_scopes_meet_exactly_where_a_target_gets_values_from_both()
    {
        var scopes = Ladder.Concat(ScopesOfOthers).ToList();
        var targets = AllTargets().ToList();

        foreach (var (one, other) in scopes.SelectMany(one => scopes.Select(other => (one, other))))
        {
            one.MeetsWith(other, TypeOf).ShouldBe(
                targets.Exists(t => t.Scopes().Contains(one) && t.Scopes().Contains(other)), $"{one.StorageKey} and {other.StorageKey}");
        }
    }

    [Fact]
    public void A_scope_survives_its_way_through_the_columns_of_a_row() =>
        Ladder.Concat(ScopesOfOthers).ShouldAllBe(scope =>
            SecretScope.Of(scope.SiteId, scope.AppId, scope.EnvironmentType, scope.EnvironmentId) == scope);

    [Fact]
    public void No_two_scopes_share_a_storage_key() =>
        Ladder.Concat(ScopesOfOthers).Select(s => s.StorageKey).ShouldBeUnique(StringComparer.Ordinal);

    // The rule in other words: climb from the broadest scope to the narrowest, take what is there, and stop at the first pin.
    private static Candidate? Climb(IReadOnlyList<Candidate> ofOneName)
    {
        Candidate? held = null;
        foreach (var scope in Ladder)
        {
            held = ofOneName.SingleOrDefault(c => c.Scope == scope) ?? held;
            if (held is { IsPinned: true })
            {
                break;
            }
        }

        return held;
    }

    private static bool Beats(Candidate better, Candidate worse) => Precedence.Resolve([worse, better], Full).Single() == better;

    // An environment is of one site and has one type; a target may lack an app, and all but its type.
    private static IEnumerable<Target> AllTargets()
    {
        foreach (var type in new[] { "production", "development", "another", null })
        {
            yield return new Target(type, null, null, null);
        }

        foreach (var (site, environment) in new[] { (Site, Environment), (Site, OtherEnvironment), (OtherSite, ThirdEnvironment), (OtherSite, FourthEnvironment) })
        {
            foreach (var app in new[] { App, OtherApp }.Where(_ => site == Site).Select(a => (Guid?)a).Append(null))
            {
                yield return new Target(TypeOf(environment), site, app, environment);
            }
        }
    }

    private static string TypeOf(Guid environment) => environment == OtherEnvironment || environment == FourthEnvironment ? "development" : "production";

    private static Arbitrary<Candidate[]> CandidateSets() =>
        (from name in Gen.Elements("A", "B", "a", "LONG_NAME")
         from scope in Gen.Elements(Ladder.Concat(ScopesOfOthers).ToArray())
         from isPinned in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
         select new Candidate(name, scope, isPinned))
            .ArrayOf()
            .Select(candidates => candidates.DistinctBy(c => (c.Name, c.Scope)).ToArray())
            .ToArbitrary();

    private static Guid Id(byte number) => new(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, number);

    private sealed record Candidate(string Name, SecretScope Scope, bool IsPinned = false) : ICandidate;
}

using SecretsService.Access;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>What an ability includes, those that later releases bring among it.</summary>
public sealed class AbilityTests
{
    private static readonly string[] All = [.. Ability.Known, .. Ability.Kinds, Ability.All];

    [Fact]
    public void One_includes_another_exactly_where_it_allows_whatever_the_other_does()
    {
        foreach (var (held, other) in All.SelectMany(held => All.Select(other => (held, other))))
        {
            Ability.Includes(held, other).ShouldBe(Allowed(other).IsSubsetOf(Allowed(held)), $"{held} and {other}");
        }
    }

    [Fact]
    public void Several_together_have_what_one_of_them_includes() =>
        All.ShouldAllBe(ability => new AbilitySet(new[] { "secret:*", "site:read" }).Has(ability)
            == (Ability.Includes("secret:*", ability) || Ability.Includes("site:read", ability)));

    [Fact]
    public void Every_ability_reads_as_itself_and_in_the_plural()
    {
        All.Select(Read).ShouldBe(All);
        All.Select(ability => Read(ability.Replace(":", "s:", StringComparison.Ordinal))).ShouldBe(All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("secret:")]
    [InlineData(":read")]
    [InlineData("secretss:read")]
    [InlineData("secret:read ")]
    [InlineData("SECRET:READ")]
    [InlineData("**")]
    [InlineData("*:*")]
    [InlineData("secret:r*")]
    [InlineData("account:*")]
    public void Anything_else_is_none(string text) => Read(text).ShouldBeNull();

    private static string? Read(string text) => Ability.TryRead(text, out var ability) ? ability : null;

    // All that a route of this release can ask for, and one for what a later one may ask for: of each kind, and of a kind of its own.
    private static HashSet<string> Allowed(string ability)
    {
        var everything = Ability.Known.Concat(Ability.Kinds.Select(kind => kind.Replace("*", "later", StringComparison.Ordinal))).Append("later:later");
        return ability == "*" ? [.. everything]
            : ability.EndsWith(":*", StringComparison.Ordinal) ? [.. everything.Where(a => a.StartsWith(ability[..^1], StringComparison.Ordinal))]
            : [ability];
    }
}

using FsCheck;
using FsCheck.Fluent;
using SecretsService.Audit;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>How many failed attempts are recorded, however many there are.</summary>
public sealed class AttemptTalliesTests
{
    private static readonly Guid Account = Guid.CreateVersion7();
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_one_address_one_record_a_minute_stands_for_those_before_it()
    {
        var tallies = new AttemptTallies();

        tallies.Count(From("a"), Start).ShouldBe(1);
        tallies.Count(From("a"), Start.AddSeconds(1)).ShouldBe(0);
        tallies.Count(From("a"), Start.AddSeconds(59)).ShouldBe(0);
        tallies.Count(From("b"), Start.AddSeconds(59)).ShouldBe(1);
        tallies.Count(From("a") with { Account = Guid.CreateVersion7() }, Start.AddSeconds(59)).ShouldBe(1);
        tallies.Count(From("a"), Start.AddSeconds(60)).ShouldBe(3);
        tallies.Count(From("a"), Start.AddSeconds(61)).ShouldBe(0);
    }

    [Fact]
    public void A_record_stands_for_no_attempt_with_another_credential_or_for_another_reason()
    {
        var tallies = new AttemptTallies();
        var (one, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        tallies.Count(From("a") with { Actor = one }, Start).ShouldBe(1);
        tallies.Count(From("a") with { Actor = one }, Start).ShouldBe(0);

        tallies.Count(From("a") with { Actor = other }, Start).ShouldBe(1);
        tallies.Count(From("a"), Start).ShouldBe(1);
        tallies.Count(From("a") with { Actor = one, Reason = "expired_key" }, Start).ShouldBe(1);
        tallies.Count(From("a") with { Actor = other }, Start.AddMinutes(1)).ShouldBe(1);
        tallies.Count(From("a") with { Actor = one }, Start.AddMinutes(1)).ShouldBe(2);
    }

    [Fact]
    public void A_flood_from_more_addresses_than_are_told_apart_shares_one_record_a_minute()
    {
        var tallies = new AttemptTallies();

        var recorded = Enumerable.Range(0, 100_000).Count(n => tallies.Count(From($"{n}"), Start) > 0);

        recorded.ShouldBe(AttemptTallies.MaxSources + 1);
        tallies.Count(From("0"), Start.AddSeconds(59)).ShouldBe(0, "still known by its address");
    }

    [Fact]
    public void Addresses_that_were_quiet_for_a_minute_make_room_and_what_they_did_is_not_forgotten()
    {
        var tallies = new AttemptTallies();
        foreach (var n in Enumerable.Range(0, AttemptTallies.MaxSources))
        {
            tallies.Count(From($"{n}"), Start);
            tallies.Count(From($"{n}"), Start);
        }

        tallies.Count(From("one more"), Start).ShouldBe(1, "of all others");
        tallies.Count(From("another"), Start.AddMinutes(1)).ShouldBe(1, "of its own");
        foreach (var n in Enumerable.Range(0, AttemptTallies.MaxSources - 1))
        {
            tallies.Count(From($"new {n}"), Start.AddMinutes(1)).ShouldBe(1);
        }

        tallies.Count(From("too many"), Start.AddMinutes(1)).ShouldBe(AttemptTallies.MaxSources + 1);
    }

    [Fact]
    public void Records_stand_for_every_attempt_but_those_since_the_last_ones() =>
        Prop.ForAll(Gen.Choose(0, 3).Zip(Gen.Choose(0, 40)).ListOf().ToArbitrary(), attempts =>
        {
            var tallies = new AttemptTallies();
            var (now, counted) = (Start, 0);
            foreach (var (address, seconds) in attempts)
            {
                now = now.AddSeconds(seconds);
                counted += tallies.Count(From($"{address}"), now);
            }

            var rest = Enumerable.Range(0, 4).Sum(address => tallies.Count(From($"{address}"), now.AddMinutes(1)) - 1);
            return counted + rest == attempts.Count;
        }).QuickCheckThrowOnFailure();

    private static AttemptSource From(string address) => new(Account, address, Actor: null, "missing_ability");
}

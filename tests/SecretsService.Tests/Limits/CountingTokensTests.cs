using System.Net;
using FsCheck;
using FsCheck.Fluent;
using SecretsService.Limits;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>The rule of the buckets, by itself, against a clock that stands still.</summary>
public sealed class CountingTokensTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    [InlineData(12_000)]
    public void A_bucket_holds_a_minutes_tokens_and_not_one_more(int perMinute)
    {
        var buckets = new TokenBuckets<int>(perMinute, _clock);

        Taken(buckets, 1, perMinute + 5).ShouldBe(perMinute);
        buckets.IsEmpty(1).ShouldBeTrue();
        Taken(buckets, 2, 1).ShouldBe(1, "another key has a bucket of its own");
        _clock.Advance(TimeSpan.FromMinutes(1));
        Taken(buckets, 1, perMinute + 5).ShouldBe(perMinute);
        _clock.Advance(TimeSpan.FromDays(1));
        Taken(buckets, 1, perMinute + 5).ShouldBe(perMinute, "it fills to a minute's tokens, however long nobody came");
    }

    [Fact]
    public void Nothing_is_counted_where_there_is_no_limit()
    {
        var buckets = new TokenBuckets<int>(0, _clock);

        Taken(buckets, 1, 100_000).ShouldBe(100_000);
        buckets.IsEmpty(1).ShouldBeFalse();
        buckets.Count.ShouldBe(0);
    }

    // What it does is what a bucket does that is counted by hand: fractions of tokens fill as time passes, whole ones are taken.
    [Fact]
    public void It_gives_what_a_bucket_that_is_counted_by_hand_gives() =>
        Prop.ForAll(
            Gen.Choose(1, 600).ToArbitrary(),
            Gen.Choose(0, 4_000).ListOf().ToArbitrary(),
            (perMinute, pauses) =>
            {
                var clock = new ManualClock();
                var buckets = new TokenBuckets<int>(perMinute, clock);
                var token = TimeSpan.TicksPerMinute / perMinute;
                var left = token * perMinute;
                foreach (var pause in pauses)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(pause));
                    left = Math.Min(token * perMinute, left + (pause * TimeSpan.TicksPerMillisecond));
                    var expected = left >= token;
                    buckets.IsEmpty(1).ShouldBe(!expected);
                    buckets.TryTake(1, out _).ShouldBe(expected);
                    left -= expected ? token : 0;
                }
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(90)]
    [InlineData(6_000)]
    public void What_it_says_of_the_time_to_wait_is_true_to_the_tick(int perMinute)
    {
        var buckets = new TokenBuckets<int>(perMinute, _clock);
        Taken(buckets, 1, perMinute).ShouldBe(perMinute);

        buckets.TryTake(1, out var wait).ShouldBeFalse();
        _clock.Advance(wait - TimeSpan.FromTicks(1));
        buckets.TryTake(1, out _).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        buckets.TryTake(1, out _).ShouldBeTrue();
    }

    [Fact]
    public void Many_at_once_get_no_more_than_there_are()
    {
        var buckets = new TokenBuckets<int>(1_000, _clock);
        var taken = 0;

        Parallel.For(0, 5_000, _ => Interlocked.Add(ref taken, buckets.TryTake(1, out var _) ? 1 : 0));

        taken.ShouldBe(1_000);
    }

    [Fact]
    public void Full_buckets_are_forgotten_and_there_are_never_more_than_the_most()
    {
        var buckets = new TokenBuckets<int>(60, _clock);
        for (var key = 0; key < TokenBuckets<int>.MaxBuckets + 1_000; key++)
        {
            buckets.TryTake(key, out _);
        }

        buckets.Count.ShouldBe(TokenBuckets<int>.MaxBuckets);
        buckets.TryTake(-1, out _).ShouldBeFalse("the last thousand have emptied the bucket that they share");
        buckets.TryTake(5, out _).ShouldBeTrue("who had one before them keeps it");

        _clock.Advance(TimeSpan.FromMinutes(1));
        buckets.TryTake(-1, out _).ShouldBeTrue();
        buckets.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void An_address_is_one_of_IPv4_or_a_network_of_64_bits(string one, string other, bool isSame) =>
        (AddressBlock.Of(IPAddress.Parse(one)) == AddressBlock.Of(IPAddress.Parse(other))).ShouldBe(isSame);

    private static int Taken(TokenBuckets<int> buckets, int key, int times) => Enumerable.Range(0, times).Count(_ => buckets.TryTake(key, out var _));
}

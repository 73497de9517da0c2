using System.Net;
using Microsoft.Extensions.Options;
using SecretsService.Limits;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Limits;

/// <summary>Look-ups for addresses that have failed too often are made two at a time, those for others at once.</summary>
public sealed class WaitingForATurnTests : IDisposable
{
    private readonly IPAddress _guesser = IPAddress.Parse("192.0.2.1");
    private readonly FailureLimit _failures = new(Options.Create(new RateLimitOptions { FailuresPerMinutePerAddress = 1 }), new ManualClock());
    private readonly TaskCompletionSource<string?> _found = new();
    private int _lookUps;

    public void Dispose() => _failures.Dispose();

    [Fact]
    public async Task Two_at_a_time_and_each_gets_its_answer()
    {
        _failures.TryTake(_guesser, out _).ShouldBeTrue();

        var waiting = Enumerable.Range(0, 10).Select(_ => LookUpAsync(_guesser)).ToList();
        _lookUps.ShouldBe(2);
        _found.SetResult("found");

        (await Task.WhenAll(waiting)).ShouldAllBe(found => found == "found");
        _lookUps.ShouldBe(10);
    }

    [Fact]
    public async Task Other_addresses_do_not_wait_for_them()
    {
        _failures.TryTake(_guesser, out _).ShouldBeTrue();
        var waiting = Enumerable.Range(0, 10).Select(_ => LookUpAsync(_guesser)).ToList();

        var others = Enumerable.Range(0, 10).Select(_ => LookUpAsync(IPAddress.Loopback)).ToList();

        _lookUps.ShouldBe(12);
        _found.SetResult(null);
        (await Task.WhenAll([.. waiting, .. others])).ShouldAllBe(found => found == null);
    }

    [Fact]
    public async Task A_look_up_that_fails_gives_its_turn_back_and_a_client_that_hangs_up_waits_no_longer()
    {
        _failures.TryTake(_guesser, out _).ShouldBeTrue();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await Should.ThrowAsync<TimeoutException>(
                _failures.LookUpAsync<string>(_guesser, () => throw new TimeoutException(), CancellationToken.None));
        }

        var held = Enumerable.Range(0, 2).Select(_ => LookUpAsync(_guesser)).ToList();
        using var hangsUp = new CancellationTokenSource();
        var third = _failures.LookUpAsync(_guesser, () => Task.FromResult<string?>("found"), hangsUp.Token);
        await hangsUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(third);
        _found.SetResult("found");
        await Task.WhenAll(held);
    }

    private Task<string?> LookUpAsync(IPAddress address) => _failures.LookUpAsync(
        address,
        () =>
        {
            Interlocked.Increment(ref _lookUps);
            return _found.Task;
        },
        CancellationToken.None);
}

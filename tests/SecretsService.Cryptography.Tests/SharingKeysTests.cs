using System.Diagnostics;
using System.Security.Cryptography;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

/// <summary>Keys that many threads use at once. One AesGcm that threads share returns wrong plaintexts without an exception.</summary>
public class SharingKeysTests
{
    private const int Threads = 8;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Eight_threads_seal_and_open_right_values_only()
    {
        using var key = DataEncryptionKey.Generate();
        var shared = Enumerable.Range(0, 16)
            .Select(i => (Value: RandomNumberGenerator.GetBytes(i * 64), Identity: Known.Value with { Version = i }))
            .Select(v => (v.Value, v.Identity, Sealed: key.Seal(v.Value, v.Identity)))
            .ToArray();
        var clock = Stopwatch.StartNew();

        var rounds = await RunOnThreads(Threads, thread =>
        {
            var identity = Known.Value with { SecretId = new Guid(thread, 0, 0, new byte[8]) };
            var count = 0;
            while (clock.Elapsed < Duration)
            {
                var (value, sharedIdentity, sealedValue) = shared[count++ % shared.Length];
                ShouldHold(key.Open(sealedValue, sharedIdentity).AsSpan().SequenceEqual(value));
                ShouldHold(key.Open(key.Seal(value, identity), identity).AsSpan().SequenceEqual(value));
            }

            return count;
        });

        rounds.ShouldAllBe(r => r > 100);
    }

    [Fact]
    public async Task Eight_threads_make_right_fingerprints_only()
    {
        using var key = FingerprintKey.Generate();
        var values = Enumerable.Range(0, 16).Select(i => RandomNumberGenerator.GetBytes(i * 64)).ToArray();
        var expected = values.Select(v => key.Fingerprint(v) + key.Tag(v)).ToArray();

        await RunOnThreads(Threads, _ =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var value = values[i % values.Length];
                ShouldHold(key.Fingerprint(value) + key.Tag(value) == expected[i % values.Length]);
            }

            return 0;
        });
    }

    [Fact]
    public async Task A_ring_that_threads_share_wraps_and_unwraps_right_keys_only()
    {
        using var ring = KeyRing.Generate();
        using var key = DataEncryptionKey.Generate();
        var sealedValue = key.Seal("value"u8, Known.Value);

        await RunOnThreads(Threads, _ =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var unwrapped = ring.UnwrapDataKey(ring.Wrap(key, Known.Key), Known.Key);
                ShouldHold(unwrapped.Open(sealedValue, Known.Value).AsSpan().SequenceEqual("value"u8));
            }

            return 0;
        });
    }

    // On threads of their own: the pool's would take turns on a small machine.
    internal static Task<T[]> RunOnThreads<T>(int count, Func<int, T> work) => Task.WhenAll(Enumerable.Range(0, count).Select(i =>
        Task.Factory.StartNew(() => work(i), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    internal static void ShouldHold(bool holds)
    {
        if (!holds)
        {
            throw new ShouldAssertException("A key that threads share gave a wrong result.");
        }
    }
}

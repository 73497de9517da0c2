using System.Text;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public class DisposingKeysTests
{
    private const int Rounds = 150;

    [Fact]
    public void A_disposed_key_does_nothing_any_more()
    {
        using var ring = Known.Ring();
        var key = DataEncryptionKey.Generate();
        var sealedValue = key.Seal("value"u8, Known.Value);

        key.Dispose();
        key.Dispose();

        Should.Throw<ObjectDisposedException>(() => key.Seal("value"u8, Known.Value));
        Should.Throw<ObjectDisposedException>(() => key.Open(sealedValue, Known.Value));
        Should.Throw<ObjectDisposedException>(() => ring.Wrap(key, Known.Key));
    }

    [Fact]
    public void A_disposed_fingerprint_key_does_nothing_any_more()
    {
        using var ring = Known.Ring();
        var key = FingerprintKey.Generate();

        key.Dispose();
        key.Dispose();

        Should.Throw<ObjectDisposedException>(() => key.Fingerprint("value"u8));
        Should.Throw<ObjectDisposedException>(() => key.Tag("value"u8));
        Should.Throw<ObjectDisposedException>(() => ring.Wrap(key, Known.Key));
    }

    [Fact]
    public void A_disposed_ring_does_nothing_any_more()
    {
        using var key = DataEncryptionKey.Generate();
        var ring = Known.Ring();
        var wrapped = ring.Wrap(key, Known.Key);
        var checkValue = ring.CreateCheckValue(Known.KekId);

        ring.Dispose();
        ring.Dispose();

        Should.Throw<ObjectDisposedException>(() => ring.Wrap(key, Known.Key));
        Should.Throw<ObjectDisposedException>(() => ring.UnwrapDataKey(wrapped, Known.Key));
        Should.Throw<ObjectDisposedException>(() => ring.CreateCheckValue(Known.KekId));
        Should.Throw<ObjectDisposedException>(() => ring.IsCheckValue(Known.KekId, checkValue));
        Should.Throw<ObjectDisposedException>(ring.Export);
    }

    [Fact]
    public void A_key_outlives_the_ring_that_unwrapped_it()
    {
        var ring = Known.Ring();
        using var key = DataEncryptionKey.Generate();
        using var unwrapped = ring.UnwrapDataKey(ring.Wrap(key, Known.Key), Known.Key);

        ring.Dispose();

        unwrapped.Open(key.Seal("value"u8, Known.Value), Known.Value).ShouldBe("value"u8.ToArray());
    }

    [Fact]
    public void A_disposed_key_is_zeroed()
    {
        var material = KeyMaterial.Generate();
        var bytes = (byte[])typeof(KeyMaterial).GetField("_bytes", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .GetValue(material)!;
        bytes.ShouldContain(b => b != 0);

        new DataEncryptionKey(material).Dispose();

        bytes.ShouldAllBe(b => b == 0);
    }

    [Fact]
    public async Task Disposal_while_sealing_never_seals_under_another_key()
    {
        using var ring = Known.Ring();
        for (var round = 0; round < Rounds; round++)
        {
            var key = DataEncryptionKey.Generate();
            using var twin = ring.UnwrapDataKey(ring.Wrap(key, Known.Key), Known.Key);

            var results = await UseUntilDisposed(key, round % 10, () => key.Seal("value"u8, Known.Value));

            foreach (var sealedValue in results)
            {
                twin.Open(sealedValue, Known.Value).ShouldBe("value"u8.ToArray());
            }
        }
    }

    [Fact]
    public async Task Disposal_while_opening_never_gives_a_wrong_value()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var key = DataEncryptionKey.Generate();
            var sealedValue = key.Seal("value"u8, Known.Value);

            var results = await UseUntilDisposed(key, round % 10, () => Encoding.UTF8.GetString(key.Open(sealedValue, Known.Value)));

            results.Where(value => value != "value").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Disposal_while_wrapping_never_wraps_another_key()
    {
        using var ring = Known.Ring();
        for (var round = 0; round < Rounds; round++)
        {
            var key = DataEncryptionKey.Generate();
            var sealedValue = key.Seal("value"u8, Known.Value);

            var results = await UseUntilDisposed(key, round % 10, () => ring.Wrap(key, Known.Key));

            foreach (var wrapped in results)
            {
                using var unwrapped = ring.UnwrapDataKey(wrapped, Known.Key);
                unwrapped.Open(sealedValue, Known.Value).ShouldBe("value"u8.ToArray());
            }
        }
    }

    [Fact]
    public async Task Disposal_while_fingerprinting_never_gives_a_wrong_fingerprint()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var key = FingerprintKey.Generate();
            var expected = key.Fingerprint("value"u8);

            var results = await UseUntilDisposed(key, round % 10, () => key.Fingerprint("value"u8));

            results.Where(fingerprint => fingerprint != expected).ShouldBeEmpty();
        }
    }

    // Uses the key on threads until one of them disposes it under the others. Any exception but that of a disposed object fails the test.
    private static async Task<List<T>> UseUntilDisposed<T>(IDisposable key, int usesBefore, Func<T> use)
    {
        const int Users = 3;
        const int Uses = 50;
        using var start = new Barrier(Users);
        var results = await SharingKeysTests.RunOnThreads(Users, user =>
        {
            start.SignalAndWait();
            var made = new List<T>();
            try
            {
                while (made.Count < Uses)
                {
                    if (user == 0 && made.Count == usesBefore)
                    {
                        key.Dispose();
                    }

                    made.Add(use());
                }
            }
            catch (ObjectDisposedException)
            {
                // What was made until then counts.
            }

            return made;
        });
        results[0].Count.ShouldBe(usesBefore);
        return [.. results.SelectMany(r => r)];
    }
}

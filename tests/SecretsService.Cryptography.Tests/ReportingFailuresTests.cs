using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public class ReportingFailuresTests
{
    [Fact]
    public void Every_way_that_opening_fails_is_reported_alike()
    {
        using var key = DataEncryptionKey.Generate();
        using var otherKey = DataEncryptionKey.Generate();
        using var ring = Known.Ring();
        var value = key.Seal("value"u8, Known.Value);
        var wrapped = ring.Wrap(key, Known.Key);
        Action[] failures =
        [
            () => key.Open([], Known.Value),
            () => key.Open(value[..28], Known.Value),
            () => key.Open([2, .. value[1..]], Known.Value),
            () => key.Open(Known.Flip(value, 8), Known.Value),
            () => key.Open(Known.Flip(value, 13 * 8), Known.Value),
            () => key.Open(Known.Flip(value, (value.Length * 8) - 1), Known.Value),
            () => key.Open(value, Known.Value with { Version = 4 }),
            () => key.Open(value, Known.Value with { Scope = "global" }),
            () => otherKey.Open(value, Known.Value),
            () => ring.UnwrapDataKey(wrapped with { Bytes = [] }, Known.Key),
            () => ring.UnwrapDataKey(wrapped with { Bytes = Known.Flip(wrapped.Bytes, 0) }, Known.Key),
            () => ring.UnwrapDataKey(wrapped with { Bytes = Known.Flip(wrapped.Bytes, 400) }, Known.Key),
            () => ring.UnwrapFingerprintKey(wrapped, Known.Key),
            () => SealedValue.PlaintextLength(28),
            () => SealedValue.PlaintextLength(SealedValue.MaxPlaintextBytes + SealedValue.OverheadBytes + 1),
            () => SealedValue.PlaintextLength(int.MaxValue),
            () => SealedValue.PlaintextLength(-1),
        ];

        foreach (var failure in failures)
        {
            var exception = Record.Exception(failure);

            exception.ShouldBeOfType<SealedValueException>();
            exception.Message.ShouldBe(
                "A sealed value or key cannot be opened: it was changed or moved outside of the service, or sealed under another key. "
                + "Restore its row from a backup, or use the key ring that belongs to this database.");
            exception.InnerException.ShouldBeNull();
            exception.Data.Count.ShouldBe(0);
        }
    }
}

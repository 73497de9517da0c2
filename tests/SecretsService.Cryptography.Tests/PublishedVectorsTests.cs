using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

public class PublishedVectorsTests
{
    public static TheoryData<string, int, int> Files => new()
    {
        { "gcmEncryptExtIV256.rsp", 75, 0 },
        { "gcmDecrypt256.rsp", 75, 25 },
        { "gcm-specification.rsp", 4, 0 },
    };

    public static TheoryData<GcmVector> Good => [.. All.Where(v => !v.MustFail)];

    public static TheoryData<GcmVector> Bad => [.. All.Where(v => v.MustFail)];

    private static IEnumerable<GcmVector> All => Files.SelectMany(f => Vectors.ReadRecords((string)f[0]));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_vector_of_a_file_is_read(string file, int count, int failing)
    {
        var records = Vectors.ReadRecords(file).ToList();

        records.Count.ShouldBe(count);
        records.Count(r => r.MustFail).ShouldBe(failing);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Sealing_gives_the_published_ciphertext_and_tag(GcmVector vector)
    {
        using var box = BoxOf(vector);
        var sealedBytes = new byte[vector.Plaintext.Length + AesGcmBox.OverheadBytes];

        box.SealWithNonce(vector.Nonce, vector.Plaintext, vector.AssociatedData, sealedBytes);

        sealedBytes.ShouldBe(Published(vector));
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Opening_gives_the_published_plaintext(GcmVector vector)
    {
        using var box = BoxOf(vector);
        var plaintext = new byte[vector.Ciphertext.Length];

        box.TryOpen(Published(vector), vector.AssociatedData, plaintext).ShouldBeTrue();

        plaintext.ShouldBe(vector.Plaintext);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Opening_what_must_fail_fails(GcmVector vector)
    {
        using var box = BoxOf(vector);

        box.TryOpen(Published(vector), vector.AssociatedData, new byte[vector.Ciphertext.Length]).ShouldBeFalse();
    }

    // Shows that the oracle of the other tests can be relied upon, and that no vector was mistyped.
    [Fact]
    public void The_independent_implementation_agrees_with_every_vector()
    {
        foreach (var vector in All)
        {
            var opened = IndependentWriter.Decrypt(vector.Key, vector.Nonce, [.. vector.Ciphertext, .. vector.Tag], vector.AssociatedData);

            opened.ShouldBe(vector.MustFail ? null : vector.Plaintext, vector.Case);
        }
    }

    private static AesGcmBox BoxOf(GcmVector vector) => new(new KeyMaterial(vector.Key));

    private static byte[] Published(GcmVector vector) => [.. vector.Nonce, .. vector.Ciphertext, .. vector.Tag];
}

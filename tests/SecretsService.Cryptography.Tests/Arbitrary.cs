using FsCheck;
using FsCheck.Fluent;

namespace SecretsService.Cryptography.Tests;

/// <summary>Random inputs.</summary>
internal static class Arbitrary
{
    private const int FirstSurrogate = 0xD800;
    private const int SurrogateCount = 0x800;
    private const int LastScalar = 0x10FFFF;

    public static readonly Gen<byte[]> Bytes = ArbMap.Default.GeneratorFor<byte>().ArrayOf();

    public static readonly Gen<byte[]> Key = ArbMap.Default.GeneratorFor<byte>().ArrayOf(32);

    /// <summary>Any Unicode text, the empty one and planes beyond the first included.</summary>
    public static readonly Gen<string> Text = Gen
        .OneOf(Gen.Choose(' ', '~'), Gen.Choose(0, LastScalar - SurrogateCount))
        .Select(n => char.ConvertFromUtf32(n < FirstSurrogate ? n : n + SurrogateCount))
        .ArrayOf()
        .Select(string.Concat);

    public static readonly Gen<ValueIdentity> ValueIdentity =
        from account in ArbMap.Default.GeneratorFor<Guid>()
        from secret in ArbMap.Default.GeneratorFor<Guid>()
        from version in ArbMap.Default.GeneratorFor<int>()
        from scope in Text
        from name in Text
        from kind in Gen.Elements(Enum.GetValues<ValueKind>())
        select new ValueIdentity(account, secret, version, scope, name) { Kind = kind };

    public static readonly Gen<KeyIdentity> KeyIdentity =
        from account in ArbMap.Default.GeneratorFor<Guid>()
        from key in ArbMap.Default.GeneratorFor<Guid>()
        select new KeyIdentity(account, key);

    /// <summary>Checks a property of random inputs, and fails the test with the smallest input found that breaks it.</summary>
    public static void HoldsFor<T>(this Gen<T> inputs, Action<T> property) => Prop.ForAll(inputs.ToArbitrary(), property).QuickCheckThrowOnFailure();
}

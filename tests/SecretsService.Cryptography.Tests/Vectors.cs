namespace SecretsService.Cryptography.Tests;

/// <summary>One record of a file in the form of NIST's GCM test vectors.</summary>
public sealed record GcmVector(string Case, byte[] Key, byte[] Nonce, byte[] Plaintext, byte[] AssociatedData, byte[] Ciphertext, byte[] Tag, bool MustFail)
{
    public override string ToString() => Case;
}

/// <summary>The files of the folder <c>vectors</c>.</summary>
internal static class Vectors
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "vectors", file);

    public static IEnumerable<GcmVector> ReadRecords(string file)
    {
        var number = 0;
        foreach (var block in File.ReadAllText(PathOf(file)).ReplaceLineEndings("\n").Split("\n\n"))
        {
            var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var fields = lines.Where(l => l.Contains('=', StringComparison.Ordinal) && l[0] != '[')
                .Select(l => l.Split('='))
                .ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.Ordinal);
            if (!fields.ContainsKey("Count"))
            {
                continue;
            }

            var mustFail = lines.Contains("FAIL", StringComparer.Ordinal);
            number++;
            yield return new GcmVector(
                $"{file} {number}", Hex("Key"), Hex("IV"), mustFail ? [] : Hex("PT"), Hex("AAD"), Hex("CT"), Hex("Tag"), mustFail);

            byte[] Hex(string field) => Convert.FromHexString(fields[field]);
        }
    }
}

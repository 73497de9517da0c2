using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace SecretsService.Cryptography.Tests;

/// <summary>Holds that there is one place to audit: reads the product's sources.</summary>
public partial class CallingCiphersTests
{
    [Fact]
    public void AesGcmBox_is_the_only_caller_of_a_cipher()
    {
        var callers = Sources().Where(file => File.ReadLines(file).Any(UsesCipher)).Select(Path.GetFileName);

        callers.ShouldBe(["AesGcmBox.cs"]);
    }

    [Theory]
    [InlineData("using var aes = new AesGcm(key, 16);", true)]
    [InlineData("private AesGcm _aes;", true)]
    [InlineData("using var aes = Aes.Create();", true)]
    [InlineData("private readonly AesGcmBox _box;", false)]
    [InlineData("    /// <summary>Not <see cref=\"AesGcm\"/> itself.</summary>", false)]
    [InlineData("    // AesGcm is not thread-safe", false)]
    public void A_call_is_told_from_a_comment(string line, bool isCall) => UsesCipher(line).ShouldBe(isCall);

    private static bool UsesCipher(string line) => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Cipher().IsMatch(line);

    // From the test's own folder upwards: the compiler's paths are rewritten in a deterministic build.
    private static IEnumerable<string> Sources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SecretsService.sln")))
        {
            folder = folder.Parent.ShouldNotBeNull("The tests run outside of the repository.");
        }

        var built = new[] { "bin", "obj" }.Select(name => $"{Path.DirectorySeparatorChar}{name}{Path.DirectorySeparatorChar}").ToArray();
        return Directory.EnumerateFiles(Path.Combine(folder.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !built.Any(b => file.Contains(b, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\b(AesGcm|AesCcm|ChaCha20Poly1305|AesCng|AesManaged|TripleDES|Aes\.Create)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Cipher();
}

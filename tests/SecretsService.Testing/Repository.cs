namespace SecretsService.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    // Not the compiler's idea of a source file's path: deterministic builds, which CI makes, rewrite that.
    private static readonly string Root = FindAbove(AppContext.BaseDirectory);

    /// <summary>The path of a file or folder of the repository.</summary>
    /// <param name="relative">Its path from the repository's root.</param>
    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    private static string FindAbove(string folder) =>
        File.Exists(Path.Combine(folder, "SecretsService.sln"))
            ? folder
            : FindAbove(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside of the repository."));
}

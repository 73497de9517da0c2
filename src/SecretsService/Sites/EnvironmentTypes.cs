using SecretsService.Http;

namespace SecretsService.Sites;

/// <summary>The kinds of environments.</summary>
internal static class EnvironmentTypes
{
    public const string Production = "production";
    public const string Development = "development";
    public const string Local = "local";

    private static readonly Dictionary<string, string> BuiltIn = new(StringComparer.Ordinal)
    {
        [Production] = Production,
        [Development] = Development,
        ["preview"] = "preview",
        [Local] = Local,
        ["prod"] = Production,
        ["dev"] = Development,
        ["pr"] = "preview",
    };

    public const string Rule =
        "Must be production (or prod), development (or dev), preview (or pr), local, or another name of 1 to 64 characters of a-z, 0-9 and -.";

    /// <summary>True for any slug: types beyond those built in need not be declared.</summary>
    public static bool IsType(string text) => Slugs.IsSlug(text);

    /// <summary>The type's one name: a shorthand is written out.</summary>
    public static string Canonical(string type) => BuiltIn.GetValueOrDefault(type, type);

    /// <summary>The type of an environment that was created without one.</summary>
    public static string DefaultFor(string slug, bool isProduction) =>
        isProduction ? Production : BuiltIn.GetValueOrDefault(slug, Development);
}

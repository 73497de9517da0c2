using System.Text.RegularExpressions;

namespace SecretsService.Http;

/// <summary>What a path calls a site, an app or an environment by: its id or its slug.</summary>
internal readonly record struct ResourceReference
{
    private ResourceReference(Guid? id, string? slug)
    {
        Id = id;
        Slug = slug;
    }

    /// <summary>The id, where the text is one.</summary>
    public Guid? Id { get; }

    /// <summary>The slug, where the text can be one.</summary>
    public string? Slug { get; }

    /// <summary>Refers to a resource that is known.</summary>
    public static ResourceReference To(Guid id) => new(id, null);

    /// <summary>Reads a path segment. What can be neither id nor slug refers to nothing, and is never sent to the database.</summary>
    public static ResourceReference Of(string segment) =>
        Ids.TryParse(segment, out var id) ? new ResourceReference(id, null)
        : Slugs.IsSlug(segment) ? new ResourceReference(null, segment)
        : default;
}

/// <summary>The rule for ids.</summary>
internal static class Ids
{
    private const int Length = 36;

    /// <summary>Reads an id in its canonical form of 36 characters; parsing alone would let blanks around it pass.</summary>
    public static bool TryParse(string? text, out Guid id)
    {
        id = Guid.Empty;
        return text?.Length == Length && Guid.TryParseExact(text, "D", out id);
    }
}

/// <summary>The rule for slugs.</summary>
internal static partial class Slugs
{
    public const int MaxLength = 64;

    public const string Rule = "Must be 1 to 64 characters of a-z, 0-9 and -, and not look like an id.";

    /// <summary>True for 1 to 64 of a-z 0-9 -, unless an id is written the same way: a path could not tell them apart.</summary>
    public static bool IsSlug(string text) => text.Length is >= 1 and <= MaxLength && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && !Ids.TryParse(text, out _);

    /// <summary>Makes a slug of a name: its letters and digits in lower case, and a hyphen for each run of anything else.</summary>
    /// <returns>The slug, or null where the name has no letter or digit that a slug can hold.</returns>
    public static string? FromName(string name)
    {
        var slug = OtherThanSlug().Replace(name.ToLowerInvariant(), "-").Trim('-');
        slug = slug.Length > MaxLength ? slug[..MaxLength].TrimEnd('-') : slug;
        return IsSlug(slug) ? slug : null;
    }

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex OtherThanSlug();
}

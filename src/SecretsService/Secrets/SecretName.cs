using System.Diagnostics.CodeAnalysis;
using SecretsService.Contracts;

namespace SecretsService.Secrets;

/// <summary>
/// The name of a secret, and so of the environment variable that carries it: proof that a text is one. (On the wire it is called
/// <c>key</c>; in code a key is always cryptographic.)
/// </summary>
internal sealed record SecretName
{
    public const string Rule =
        "Must be 1 to 256 characters: a letter or underscore first, then letters, digits and underscores (" + SecretLimits.KeyPattern + ").";

    private SecretName(string text) => Text = text;

    /// <summary>The name, in the letter case that it was written in.</summary>
    public string Text { get; }

    /// <summary>Tells whether a text is a name.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) =>
        text is { Length: >= 1 and <= SecretLimits.KeyLength } && !char.IsAsciiDigit(text[0]) && CanHold(text);

    /// <summary>Tells whether a text can stand within a name.</summary>
    public static bool CanHold(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Takes a text that a validator has let through.</summary>
    /// <exception cref="ArgumentException">It is no name.</exception>
    public static SecretName Of(string text) =>
        IsName(text) ? new SecretName(text) : throw new ArgumentException("[unexpected] a name that no validator saw", nameof(text));

    /// <inheritdoc/>
    public override string ToString() => Text;
}

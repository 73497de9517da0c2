using System.Text.RegularExpressions;
using FluentValidation;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.Requirements;

internal sealed partial class RequireSecretValidator : AbstractValidator<RequireSecret>
{
    public RequireSecretValidator()
    {
        RuleFor(r => r.Key)
            .Must(key => key.Length <= SecretLimits.KeyLength && Key().IsMatch(key))
            .WithMessage(
                $"Must be 1 to {SecretLimits.KeyLength} characters: a letter or underscore first, then letters, digits and underscores "
                + $"({SecretLimits.KeyPattern}).");
        RuleFor(r => r.Description)
            .Must(text => text is null || text.EnumerateRunes().Count() <= SecretLimits.DescriptionLength)
            .WithMessage($"May hold {SecretLimits.DescriptionLength} characters at most.")
            .Must(text => text is null || !text.Any(char.IsControl))
            .WithMessage("May not hold control characters.");

        // Whether there is such a type is not asked: an application's manifest may come before it.
        RuleFor(r => r.SecretType)
            .Must(type => type is null || TypeKey().IsMatch(type))
            .WithMessage("Must be the key of a secret type: 1 to 64 characters of a-z, 0-9, _ and -.");
    }

    [GeneratedRegex("^" + SecretLimits.KeyPattern + "\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Key();

    [GeneratedRegex("^[a-z0-9_-]{1,64}\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeKey();
}

/// <summary>The rules of the list as a whole.</summary>
internal sealed class RequireSecretsValidator : AbstractValidator<IReadOnlyList<RequireSecret>>
{
    public RequireSecretsValidator() => RuleFor(list => list).Custom(NameTwins);

    private static void NameTwins(IReadOnlyList<RequireSecret> list, ValidationContext<IReadOnlyList<RequireSecret>> context)
    {
        var first = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (index, entry) in list.Index())
        {
            if (!first.TryAdd(entry.Key, index))
            {
                context.AddFailure(
                    $"{StrictJson.NameOf(index)}.{StrictJson.NameOf(nameof(entry.Key))}",
                    $"{StrictJson.NameOf(first[entry.Key])} has this key already; letter case does not count. Leave one of the two out.");
            }
        }
    }
}

using FluentValidation;
using SecretsService.Contracts;

namespace SecretsService.Http;

/// <summary>The rules for text that people write for people.</summary>
internal static class TextRules
{
    public const int MaxNameLength = 255;

    public static void MustBeName<T>(this IRuleBuilder<T, string?> rule, int maxLength = MaxNameLength) => rule
        .Must(name => name is null || (name.Length >= 1 && name.Length <= maxLength && !string.IsNullOrWhiteSpace(name)))
        .WithMessage($"Must be 1 to {maxLength} characters, not only spaces.")
        .Must(name => name is null || !name.Any(char.IsControl))
        .WithMessage("May not hold control characters.");

    public static void MustBeDescription<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || text.EnumerateRunes().Count() <= SecretLimits.DescriptionLength)
        .WithMessage($"May hold {SecretLimits.DescriptionLength} characters at most.")
        .Must(text => text is null || !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
        .WithMessage("May not hold control characters other than line ends and tabs.")
        .OverridePropertyName("Description");
}

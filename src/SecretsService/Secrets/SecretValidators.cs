using System.Text;
using FluentValidation;
using SecretsService.Contracts;

namespace SecretsService.Secrets;

/// <summary>The rules that creating and changing a secret share. No message repeats a value.</summary>
internal static class SecretRules
{
    public static void MustBeSecretName<T>(this IRuleBuilder<T, string?> rule, ReservedNames reserved) => rule
        .Must(name => name is null || SecretName.IsName(name))
        .WithMessage(SecretName.Rule)
        .Must(name => name is null || !reserved.Contains(name))
        .WithMessage("This name is reserved and cannot be used: the platform sets it itself. Choose another name.");

    public static void MustBeSecretValue<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(value => value is null || Encoding.UTF8.GetByteCount(value) <= SecretLimits.ValueBytes)
        .WithMessage($"May hold {SecretLimits.ValueBytes} bytes of UTF-8 at most.")
        .Must(value => value is null || !value.Contains('\0', StringComparison.Ordinal))
        .WithMessage("May not hold a NUL character: no environment variable can.");

    public static void MustBeDescription<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || text.Length <= SecretLimits.DescriptionLength)
        .WithMessage($"May hold {SecretLimits.DescriptionLength} characters at most.")
        .Must(text => text is null || !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
        .WithMessage("May not hold control characters other than line ends and tabs.")
        .OverridePropertyName(nameof(CreateSecret.Description));

    public static void MustBeSecret<T>(this IRuleBuilder<T, bool?> rule) => rule
        .Must(isSecret => isSecret is not false)
        .WithMessage("Plain variables are not served yet: leave the field out, or send true.");
}

internal sealed class CreateSecretValidator : AbstractValidator<CreateSecret>
{
    public CreateSecretValidator(ReservedNames reserved)
    {
        RuleFor(s => s.Key).MustBeSecretName(reserved);
        RuleFor(s => s.Value!.Text).MustBeSecretValue();
        RuleFor(s => s.Description).MustBeDescription();
        RuleFor(s => s.IsSecret).MustBeSecret();
    }
}

internal sealed class UpdateSecretValidator : AbstractValidator<UpdateSecret>
{
    public UpdateSecretValidator(ReservedNames reserved)
    {
        RuleFor(s => s.Key).MustBeSecretName(reserved);
        RuleFor(s => s.Value!.Text).MustBeSecretValue();
        RuleFor(s => s.Description.Value).MustBeDescription();
        RuleFor(s => s.IsSecret).MustBeSecret();
    }
}

using System.Text;
using FluentValidation;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.SecretTypes;
using SecretsService.Sites;

namespace SecretsService.Secrets;

/// <summary>The rules that creating and changing a secret share. No message repeats a value.</summary>
internal static class SecretRules
{
    public const string MustBeInFuture = "Must be in the future. Leave it out for a value that does not expire.";

    public const string NoNul = "May not hold a NUL character: no environment variable can.";

    public static readonly string TooLong = $"May hold {SecretLimits.ValueBytes} bytes of UTF-8 at most.";

    public static void MustBeSecretName<T>(this IRuleBuilder<T, string?> rule, ReservedNames reserved) => rule
        .Must(name => name is null || SecretName.IsName(name))
        .WithMessage(SecretName.Rule)
        .Must(name => name is null || !reserved.Contains(name))
        .WithMessage(ReservedNames.Refusal);

    public static void MustBeSecretValue<T>(this IRuleBuilder<T, ValueInput?> rule) => rule
        .Must(value => value is null || Encoding.UTF8.GetByteCount(value.Text) <= SecretLimits.ValueBytes)
        .WithMessage(TooLong)
        .Must(value => value is null || value.IsObject || !value.Text.Contains('\0', StringComparison.Ordinal))
        .WithMessage(NoNul);
}

internal sealed class CreateSecretValidator : AbstractValidator<CreateSecret>
{
    private const int MaxTypes = 32;
    private const string HasNoValue = "A tombstone has no value: leave this out, or send withheld false.";

    public CreateSecretValidator(ReservedNames reserved, TimeProvider clock)
    {
        RuleFor(s => s.Key).MustBeSecretName(reserved);
        RuleFor(s => s.Value).MustBeSecretValue();
        RuleFor(s => s.Description).MustBeDescription();
        RuleFor(s => s.SecretType).Must(type => type is null || SecretTypeDefinition.IsKey(type)).WithMessage(SecretTypeDefinition.KeyRule);
        RuleFor(s => s.ExpiresAt).Must(time => time is null || time > clock.GetUtcNow()).WithMessage(SecretRules.MustBeInFuture);
        AddTypeRules();
        AddTombstoneRules();
    }

    private void AddTypeRules()
    {
        RuleFor(s => s.EnvironmentType).Must(type => type is null || EnvironmentTypes.IsType(type)).WithMessage(EnvironmentTypes.Rule);
        RuleFor(s => s.EnvironmentTypes)
            .Must(types => types is null || (types.Count is >= 1 and <= MaxTypes && types.All(t => t is not null && EnvironmentTypes.IsType(t))))
            .WithMessage($"Must be 1 to {MaxTypes} environment types. Each: {EnvironmentTypes.Rule}");
        RuleFor(s => s.EnvironmentTypes)
            .Must((secret, types) => types is null || secret.EnvironmentType is null)
            .WithMessage("Send environment_type or environment_types, not both.");
    }

    private void AddTombstoneRules()
    {
        RuleFor(s => s.Value).Must((secret, value) => value is not null || secret.Withheld is true).WithMessage("Required.");
        RuleFor(s => s.Value).Must((secret, value) => value is null || secret.Withheld is not true).WithMessage(HasNoValue);
        RuleFor(s => s.IsSecret).Must((secret, isSecret) => isSecret is not false || secret.Withheld is not true).WithMessage(HasNoValue);
        RuleFor(s => s.SecretType).Must((secret, type) => type is null || secret.Withheld is not true).WithMessage(HasNoValue);
        RuleFor(s => s.ExpiresAt).Must((secret, time) => time is null || secret.Withheld is not true).WithMessage(HasNoValue);
    }
}

internal sealed class UpdateSecretValidator : AbstractValidator<UpdateSecret>
{
    public UpdateSecretValidator(ReservedNames reserved)
    {
        RuleFor(s => s.Key).MustBeSecretName(reserved);
        RuleFor(s => s.Value).MustBeSecretValue();
        RuleFor(s => s.Description.Value).MustBeDescription();
    }
}

internal sealed class RollbackSecretValidator : AbstractValidator<RollbackSecret>
{
    public RollbackSecretValidator() => RuleFor(r => r.Version).GreaterThan(0).WithMessage("Must be the number of a version, from 1.");
}

internal sealed class RevealSecretValidator : AbstractValidator<RevealSecret>
{
    public RevealSecretValidator() =>
        RuleFor(r => r.Version).Must(v => v is null or > 0).WithMessage("Must be the number of a version, from 1.");
}

using FluentValidation;
using SecretsService.Contracts;
using SecretsService.Http;

namespace SecretsService.ApiKeys;

internal sealed class CreateApiKeyValidator : AbstractValidator<CreateApiKey>
{
    private const int MaxNameLength = 128;
    private const int MaxEntries = 100;

    public CreateApiKeyValidator()
    {
        RuleFor(k => k.Name).MustBeName(MaxNameLength);
        RuleFor(k => k.Abilities)
            .Must(abilities => abilities is not { Count: 0 })
            .WithMessage("Must not be empty: a key without abilities could do nothing. Leave the field out for all abilities.");
        RuleFor(k => k.Abilities).Must(BeShort).WithMessage(TooLong);
        RuleFor(k => k.Sites).Must(BeShort).WithMessage(TooLong);
        RuleFor(k => k.Environments).Must(BeShort).WithMessage(TooLong);
        RuleFor(k => k.Apps).Must(BeShort).WithMessage(TooLong);
    }

    private static string TooLong => $"May have {MaxEntries} entries at most.";

    private static bool BeShort(IReadOnlyList<string>? entries) => entries is null || entries.Count <= MaxEntries;
}

internal sealed class RotateApiKeyValidator : AbstractValidator<RotateApiKey>
{
    private const int MaxGraceSeconds = 604_800;

    public RotateApiKeyValidator() => RuleFor(r => r.GraceSeconds)
        .Must(seconds => seconds is null or (>= 0 and <= MaxGraceSeconds))
        .WithMessage($"Must be a number of seconds from 0 to {MaxGraceSeconds}, which is a week.");
}

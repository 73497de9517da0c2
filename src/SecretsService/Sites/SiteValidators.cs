using FluentValidation;
using SecretsService.Contracts;
using SecretsService.Formats;
using SecretsService.Http;

namespace SecretsService.Sites;

/// <summary>The rules that sites, environments and apps share.</summary>
internal static class SiteRules
{
    private const int MaxTags = 32;
    private const int MaxTagLength = 64;

    public static void MustBeSlug<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(slug => slug is null || Slugs.IsSlug(slug))
        .WithMessage(Slugs.Rule);

    public static void MustFollowFrom<T>(this IRuleBuilder<T, string?> rule, Func<T, string> name) => rule
        .Must((request, slug) => slug is not null || Slugs.FromName(name(request)) is not null)
        .WithMessage("The name has no letter or digit to make a slug of. Send a slug.");

    public static void MustBeType<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(type => type is null || EnvironmentTypes.IsType(type))
        .WithMessage(EnvironmentTypes.Rule);

    public static void MustBeTags<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Must(tags => tags is null || (tags.Count <= MaxTags && tags.All(IsTag)))
        .WithMessage($"Must be up to {MaxTags} tags of 1 to {MaxTagLength} characters, without control characters.");

    public static void MustBeTarget<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(target => target is null || TargetProfiles.Find(target) is not null)
        .WithMessage(TargetProfiles.Rule)
        .OverridePropertyName("Target");

    // The serializer lets a null through inside of an array.
    private static bool IsTag(string? tag) => tag is { Length: >= 1 and <= MaxTagLength } && !tag.Any(char.IsControl);
}

internal sealed class CreateSiteValidator : AbstractValidator<CreateSite>
{
    public CreateSiteValidator()
    {
        RuleFor(s => s.Name).MustBeName();
        RuleFor(s => s.Slug).MustBeSlug();
        RuleFor(s => s.Slug).MustFollowFrom(s => s.Name);
        RuleFor(s => s.Tags).MustBeTags();
    }
}

internal sealed class UpdateSiteValidator : AbstractValidator<UpdateSite>
{
    public UpdateSiteValidator()
    {
        RuleFor(s => s.Name).MustBeName();
        RuleFor(s => s.Slug).MustBeSlug();
        RuleFor(s => s.Tags).MustBeTags();
    }
}

internal sealed class CreateEnvironmentValidator : AbstractValidator<CreateEnvironment>
{
    public CreateEnvironmentValidator()
    {
        RuleFor(e => e.Name).MustBeName();
        RuleFor(e => e.Slug).MustBeSlug();
        RuleFor(e => e.Slug).MustFollowFrom(e => e.Name);
        RuleFor(e => e.Type).MustBeType();
        RuleFor(e => e.Target).MustBeTarget();
        RuleFor(e => e.Tags).MustBeTags();
    }
}

internal sealed class UpdateEnvironmentValidator : AbstractValidator<UpdateEnvironment>
{
    public UpdateEnvironmentValidator()
    {
        RuleFor(e => e.Name).MustBeName();
        RuleFor(e => e.Slug).MustBeSlug();
        RuleFor(e => e.Type).MustBeType();
        RuleFor(e => e.Target.Value).MustBeTarget();
        RuleFor(e => e.Tags).MustBeTags();
    }
}

internal sealed class CreateAppValidator : AbstractValidator<CreateApp>
{
    public CreateAppValidator()
    {
        RuleFor(a => a.Name).MustBeName();
        RuleFor(a => a.Slug).MustBeSlug();
        RuleFor(a => a.Slug).MustFollowFrom(a => a.Name);
        RuleFor(a => a.Tags).MustBeTags();
    }
}

internal sealed class UpdateAppValidator : AbstractValidator<UpdateApp>
{
    public UpdateAppValidator()
    {
        RuleFor(a => a.Name).MustBeName();
        RuleFor(a => a.Slug).MustBeSlug();
        RuleFor(a => a.Tags).MustBeTags();
    }
}

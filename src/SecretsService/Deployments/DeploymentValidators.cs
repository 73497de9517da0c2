using FluentValidation;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Secrets;
using SecretsService.Sites;

namespace SecretsService.Deployments;

/// <summary>The rules that requests about deployments share.</summary>
internal static class DeploymentRules
{
    public const int MaxRequired = 1_000;

    public static void MustBeKeys<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Must(keys => keys is null || keys.Count <= MaxRequired)
        .WithMessage($"May name {MaxRequired} keys at most.")
        .Must(keys => keys is null || keys.All(key => key is not null && SecretName.IsName(key)))
        .WithMessage($"Each must be a key. {SecretName.Rule}");
}

internal sealed class CreateDeploymentValidator : AbstractValidator<CreateDeployment>
{
    public CreateDeploymentValidator()
    {
        RuleFor(d => d.Target).MustBeTarget();
        RuleFor(d => d.Required).MustBeKeys();
        RuleFor(d => d.Description).MustBeDescription();
    }
}

internal sealed class RollbackDeploymentValidator : AbstractValidator<RollbackDeployment>
{
    public RollbackDeploymentValidator()
    {
        RuleFor(d => d.Target).MustBeTarget();
        RuleFor(d => d.Required).MustBeKeys();
        RuleFor(d => d.Description).MustBeDescription();
    }
}

internal sealed class RunPreflightValidator : AbstractValidator<RunPreflight>
{
    public RunPreflightValidator()
    {
        RuleFor(d => d.Target).MustBeTarget();
        RuleFor(d => d.Required).MustBeKeys();
    }
}

/// <summary>Nothing is left to say: the status is one of its names, and an output may hold any text and be of any length that a body may have.</summary>
internal sealed class UpdateDeploymentValidator : AbstractValidator<UpdateDeployment>;

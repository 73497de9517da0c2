using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Resolution;

namespace SecretsService.Deployments;

/// <summary>What to check, in a request's query.</summary>
internal sealed class PreflightQuery : IRequestPart, IBindableFromHttpContext<PreflightQuery>
{
    public static readonly QueryParameter Target =
        new("target", JsonSchemaType.String, "The target profile to check for, such as `lambda`. Default: the environment's own.");

    public static readonly QueryParameter Required =
        new("required", JsonSchemaType.String, "Keys that the map must have beside those that are declared, separated by commas. Default: none.");

    private PreflightQuery(IQueryCollection query)
    {
        Request = new RunPreflight { Required = TextOf(query, Required) is { } keys ? ListOf(keys) : [] };
        Request = TextOf(query, TargetRequest.AppParameter) is { } app ? Request with { App = app } : Request;
        Request = TextOf(query, Target) is { } target ? Request with { Target = target } : Request;
        var errors = new FieldErrors();
        foreach (var fault in new RunPreflightValidator().Validate(Request).Errors)
        {
            errors.Add(StrictJson.NameOf(fault.PropertyName), fault.ErrorMessage);
        }

        Failure = errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    public Failure? Failure { get; }

    /// <summary>What to check.</summary>
    public RunPreflight Request { get; }

    public static ValueTask<PreflightQuery?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<PreflightQuery?>(new PreflightQuery(context.Request.Query));

    private static string? TextOf(IQueryCollection query, QueryParameter parameter) =>
        query.TryGetValue(parameter.Name, out var text) ? text.ToString() : null;

    private static string[] ListOf(string keys) => keys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Which deployments of an environment a request asks for.</summary>
internal sealed class DeploymentFilter : IRequestPart, IBindableFromHttpContext<DeploymentFilter>
{
    public static readonly QueryParameter StatusParameter =
        new("status", JsonSchemaType.String, "Only deployments of this status: `pending`, `deploying`, `deployed` or `failed`.");

    public static readonly QueryParameter AppParameter = new("app", JsonSchemaType.String, "Only deployments of this app, by its id or slug.");

    private static readonly Dictionary<string, DeploymentState> States =
        Enum.GetValues<DeploymentState>().ToDictionary(state => StrictJson.NameOf(state.ToString()), StringComparer.Ordinal);

    private DeploymentFilter(IQueryCollection query)
    {
        App = query.TryGetValue(AppParameter.Name, out var app) ? ResourceReference.Of(app.ToString()) : null;
        if (!query.TryGetValue(StatusParameter.Name, out var status))
        {
            return;
        }

        if (States.TryGetValue(status.ToString(), out var state))
        {
            State = state;
        }
        else
        {
            Failure = Failure.Invalid(StatusParameter.Name, $"Must be one of {string.Join(", ", States.Keys)}.");
        }
    }

    public Failure? Failure { get; }

    /// <summary>The state; null for any.</summary>
    public DeploymentState? State { get; }

    /// <summary>The app; null for any and for none.</summary>
    public ResourceReference? App { get; }

    public static ValueTask<DeploymentFilter?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<DeploymentFilter?>(new DeploymentFilter(context.Request.Query));
}

using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Sites;

namespace SecretsService.Secrets;

/// <summary>Which secrets a list is to hold, by their expiry.</summary>
internal enum ExpiryFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>Those that are expired.</summary>
    Expired,

    /// <summary>Those that will expire within the configured number of days.</summary>
    Soon,

    /// <summary>Those that are not expired.</summary>
    NotExpired,
}

/// <summary>Which secrets of a collection a list is to hold.</summary>
internal sealed class SecretFilter : IRequestPart, IBindableFromHttpContext<SecretFilter>
{
    public static readonly QueryParameter NameContains =
        new("q", JsonSchemaType.String, "Only secrets whose key holds this text, in whatever letter case.");

    public static readonly QueryParameter Type = new(
        "environment_type", JsonSchemaType.String,
        "Only secrets for this environment type; with nothing after the equals sign, only those for any environment.");

    public static readonly QueryParameter Expired = new(
        "expired", JsonSchemaType.String,
        "`true`: only expired ones; `soon`: only those that will expire within 7 days (or as configured); `false`: only those that are not expired.");

    public static readonly QueryParameter OfType = new("secret_type", JsonSchemaType.String, "Only secrets of the type with this key.");

    public static readonly QueryParameter IsDeleted =
        new("deleted", JsonSchemaType.Boolean, "`true`: the deleted ones that can be restored, instead of those that live. Default: `false`.");

    public static readonly QueryParameter IsInherited = new(
        "inherited", JsonSchemaType.Boolean,
        "`true`, on an environment: what it would receive, from every scope, one for each key. Default: `false`.");

    private static readonly Dictionary<string, ExpiryFilter> Expiries = new(StringComparer.Ordinal)
    {
        ["true"] = ExpiryFilter.Expired,
        ["soon"] = ExpiryFilter.Soon,
        ["false"] = ExpiryFilter.NotExpired,
    };

    private SecretFilter(IQueryCollection query)
    {
        var errors = new FieldErrors();
        Text = Value(query, NameContains);
        SecretType = Value(query, OfType);
        EnvironmentType = Value(query, Type) is { } type ? EnvironmentTypes.Canonical(type) : null;
        Deleted = Flag(query, IsDeleted, errors);
        Inherited = Flag(query, IsInherited, errors);
        if (EnvironmentType is not (null or "") && !EnvironmentTypes.IsType(EnvironmentType))
        {
            errors.Add(Type.Name, EnvironmentTypes.Rule);
        }

        if (Value(query, Expired) is { } expired)
        {
            Expiry = Expiries.GetValueOrDefault(expired);
            if (Expiry == ExpiryFilter.All)
            {
                errors.Add(Expired.Name, "Must be true, soon or false.");
            }
        }

        if (Deleted && Inherited)
        {
            errors.Add(IsInherited.Name, "No environment receives what is deleted: send one of deleted and inherited.");
        }

        Failure = errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    public Failure? Failure { get; }

    /// <summary>A text that the name must hold; null or empty for all.</summary>
    public string? Text { get; }

    /// <summary>The environment type selected: null for all, empty for those that select none.</summary>
    public string? EnvironmentType { get; }

    /// <summary>The key of the secret type; null for all.</summary>
    public string? SecretType { get; }

    public ExpiryFilter Expiry { get; }

    /// <summary>True for the deleted ones, false for the living.</summary>
    public bool Deleted { get; }

    /// <summary>True for what an environment would receive, from every scope.</summary>
    public bool Inherited { get; }

    public static ValueTask<SecretFilter?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<SecretFilter?>(new SecretFilter(context.Request.Query));

    private static string? Value(IQueryCollection query, QueryParameter parameter) =>
        query.TryGetValue(parameter.Name, out var value) ? value.ToString() : null;

    private static bool Flag(IQueryCollection query, QueryParameter parameter, FieldErrors errors)
    {
        var text = Value(query, parameter);
        if (text is not (null or "true" or "false"))
        {
            errors.Add(parameter.Name, "Must be true or false.");
        }

        return text is "true";
    }
}

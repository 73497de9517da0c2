using SecretsService.Http;

namespace SecretsService.Access;

/// <summary>A request that was refused because of what it was sent with.</summary>
/// <param name="Reason">Why: one of <see cref="FailureReasons"/>.</param>
/// <param name="Caller">Whose credential it was; null where it is nobody's.</param>
/// <param name="Address">The address that it came from; null where that is not known.</param>
/// <param name="Route">Its method and the pattern of its route, which no part of the request is in.</param>
internal sealed record FailedAuthentication(string Reason, Caller? Caller, string? Address, string Route)
{
    /// <summary>The abilities that the route needs and the credential lacks.</summary>
    public IReadOnlyList<string> Lacking { get; init; } = [];

    /// <summary>A request whose credential is not accepted, or that has none.</summary>
    /// <param name="http">The request.</param>
    /// <param name="credential">What was found by its token; null for nothing.</param>
    /// <param name="token">The token that it presented; null for none.</param>
    public static FailedAuthentication Of(HttpContext http, Credential? credential, string? token)
    {
        var reason = (credential, token) switch
        {
            (null, null) => FailureReasons.NoToken,
            (null, _) => FailureReasons.UnknownToken,
            ({ Caller.DeploymentId: null }, _) => FailureReasons.ExpiredKey,
            ({ IsUsedUp: false }, _) => FailureReasons.ExpiredDeploymentToken,
            _ => FailureReasons.UsedUpDeploymentToken,
        };
        return Of(http, reason, credential?.Caller);
    }

    /// <summary>A request that was refused for a reason that is known.</summary>
    public static FailedAuthentication Of(HttpContext http, string reason, Caller? caller)
    {
        var address = http.Connection.RemoteIpAddress?.ToString();
        return new FailedAuthentication(reason, caller is null ? null : caller with { Ip = address }, address, $"{http.Request.Method} {http.GetEndpoint().Pattern()}");
    }
}

/// <summary>Why requests are refused because of what they were sent with.</summary>
internal static class FailureReasons
{
    public const string NoToken = "no_token";
    public const string UnknownToken = "unknown_token";
    public const string ExpiredKey = "expired_key";
    public const string ExpiredDeploymentToken = "expired_deployment_token";
    public const string UsedUpDeploymentToken = "used_up_deployment_token";
    public const string MissingAbility = "missing_ability";
}

/// <summary>Keeps a record of requests that were refused because of what they were sent with.</summary>
internal interface IFailedAuthentications
{
    /// <summary>Records a refusal, or counts it for the next record. It never fails: the refusal stands whatever becomes of its record.</summary>
    Task RecordAsync(FailedAuthentication failure);
}

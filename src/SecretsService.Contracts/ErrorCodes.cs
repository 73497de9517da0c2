namespace SecretsService.Contracts;

/// <summary>The values of <see cref="ErrorEnvelope.Code"/>. A code, once released, keeps its meaning.</summary>
public static class ErrorCodes
{
    /// <summary>400: the request is not HTTP or JSON as the RFCs have it, so that its fields could not be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>400: the request was sent over plain HTTP, which this service does not take. Its key was readable on the way: replace it.</summary>
    public const string HttpsRequired = "https_required";

    /// <summary>401: no bearer key, or one that is not (or no longer) known.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>
    /// 403: the API key may not do it, for it lacks an ability or a key would become stronger than the one that makes it; or a deployment token, for
    /// anything but the variables of its deployment.
    /// </summary>
    public const string Forbidden = "forbidden";

    /// <summary>404: no such route.</summary>
    public const string RouteNotFound = "route_not_found";

    /// <summary>404: no such resource in this account.</summary>
    public const string NotFound = "not_found";

    /// <summary>405: the route exists, but not with this method; the <c>Allow</c> header lists those it has.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>409: the resource holds others that would be lost; the message says how to go on.</summary>
    public const string InUse = "in_use";

    /// <summary>409: the resource's state does not allow it; the message says how to go on.</summary>
    public const string StateConflict = "state_conflict";

    /// <summary>412: the resource is no longer as <c>If-Match</c> has it.</summary>
    public const string PreconditionFailed = "precondition_failed";

    /// <summary>413: the body is larger than the service reads.</summary>
    public const string BodyTooLarge = "body_too_large";

    /// <summary>415: the body is not <c>application/json</c> in UTF-8.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>422: a field is missing, unknown or not as the rules want it; <see cref="ErrorEnvelope.Errors"/> names each.</summary>
    public const string ValidationFailed = "validation_failed";

    /// <summary>422: the name is in use already by a sibling.</summary>
    public const string NameTaken = "name_taken";

    /// <summary>422: a scope, or an account, would hold more of something than it may.</summary>
    public const string LimitReached = "limit_reached";

    /// <summary>422: the <c>Idempotency-Key</c> was sent with another request before.</summary>
    public const string IdempotencyKeyReused = "idempotency_key_reused";

    /// <summary>429: this key or address has sent too many requests; <c>Retry-After</c> says in how many seconds the next is answered.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>500: a fault of the service; its log has the details under the request's id.</summary>
    public const string InternalError = "internal_error";

    /// <summary>500: a stored value could not be opened, so that nothing was handed out.</summary>
    public const string ValueUnreadable = "value_unreadable";

    /// <summary>503: the database cannot be reached at the moment; the same request may be sent again.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>503: the request took longer than the service lets it. What it would change is changed as a whole or not at all.</summary>
    public const string Timeout = "timeout";

    /// <summary>Any other status, for which no rule of this service stands.</summary>
    public const string Other = "error";
}

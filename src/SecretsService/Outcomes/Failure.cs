using SecretsService.Contracts;

namespace SecretsService.Outcomes;

/// <summary>What kind of refusal a <see cref="Failure"/> is; the one thing that its HTTP status depends on.</summary>
internal enum FailureKind
{
    /// <summary>The request could not be read.</summary>
    Malformed,

    /// <summary>The body is larger than the service reads.</summary>
    BodyTooLarge,

    /// <summary>The body is of a type that the service does not read.</summary>
    UnsupportedMediaType,

    /// <summary>The caller may not do it.</summary>
    Forbidden,

    /// <summary>The account has no such resource.</summary>
    NotFound,

    /// <summary>The state of the resource stands against it.</summary>
    Conflict,

    /// <summary>The resource is not as the request expects it to be.</summary>
    PreconditionFailed,

    /// <summary>A field breaks a rule.</summary>
    Invalid,
}

/// <summary>
/// A refusal that the caller can cause, and so can mend. It never carries a secret's value.
/// There is one factory for each way to fail; exceptions are for bugs and broken I/O.
/// </summary>
internal sealed record Failure
{
    private Failure(FailureKind kind, string code, string message, FieldErrors? errors = null)
    {
        Kind = kind;
        Code = code;
        Message = message;
        Errors = errors;
    }

    /// <summary>What picks the HTTP status.</summary>
    public FailureKind Kind { get; }

    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>What is wrong and what to do, in a sentence or two.</summary>
    public string Message { get; }

    /// <summary>What is wrong with each field, or null where no field is at fault.</summary>
    public FieldErrors? Errors { get; }

    /// <summary>The request could not be read.</summary>
    /// <param name="message">What is wrong with it.</param>
    public static Failure Malformed(string message) => new(FailureKind.Malformed, ErrorCodes.Malformed, message);

    /// <summary>The body is larger than the service reads.</summary>
    /// <param name="limitBytes">The most bytes it reads.</param>
    public static Failure BodyTooLarge(long limitBytes) => new(
        FailureKind.BodyTooLarge,
        ErrorCodes.BodyTooLarge,
        $"The body is larger than {limitBytes} bytes, the most that is read.");

    /// <summary>The body is of another type than the route reads.</summary>
    /// <param name="message">Which types it reads, and the header to send.</param>
    public static Failure UnsupportedMediaType(
        string message = "The body must be JSON in UTF-8. Send the header Content-Type: application/json.") =>
        new(FailureKind.UnsupportedMediaType, ErrorCodes.UnsupportedMediaType, message);

    /// <summary>The caller may not do it.</summary>
    /// <param name="message">What stands against it, in words about the caller.</param>
    public static Failure Forbidden(string message) => new(FailureKind.Forbidden, ErrorCodes.Forbidden, message);

    /// <summary>The account has no such resource.</summary>
    /// <param name="message">Which kind of resource, for example "Environment not found".</param>
    public static Failure NotFound(string message) => new(FailureKind.NotFound, ErrorCodes.NotFound, message);

    /// <summary>The resource holds others that would be lost with it.</summary>
    /// <param name="message">What it holds, and how to go on.</param>
    public static Failure InUse(string message) => new(FailureKind.Conflict, ErrorCodes.InUse, message);

    /// <summary>Something needs the resource.</summary>
    /// <param name="dependents">What needs it, each in a few words.</param>
    public static Failure HasDependents(IEnumerable<string> dependents) => new(
        FailureKind.Conflict,
        ErrorCodes.InUse,
        "Something needs this secret: errors.dependents says what. Change that first, or send ?force=true.",
        FieldErrors.Of("dependents", dependents));

    /// <summary>The resource's state does not allow it.</summary>
    /// <param name="message">What stands against it, and how to go on.</param>
    public static Failure StateConflict(string message) => new(FailureKind.Conflict, ErrorCodes.StateConflict, message);

    /// <summary>The resource has changed since the caller looked at it.</summary>
    /// <param name="message">What to do.</param>
    public static Failure PreconditionFailed(string message) =>
        new(FailureKind.PreconditionFailed, ErrorCodes.PreconditionFailed, message);

    /// <summary>One or more fields break a rule.</summary>
    /// <param name="errors">What is wrong with each.</param>
    public static Failure Invalid(FieldErrors errors) =>
        new(FailureKind.Invalid, ErrorCodes.ValidationFailed, "Validation failed", errors);

    /// <summary>One field breaks a rule.</summary>
    /// <param name="field">The field, as the wire names it.</param>
    /// <param name="error">What is wrong with it and what to do.</param>
    public static Failure Invalid(string field, string error) => Invalid(new FieldErrors { { field, error } });

    /// <summary>A sibling has the name already.</summary>
    /// <param name="field">The field that holds the name.</param>
    /// <param name="error">Which sibling, and what to do.</param>
    public static Failure NameTaken(string field, string error) => NameTaken(new FieldErrors { { field, error } });

    /// <summary>Siblings have the names already.</summary>
    /// <param name="errors">Which siblings, and what to do.</param>
    public static Failure NameTaken(FieldErrors errors) => new(FailureKind.Invalid, ErrorCodes.NameTaken, "Validation failed", errors);

    /// <summary>A scope would hold more secrets than it may.</summary>
    /// <param name="limit">How many it may hold.</param>
    /// <param name="count">How many it would.</param>
    /// <param name="field">What the request calls what is too much.</param>
    public static Failure LimitReached(int limit, int count, string field = "key") => LimitReached(
        field, $"The scope may hold {limit} secrets, and would hold {count}. Delete some, or have the operator raise Secrets:PerScope.");

    /// <summary>Something holds as many as it may.</summary>
    /// <param name="field">What the request calls what is too much.</param>
    /// <param name="error">What holds how many, and what to do.</param>
    public static Failure LimitReached(string field, string error) =>
        new(FailureKind.Invalid, ErrorCodes.LimitReached, "Validation failed", new FieldErrors { { field, error } });

    /// <summary>The idempotency key belongs to another request.</summary>
    /// <param name="field">The header that carries it.</param>
    public static Failure IdempotencyKeyReused(string field) => new(
        FailureKind.Invalid,
        ErrorCodes.IdempotencyKeyReused,
        "Validation failed",
        new FieldErrors
        {
            { field, "This key was sent with another request within the last 24 hours. Send a new key with each new request, and the same key only with the very same request." },
        });
}

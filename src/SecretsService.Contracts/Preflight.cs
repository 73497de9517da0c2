using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>Whether a problem stands against a deployment.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProblemSeverity>))]
public enum ProblemSeverity
{
    /// <summary>A deployment is refused.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>A deployment goes on.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,
}

/// <summary>The values of <see cref="PreflightProblem.Code"/>. A code, once released, keeps its meaning.</summary>
public static class ProblemCodes
{
    /// <summary>A required key is in no scope of the target.</summary>
    public const string Missing = "missing";

    /// <summary>The value that decides has expired.</summary>
    public const string Expired = "expired";

    /// <summary>A tombstone keeps a required key from the target.</summary>
    public const string Withheld = "withheld";

    /// <summary>The key is reserved: the platform sets it itself.</summary>
    public const string Reserved = "reserved";

    /// <summary>The secret has another type than the requirement names.</summary>
    public const string TypeMismatch = "type_mismatch";

    /// <summary>The value does not satisfy the schema of its secret's type.</summary>
    public const string TypeViolation = "type_violation";

    /// <summary>The stored value cannot be opened.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The target cannot be given the variable: its name, its value or its size.</summary>
    public const string TargetLimit = "target_limit";

    /// <summary>The value expires soon.</summary>
    public const string ExpiringSoon = "expiring_soon";

    /// <summary>Two secrets would give the same variable.</summary>
    public const string Collision = "collision";
}

/// <summary>Something that stands against a deployment, or that is worth to know before it.</summary>
public sealed record PreflightProblem
{
    /// <summary>What kind of problem it is: one of <see cref="ProblemCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>Whether it stands against a deployment.</summary>
    public required ProblemSeverity Severity { get; init; }

    /// <summary>The key; absent where it is all of them together.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>What is wrong and what to do. Never a part of a value.</summary>
    public required string Message { get; init; }
}

/// <summary>What a deployment made now would be told.</summary>
public sealed record Preflight
{
    /// <summary>True where nothing stands against it; there may be warnings.</summary>
    public required bool Ok { get; init; }

    /// <summary>Every problem: those that stand against it first, then by key.</summary>
    public required IReadOnlyList<PreflightProblem> Problems { get; init; }

    /// <summary>The target profile that was checked for, or null.</summary>
    public required string? Target { get; init; }

    /// <summary>The number of variables that the deployment would get.</summary>
    public required int VariableCount { get; init; }

    /// <summary>The bytes that their keys and values take together.</summary>
    public required int SizeBytes { get; init; }

    /// <summary>The account's revision that was looked at.</summary>
    public required long Revision { get; init; }
}

/// <summary>What to check. The body may be absent: every member may.</summary>
public sealed record RunPreflight
{
    /// <inheritdoc cref="CreateDeployment.App"/>
    [DisallowNull]
    public string? App { get; init; }

    /// <inheritdoc cref="CreateDeployment.Target"/>
    [DisallowNull]
    public string? Target { get; init; }

    /// <inheritdoc cref="CreateDeployment.Required"/>
    [DisallowNull]
    public IReadOnlyList<string>? Required { get; init; }
}

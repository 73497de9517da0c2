using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>What an import does, or would do. It names keys, and never holds a value.</summary>
public sealed record ImportPlan
{
    /// <summary>What happens to keys that the file does not have: <c>merge</c> leaves them, <c>replace</c> deletes them.</summary>
    public required string Mode { get; init; }

    /// <summary>True where it was only looked at: nothing has changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>The keys that are new in the scope.</summary>
    public required IReadOnlyList<string> Created { get; init; }

    /// <summary>The keys that have another value in the file, and so a new version.</summary>
    public required IReadOnlyList<string> Updated { get; init; }

    /// <summary>The keys that have the same value in the file.</summary>
    public required IReadOnlyList<string> Unchanged { get; init; }

    /// <summary>The keys that the file does not have, where it replaces.</summary>
    public required IReadOnlyList<string> Deleted { get; init; }

    /// <summary>What the file's author may have meant otherwise.</summary>
    public required IReadOnlyList<ImportWarning> Warnings { get; init; }

    /// <summary>
    /// Stands for exactly this plan, values included, and tells nothing about them. Sent as <c>If-Match: "..."</c> it applies this plan, or
    /// nothing where the plan would be another one by then.
    /// </summary>
    public required string PlanHash { get; init; }
}

/// <summary>Something in a file that a person should look at.</summary>
public sealed record ImportWarning
{
    /// <summary>The line, from 1; absent in a format without lines.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required int? Line { get; init; }

    /// <summary>The key; absent where it is about the whole file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Key { get; init; }

    /// <summary>What was read, and what to write where something else is meant.</summary>
    public required string Message { get; init; }
}

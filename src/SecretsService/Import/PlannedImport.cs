using SecretsService.Contracts;
using SecretsService.Secrets;
using SecretsService.Storage.Rows;

namespace SecretsService.Import;

/// <summary>How a file is to be imported.</summary>
/// <param name="Replaces">Whether keys that the file does not have are to be deleted.</param>
/// <param name="IsDryRun">Whether it is only to be looked at.</param>
/// <param name="IsForced">Whether to go on although requirements would break.</param>
internal sealed record ImportManner(bool Replaces, bool IsDryRun, bool IsForced);

/// <summary>A secret that an import writes.</summary>
/// <param name="Secret">The secret: new, or as it is stored.</param>
/// <param name="Value">Its new value.</param>
/// <param name="Field">What the answer calls the place in the file.</param>
internal sealed record PlannedWrite(SecretRow Secret, CheckedValue Value, string Field)
{
    public Placement Placement => Placement.Of(Secret) with { Variables = Value.Variables, Field = Field };

    public override string ToString() => Secret.Name;
}

/// <summary>What an import would do, before anything is done.</summary>
internal sealed record PlannedImport
{
    public required IReadOnlyList<PlannedWrite> Created { get; init; }

    public required IReadOnlyList<PlannedWrite> Updated { get; init; }

    public required IReadOnlyList<SecretRow> Unchanged { get; init; }

    public required IReadOnlyList<SecretRow> Deleted { get; init; }

    /// <summary>How many secrets the scope would hold then.</summary>
    public required int CountAfter { get; init; }

    /// <summary>A keyed digest of the whole plan, values included.</summary>
    public required string Hash { get; init; }

    /// <summary>What was noticed beside what the file's reader noticed.</summary>
    public required IReadOnlyList<ImportNotice> Notices { get; init; }

    public bool ChangesSomething => Created.Count + Updated.Count + Deleted.Count > 0;

    /// <summary>The plan as the answer shows it.</summary>
    public ImportPlan Show(ImportManner how, IReadOnlyList<ImportNotice> warnings) => new()
    {
        Mode = how.Replaces ? "replace" : "merge",
        DryRun = how.IsDryRun,
        Created = NamesOf(Created.Select(p => p.Secret)),
        Updated = NamesOf(Updated.Select(p => p.Secret)),
        Unchanged = NamesOf(Unchanged),
        Deleted = NamesOf(Deleted),
        Warnings = [.. warnings.Concat(Notices).Select(w => new ImportWarning { Line = w.Line, Key = w.Key, Message = w.Message })],
        PlanHash = Hash,
    };

    private static IReadOnlyList<string> NamesOf(IEnumerable<SecretRow> secrets) =>
        [.. secrets.Select(s => s.Name).Order(StringComparer.Ordinal)];
}

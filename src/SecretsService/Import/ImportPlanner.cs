using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Import;

/// <summary>Compares a file with what its scope holds, within the transaction that would apply it.</summary>
internal sealed class ImportPlanner(
    SecretsDbContext db, SecretQueries queries, SecretValues values, ValueRules rules, AccountKeys keys, TimeProvider clock)
{
    /// <summary>Plans an import. Nothing is changed.</summary>
    /// <returns>The plan; or a failure with a field for each line or key at fault.</returns>
    public async Task<Outcome<PlannedImport>> PlanAsync(
        Caller caller, SecretScope scope, ImportFile file, ImportManner how, CancellationToken cancellation)
    {
        var scopeKey = scope.StorageKey;
        var living = await queries.Living(caller).Where(s => s.ScopeKey == scopeKey).ToListAsync(cancellation);
        var present = living.ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);
        var texts = await values.CurrentTextsAsync(caller, [.. living.Where(s => !s.IsWithheld)], cancellation);
        var draft = new Draft();
        foreach (var entry in file.Entries)
        {
            await PlanAsync(caller, scope, entry, present.GetValueOrDefault(entry.Name), texts, draft, cancellation);
        }

        if (draft.Errors.Count > 0)
        {
            return Failure.Invalid(draft.Errors);
        }

        var named = file.Entries.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);

        // Tombstones stay: no file can say them, and without one a broader value would come through.
        var deleted = how.Replaces ? living.Where(s => !s.IsWithheld && !named.Contains(s.Name)).ToList() : [];
        return new PlannedImport
        {
            Created = draft.Created,
            Updated = draft.Updated,
            Unchanged = draft.Unchanged,
            Deleted = deleted,
            CountAfter = living.Count + draft.Created.Count - deleted.Count,
            Notices = draft.Notices,
            Hash = HashOf(await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation), scope, how, draft, deleted),
        };
    }

    private async Task PlanAsync(
        Caller caller, SecretScope scope, ImportEntry entry, SecretRow? present, IReadOnlyDictionary<Guid, string?> texts, Draft draft,
        CancellationToken cancellation)
    {
        var field = entry.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line}") : entry.Name;
        if (FaultOf(entry, present) is { } fault)
        {
            draft.Errors.Add(field, $"{entry.Name}: {fault}");
            return;
        }

        // A dotenv file has no objects: a typed secret's value is its JSON there.
        var input = entry.Value.IsObject ? ValueInput.OfObject(entry.Value.Text)
            : present?.SecretType is null ? ValueInput.OfText(entry.Value.Text)
            : ObjectIn(entry.Value.Text) is { } json ? ValueInput.OfObject(json)
            : null;
        if (input is null)
        {
            draft.Errors.Add(field, $"{entry.Name}: Must be a JSON object: the secret has the type {present!.SecretType}.");
            return;
        }

        var checking = await rules.CheckAsync(caller, present?.SecretType, entry.Name, input, cancellation);
        if (!checking.Succeeded(out var value, out var failure))
        {
            foreach (var (place, faults) in failure.Errors!)
            {
                draft.Errors.Add(field, $"{entry.Name}{(place == "value" ? "" : $", {place}")}: {string.Join(' ', faults)}");
            }

            return;
        }

        draft.Add(present ?? NewRow(caller, scope, entry.Name), present is null, value, field, present is null ? null : texts[present.Id]);
        if (present?.ExpiresAt <= clock.Now())
        {
            draft.Notices.Add(new ImportNotice(entry.Line, entry.Name, "It is expired, and an import leaves that as it is: change expires_at too."));
        }
    }

    private static string? FaultOf(ImportEntry entry, SecretRow? present) =>
        present is null ? null
        : present.Name != entry.Name ? $"The scope has {present.Name}, which differs from it in letter case only. Write it the same way."
        : present.IsWithheld ? "The scope withholds the key by a tombstone. Delete that first."
        : null;

    // Compact, as the same object would be stored by any other route; null where the text is none.
    private static string? ObjectIn(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = ContractsJson.MaxDepth, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? CompactJson.Of(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // Text with half of a surrogate pair, which no UTF-8 can hold.
            return null;
        }
    }

    // Of the values only keyed digests, so that nothing can be learned from it, nor a value guessed.
    private static string HashOf(FingerprintKey key, SecretScope scope, ImportManner how, Draft draft, IReadOnlyList<SecretRow> deleted)
    {
        var plan = new StringBuilder($"{scope.StorageKey} {(how.Replaces ? "replace" : "merge")}\n");
        foreach (var write in draft.Created.OrderBy(w => w.Secret.Name, StringComparer.Ordinal))
        {
            plan.Append(CultureInfo.InvariantCulture, $"create {write.Secret.Name} {key.Tag(Encoding.UTF8.GetBytes(write.Value.Text))}\n");
        }

        foreach (var write in draft.Updated.OrderBy(w => w.Secret.Name, StringComparer.Ordinal))
        {
            plan.Append(CultureInfo.InvariantCulture, $"update {write.Secret.Id} {write.Secret.Version} {key.Tag(Encoding.UTF8.GetBytes(write.Value.Text))}\n");
        }

        foreach (var secret in draft.Unchanged.Concat(deleted).OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            plan.Append(CultureInfo.InvariantCulture, $"{(deleted.Contains(secret) ? "delete" : "keep")} {secret.Id} {secret.Version}\n");
        }

        return key.Tag(Encoding.UTF8.GetBytes(plan.ToString()));
    }

    private SecretRow NewRow(Caller caller, SecretScope scope, string name) =>
        SecretRows.New(caller, scope, SecretName.Of(name), clock.Now());

    private sealed class Draft
    {
        public List<PlannedWrite> Created { get; } = [];

        public List<PlannedWrite> Updated { get; } = [];

        public List<SecretRow> Unchanged { get; } = [];

        public List<ImportNotice> Notices { get; } = [];

        public FieldErrors Errors { get; } = [];

        public void Add(SecretRow secret, bool isNew, CheckedValue value, string field, string? current)
        {
            if (!isNew && current == value.Text)
            {
                Unchanged.Add(secret);
                return;
            }

            (isNew ? Created : Updated).Add(new PlannedWrite(secret, value, field));
        }
    }
}

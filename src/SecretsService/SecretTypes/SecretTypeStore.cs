using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.SecretTypes;

/// <summary>Changes the secret types of the caller's account.</summary>
internal sealed class SecretTypeStore(
    SecretsDbContext db, SecretTypeQueries queries, ITypedValues values, EventTrail events, TimeProvider clock)
{
    /// <summary>The most types of its own that an account may have.</summary>
    public const int MaxTypes = 500;

    private static readonly Failure IsOfTheService =
        Failure.StateConflict("This type comes with the service and cannot be changed. Create one of your own with another key.");

    private static readonly Failure KeyTaken = Failure.NameTaken("key", "Another secret type has this key. Send another.");

    public async Task<Outcome<SecretType>> CreateAsync(Caller caller, CreateSecretType request, CancellationToken cancellation)
    {
        if (RefuseChange(caller) is { } outOfReach)
        {
            return outOfReach;
        }

        if (!TypeSchema.Parse(request.Schema!.Value).Succeeded(out var schema, out var failure))
        {
            return failure;
        }

        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (SystemTypes.Find(request.Key) is not null || await queries.Own(caller).AnyAsync(t => t.Key == request.Key, cancellation))
        {
            return KeyTaken;
        }

        if (await queries.Own(caller).CountAsync(cancellation) >= MaxTypes)
        {
            return Failure.LimitReached("key", $"The account has {MaxTypes} secret types of its own, the most it may. Delete one first.");
        }

        var row = NewRow(caller, request, schema);
        db.SecretTypes.Add(row);
        await AppendAsync(caller, EventNames.SecretTypeCreated, row, cancellation);
        return await SaveAsync(caller, row, change, cancellation);
    }

    /// <summary>Changes a type. Its values must satisfy what it becomes, unless the caller accepts those that do not.</summary>
    public async Task<Outcome<SecretType>> UpdateAsync(
        Caller caller, string key, UpdateSecretType request, bool acceptsOthers, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var found = await FindOwnAsync(caller, key, cancellation);
        if (!found.Succeeded(out var row, out var failure) || !SchemaOf(request).Succeeded(out var schema, out failure))
        {
            return failure;
        }

        row.Name = request.Name ?? row.Name;
        row.Description = request.Description.Or(row.Description);
        row.InjectsFields = request.Injection is { } injection ? injection == SecretTypeInjection.Fields : row.InjectsFields;
        row.Schema = schema.Length == 0 ? row.Schema : schema;
        if (!db.ChangeTracker.HasChanges())
        {
            return await queries.ShowAsync(caller, key, cancellation);
        }

        if (IsOtherwiseChecked(row) && await values.AdoptAsync(caller, DefinitionOf(row), acceptsOthers, cancellation) is { } refusal)
        {
            return refusal;
        }

        row.UpdatedAt = clock.Now();
        await AppendAsync(caller, EventNames.SecretTypeUpdated, row, cancellation);
        return await SaveAsync(caller, row, change, cancellation);
    }

    /// <summary>Deletes a type that no secret has.</summary>
    /// <returns>The type as it was.</returns>
    public async Task<Outcome<SecretType>> DeleteAsync(Caller caller, string key, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        if (!(await FindOwnAsync(caller, key, cancellation)).Succeeded(out var row, out var failure))
        {
            return failure;
        }

        var (keys, total) = await values.FindUsesAsync(caller, key, cancellation);
        if (total > 0)
        {
            return Failure.InUse($"{(total == 1 ? "1 secret has" : $"{total} secrets have")} this type: {string.Join(", ", keys)}{(total > keys.Count ? ", ..." : "")}. Delete them first.");
        }

        var was = await queries.ShowAsync(caller, key, cancellation);
        db.SecretTypes.Remove(row);
        await AppendAsync(caller, EventNames.SecretTypeDeleted, row, cancellation);
        await db.SaveChangesAsync(cancellation);
        await change.CommitAsync(cancellation);
        return was;
    }

    // Empty where the schema stays.
    private static Outcome<string> SchemaOf(UpdateSecretType request) =>
        request.Schema is not { } json ? ""
        : TypeSchema.Parse(json).Succeeded(out var schema, out var failure) ? schema.Json
        : failure;

    private static SecretTypeDefinition DefinitionOf(SecretTypeRow row) => new(
        row.Key, row.Name, row.InjectsFields ? TypeInjection.Fields : TypeInjection.Json, row.Schema, row.Description, IsSystem: false);

    private bool IsOtherwiseChecked(SecretTypeRow row) =>
        db.Entry(row).Property(t => t.Schema).IsModified || db.Entry(row).Property(t => t.InjectsFields).IsModified;

    // A restricted key sees every type, since its secrets may have any, and changes none: they are the whole account's.
    private static Failure? RefuseChange(Caller caller) =>
        caller.Reach.IsWhole ? null : caller.Reach.Refuse("secret types are the whole account's, and it cannot change them");

    private async Task<Outcome<SecretTypeRow>> FindOwnAsync(Caller caller, string key, CancellationToken cancellation) =>
        RefuseChange(caller) is { } outOfReach ? outOfReach
        : SystemTypes.Find(key) is not null ? IsOfTheService
        : SecretTypeDefinition.IsKey(key) && await queries.Own(caller).SingleOrDefaultAsync(t => t.Key == key, cancellation) is { } row ? row
        : SecretTypeQueries.NotFound;

    private SecretTypeRow NewRow(Caller caller, CreateSecretType request, TypeSchema schema)
    {
        var now = clock.Now();
        return new SecretTypeRow
        {
            AccountId = caller.AccountId,
            Key = request.Key,
            Name = request.Name,
            Schema = schema.Json,
            InjectsFields = request.Injection == SecretTypeInjection.Fields,
            Description = request.Description,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private Task AppendAsync(Caller caller, string name, SecretTypeRow row, CancellationToken cancellation) => events.AppendAsync(
        caller, name, EventSubject.OfAccount("secret-type", id: null),
        new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = row.Key }, cancellation);

    private async Task<Outcome<SecretType>> SaveAsync(Caller caller, SecretTypeRow row, AccountTransaction change, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.BrokenConstraint() == Constraints.SecretTypeKey)
        {
            return KeyTaken;
        }

        var saved = await queries.ShowAsync(caller, row.Key, cancellation);
        await change.CommitAsync(cancellation);
        return saved;
    }
}

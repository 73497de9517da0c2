using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.SecretTypes;

/// <summary>Reads secret types: those that the service brings along, and the account's own.</summary>
internal sealed class SecretTypeQueries(SecretsDbContext db)
{
    public static Failure NotFound { get; } = Failure.NotFound("Secret type not found");

    private static readonly Expression<Func<SecretTypeRow, StoredType>> AsStored = row => new StoredType(
        new SecretTypeDefinition(
            row.Key, row.Name, row.InjectsFields ? TypeInjection.Fields : TypeInjection.Json, row.Schema, row.Description, false),
        row.CreatedAt,
        row.UpdatedAt);

    /// <summary>Lists all types by key.</summary>
    public async Task<Outcome<Page<SecretType>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        // An account has a bounded number of types of its own, so that they can be put in order with the others here.
        var own = await Own(caller).Select(AsStored).ToListAsync(cancellation);
        var all = SystemTypes.All.Select(Show).Concat(own.Select(Show)).OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        return new Page<SecretType>([.. all.Skip((page.Number - 1) * page.Size).Take(page.Size)], all.Count);
    }

    /// <summary>Finds a type, to show it.</summary>
    public async Task<Outcome<SecretType>> ShowAsync(Caller caller, string key, CancellationToken cancellation) =>
        SystemTypes.Find(key) is { } system ? Show(system)
        : await FindOwnAsync(caller, key, cancellation) is { } own ? Show(own)
        : NotFound;

    /// <summary>Finds a type, to check values by it; null where there is none with this key.</summary>
    public async Task<SecretTypeDefinition?> FindAsync(Caller caller, string key, CancellationToken cancellation) =>
        SystemTypes.Find(key) ?? (await FindOwnAsync(caller, key, cancellation))?.Definition;

    /// <summary>The types of the account's own.</summary>
    public IQueryable<SecretTypeRow> Own(Caller caller) => db.SecretTypes.Where(t => t.AccountId == caller.AccountId);

    private async Task<StoredType?> FindOwnAsync(Caller caller, string key, CancellationToken cancellation) =>
        SecretTypeDefinition.IsKey(key)
            ? await Own(caller).Where(t => t.Key == key).Select(AsStored).SingleOrDefaultAsync(cancellation)
            : null;

    private static SecretType Show(SecretTypeDefinition type) => Show(new StoredType(type, null, null));

    private static SecretType Show(StoredType stored) => new()
    {
        Key = stored.Definition.Key,
        Name = stored.Definition.Name,
        Schema = JsonElement.Parse(stored.Definition.SchemaJson),
        Injection = stored.Definition.Injection == TypeInjection.Fields ? SecretTypeInjection.Fields : SecretTypeInjection.Json,
        Description = stored.Definition.Description,
        IsSystem = stored.Definition.IsSystem,
        CreatedAt = stored.CreatedAt,
        UpdatedAt = stored.UpdatedAt,
    };

    private sealed record StoredType(SecretTypeDefinition Definition, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);
}

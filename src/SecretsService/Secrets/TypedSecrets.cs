using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.SecretTypes;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>The secrets that have a type, for changes of the type.</summary>
internal sealed class TypedSecrets(
    SecretQueries queries, SecretNeighbours neighbours, SecretValues values, ValueRules rules, PlacementRules placements) : ITypedValues
{
    private const int MaxNamed = 10;

    public async Task<(IReadOnlyList<string> Keys, int Total)> FindUsesAsync(Caller caller, string type, CancellationToken cancellation)
    {
        var uses = Of(caller, type);
        var keys = await uses.OrderBy(s => s.Name).Select(s => s.Name).Take(MaxNamed).ToListAsync(cancellation);
        return (keys, await uses.CountAsync(cancellation));
    }

    public async Task<Failure?> AdoptAsync(Caller caller, SecretTypeDefinition changed, bool acceptsOthers, CancellationToken cancellation)
    {
        var secrets = await Of(caller, changed.Key).OrderBy(s => s.Name).ThenBy(s => s.ScopeKey).ToListAsync(cancellation);
        var texts = await values.CurrentTextsAsync(caller, secrets, cancellation);
        var places = (await neighbours.FindAsync(caller, [.. secrets.Select(s => s.Name)], cancellation)).ToDictionary(n => n.Id, n => n.Where);
        var errors = new FieldErrors();
        foreach (var secret in secrets)
        {
            // Each may take a while, and nothing else here waits.
            cancellation.ThrowIfCancellationRequested();
            Adopt(secret, $"{secret.Name} {ScopeWords.At(places[secret.Id])}", texts[secret.Id], changed, acceptsOthers, errors);
        }

        return errors.Count > 0 ? Failure.Invalid(errors)
            : secrets.Count > 0 ? await placements.CheckAsync(
                caller, [.. secrets.Select(s => Placement.Of(s) with { Field = "injection", Who = $"{s.Name} {ScopeWords.At(places[s.Id])}" })], cancellation)
            : null;
    }

    private void Adopt(SecretRow secret, string who, string? text, SecretTypeDefinition changed, bool acceptsOthers, FieldErrors errors)
    {
        if (text is null)
        {
            errors.Add("schema", $"{who}: its value cannot be opened. Write it anew first.");
        }
        else if (rules.Check(changed, secret.Name, text, acceptsOthers).Succeeded(out var value, out var failure))
        {
            secret.Variables = value.Variables;
        }
        else
        {
            foreach (var (field, faults) in failure.Errors!)
            {
                errors.Add("schema", $"{who}, {field}: {string.Join(' ', faults)}");
            }
        }
    }

    private IQueryable<SecretRow> Of(Caller caller, string type) => queries.Living(caller).Where(s => s.SecretType == type);
}

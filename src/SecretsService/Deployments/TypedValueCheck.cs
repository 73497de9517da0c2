using System.Text.Json;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Secrets;
using SecretsService.SecretTypes;
using SecretsService.Storage;

namespace SecretsService.Deployments;

/// <summary>Checks the values that a map is made of by the types of their secrets: a type may have changed since they were written.</summary>
internal sealed class TypedValueCheck(SecretTypeQueries types, SecretSealer sealer, TimeProvider clock)
{
    /// <summary>Finds the secrets whose values do not satisfy their type.</summary>
    /// <param name="caller">Whose types.</param>
    /// <param name="winners">The secrets that decide their names.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>For each by its name, what is wrong with its fields. One that does not open is passed over: that is said elsewhere.</returns>
    public async Task<IReadOnlyList<(string Name, FieldErrors Errors)>> FindViolationsAsync(
        Caller caller, IEnumerable<Candidate> winners, CancellationToken cancellation)
    {
        var found = new List<(string, FieldErrors)>();
        var typedWinners = winners.Where(w => w is { SecretType: not null, Value: not null } && !w.IsExpired(clock.Now()));
        foreach (var typed in typedWinners.GroupBy(w => w.SecretType!, StringComparer.Ordinal))
        {
            var type = await types.FindAsync(caller, typed.Key, cancellation);
            foreach (var secret in typed)
            {
                var errors = await CheckAsync(caller, secret, type, cancellation);
                if (errors.Count > 0)
                {
                    found.Add((secret.Name, errors));
                }
            }
        }

        return found;
    }

    private async Task<FieldErrors> CheckAsync(Caller caller, Candidate secret, SecretTypeDefinition? type, CancellationToken cancellation)
    {
        if (type is null)
        {
            return new FieldErrors { { "secret_type", "There is no such type any more." } };
        }

        try
        {
            using var opened = await sealer.OpenAsync(caller, secret.Value!.Value, cancellation);
            return Check(opened.Written, type);
        }
        catch (SealedValueException)
        {
            return [];
        }
    }

    private static FieldErrors Check(ReadOnlyMemory<byte> json, SecretTypeDefinition type)
    {
        var errors = new FieldErrors();
        try
        {
            using var value = JsonDocument.Parse(json);
            type.Schema.Check(value.RootElement, errors);
        }
        catch (JsonException)
        {
            // Not its message, which quotes the value.
            errors.Add("value", "Must be a JSON object.");
        }

        return errors;
    }
}

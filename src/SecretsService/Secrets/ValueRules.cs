using System.Text.Json;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.SecretTypes;

namespace SecretsService.Secrets;

/// <summary>A value that a secret may have.</summary>
/// <param name="Text">The value; compact JSON where the secret has a type.</param>
/// <param name="Variables">The names of the variables that its fields give; null where it gives one under the secret's own name.</param>
internal sealed record CheckedValue(string Text, string[]? Variables)
{
    /// <summary>What a tombstone has.</summary>
    public static readonly CheckedValue None = new("", null);

    public override string ToString() => nameof(CheckedValue);
}

/// <summary>Checks values against the type of their secret.</summary>
internal sealed class ValueRules(SecretTypeQueries types, ReservedNames reserved)
{
    /// <summary>Checks a value.</summary>
    /// <param name="caller">Whose types.</param>
    /// <param name="secretType">The key of the secret's type; null for a value that is any text.</param>
    /// <param name="name">The secret's name, which its fields' variables begin with.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <param name="acceptsOthers">
    /// Whether it may be one that does not satisfy the type's schema: one that is stored already, and that a change of the type has let stay.
    /// </param>
    public async Task<Outcome<CheckedValue>> CheckAsync(
        Caller caller, string? secretType, string name, ValueInput value, CancellationToken cancellation, bool acceptsOthers = false)
    {
        if (secretType is null)
        {
            return value.IsObject
                ? Failure.Invalid("value", "Must be a string: only a secret with a secret_type has an object as its value.")
                : new CheckedValue(value.Text, null);
        }

        return await types.FindAsync(caller, secretType, cancellation) is not { } type
                ? Failure.Invalid("secret_type", "There is no such secret type. GET /secret-types lists those there are.")
            : !value.IsObject ? Failure.Invalid("value", $"Must be a JSON object: the secret has the type {type.Key}.")
            : Check(type, name, value.Text, acceptsOthers);
    }

    /// <summary>Checks a value against a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="json">The value, compact JSON.</param>
    /// <param name="acceptsOthers">Whether it may be one that does not satisfy the type's schema.</param>
    public Outcome<CheckedValue> Check(SecretTypeDefinition type, string name, string json, bool acceptsOthers = false)
    {
        using var document = JsonDocument.Parse(json);
        var errors = new FieldErrors();
        if (!acceptsOthers)
        {
            type.Schema.Check(document.RootElement, errors);
        }

        if (errors.Count == 0 && type.Injection == TypeInjection.Fields)
        {
            FieldVariables.Check(name, document.RootElement, reserved.Contains, ProcessNames.Contains, errors);
        }

        return errors.Count > 0 ? Failure.Invalid(errors)
            : new CheckedValue(json, type.Injection == TypeInjection.Fields ? [.. FieldVariables.NamesOf(name, document.RootElement)] : null);
    }
}

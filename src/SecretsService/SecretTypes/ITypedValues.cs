using SecretsService.Access;
using SecretsService.Outcomes;

namespace SecretsService.SecretTypes;

/// <summary>
/// The values that have a type, which the feature of secrets holds: it stands on this one, so that this one asks it through here. Both methods
/// are asked within an <see cref="Storage.AccountTransaction"/>.
/// </summary>
internal interface ITypedValues
{
    /// <summary>The keys of the secrets that have a type and are not deleted, at most ten of them, and how many there are in all.</summary>
    Task<(IReadOnlyList<string> Keys, int Total)> FindUsesAsync(Caller caller, string type, CancellationToken cancellation);

    /// <summary>Checks the values that have a type by what the type is to become, and names the variables of each anew.</summary>
    /// <param name="caller">Whose values.</param>
    /// <param name="changed">The type as it is to become.</param>
    /// <param name="acceptsOthers">Whether values that do not satisfy the schema may stay. A variable that cannot be injected may not.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>What stands against it, naming each secret at fault; null where nothing does.</returns>
    Task<Failure?> AdoptAsync(Caller caller, SecretTypeDefinition changed, bool acceptsOthers, CancellationToken cancellation);
}

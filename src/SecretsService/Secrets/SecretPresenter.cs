using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Storage;

namespace SecretsService.Secrets;

/// <summary>Makes of stored secrets what answers show: opens the values of plain variables, and adds what there is to warn of.</summary>
internal sealed class SecretPresenter(
    SecretNeighbours neighbours, TargetAdvice targets, SecretSealer sealer, NameAdvice advice, TimeProvider clock)
{
    public async Task<IReadOnlyList<SecretMetadata>> PresentAsync(
        Caller caller, IReadOnlyList<StoredSecret> secrets, CancellationToken cancellation)
    {
        var others = secrets.Count == 0 ? [] : await neighbours.FindAsync(caller, [.. secrets.Select(s => s.Name)], cancellation);
        var environments = secrets.Count == 0 ? [] : await targets.FindEnvironmentsAsync(caller, cancellation);

        // Not those out of reach: that a value is the same as one of theirs would let a key guess what it may not see.
        var byName = others.Where(o => caller.Reach.Includes(o.Scope)).ToLookup(o => o.Name, StringComparer.OrdinalIgnoreCase);
        var now = clock.Now();
        var shown = new List<SecretMetadata>(secrets.Count);
        foreach (var secret in secrets)
        {
            var warnings = WarningsFor(secret, byName[secret.Name], environments).ToList();
            var value = await OpenPlainAsync(caller, secret, warnings, cancellation);
            shown.Add(Show(secret, now, value, warnings));
        }

        return shown;
    }

    // One that does not open must not hide the list that it is to be mended in.
    private async Task<string?> OpenPlainAsync(Caller caller, StoredSecret secret, List<string> warnings, CancellationToken cancellation)
    {
        try
        {
            return secret.PlainValue is { } value ? await sealer.OpenTextAsync(caller, value, cancellation) : null;
        }
        catch (SealedValueException)
        {
            warnings.Add("Its value cannot be opened. Write it anew.");
            return null;
        }
    }

    private IEnumerable<string> WarningsFor(
        StoredSecret secret, IEnumerable<Neighbour> sameName, IReadOnlyList<TargetedEnvironment> environments)
    {
        if (secret.DeletedAt is not null)
        {
            return [];
        }

        var others = sameName.Where(o => o.Id != secret.Id).ToList();
        var ofTargets = secret.IsWithheld ? [] : TargetAdvice.WarningsFor(secret, environments);
        return [
            .. advice.WarningsFor(secret.Name, secret.IsSecret, secret.LooksPrivate),
            .. others.Where(o => o.Name != secret.Name)
                .Select(o => $"{o.Name} {ScopeWords.At(o.Where)} differs from it in letter case only: they are two variables."),
            .. others.Where(o => IsOverriddenInVain(secret, o))
                .Select(o => $"It overrides {o.Name} {ScopeWords.At(o.Where)} with the same value."),
            .. ofTargets,
        ];
    }

    private static bool IsOverriddenInVain(StoredSecret secret, Neighbour other) =>
        other.Name == secret.Name
        && other.Fingerprint is not null
        && other.Fingerprint == secret.Fingerprint
        && other.Scope.Rung < secret.Scope.Rung
        && other.Scope.MeetsWith(secret.Scope, other.TypeOf);

    private SecretMetadata Show(StoredSecret secret, DateTimeOffset now, string? value, IReadOnlyList<string> warnings) => new()
    {
        Id = secret.Id,
        Key = secret.Name,
        IsSecret = secret.IsSecret,
        Scope = secret.Where,
        Version = secret.Version,
        Fingerprint = secret.Fingerprint,
        Description = secret.Description,
        SecretType = secret.SecretType,
        ExpiresAt = secret.ExpiresAt,
        Expired = secret.ExpiresAt <= now,
        Exposure = advice.ExposureOf(secret.Name),
        Pinned = secret.IsPinned,
        Withheld = secret.IsWithheld,
        Value = value,
        CreatedAt = secret.CreatedAt,
        CreatedBy = secret.CreatedBy,
        UpdatedAt = secret.UpdatedAt,
        UpdatedBy = secret.UpdatedBy,
        DeletedAt = secret.DeletedAt,
        Warnings = warnings,
    };
}

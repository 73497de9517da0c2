using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>Gives secrets their versions, within the transaction of a store.</summary>
internal sealed class SecretValues(SecretsDbContext db, SecretSealer sealer, ValueRules rules)
{
    /// <summary>Adds the version that each secret's number stands at.</summary>
    public async Task AddVersionsAsync(
        Caller caller, IReadOnlyList<(SecretRow Secret, string Text)> added, VersionOrigin origin, CancellationToken cancellation) =>
        db.SecretVersions.AddRange(await sealer.SealAsync(
            caller,
            [.. added.Select(a => new NewValue(IdentityOf(a.Secret), a.Text, origin) { At = a.Secret.Version == 1 ? a.Secret.CreatedAt : null })],
            cancellation));

    /// <summary>
    /// Gives a secret a new value, a new name for the one it has (the row has it already), or another secrecy. The value that is there already
    /// adds no version.
    /// </summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="secret">The secret, tracked.</param>
    /// <param name="value">The new value; null to keep it.</param>
    /// <param name="isSecret">Whether it is a secret from now on; null to leave that as it is.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>What stands against it; null where nothing does.</returns>
    public async Task<Failure?> ChangeAsync(Caller caller, SecretRow secret, ValueInput? value, bool? isSecret, CancellationToken cancellation)
    {
        if (isSecret is false && secret.IsSecret && value is null)
        {
            return Failure.Invalid(
                "value", "Required to make a plain variable of a secret: its value is shown from then on, so send the one that may be.");
        }

        if (isSecret is true && !secret.IsSecret)
        {
            await SealAsSecretsAsync(caller, secret, cancellation);
        }

        secret.IsSecret = isSecret ?? secret.IsSecret;
        var oldName = db.Entry(secret).Property(s => s.Name).OriginalValue;
        if (value is null && secret.Name == oldName)
        {
            return null;
        }

        var current = await CurrentAsync(secret, cancellation);
        var text = await CurrentTextAsync(caller, secret, current, oldName, mustOpen: value is null, cancellation);
        var checking = await rules.CheckAsync(
            caller, secret.SecretType, secret.Name, value ?? Again(secret, text!), cancellation, acceptsOthers: value is null);
        if (!checking.Succeeded(out var next, out var failure))
        {
            return failure;
        }

        secret.Variables = next.Variables is not null && secret.Variables is not null && next.Variables.SequenceEqual(secret.Variables, StringComparer.Ordinal)
            ? secret.Variables
            : next.Variables;
        if (secret.Name == oldName && next.Text == text)
        {
            await SealAsPlainAsync(caller, secret, current, next.Text, cancellation);
            return null;
        }

        secret.Version++;
        await AddVersionsAsync(caller, [(secret, next.Text)], VersionOrigin.Update, cancellation);
        return null;
    }

    /// <summary>Makes the value of an older version the current one again.</summary>
    /// <returns>What stands against it; null where nothing does.</returns>
    public async Task<Failure?> RollBackAsync(Caller caller, SecretRow secret, int version, CancellationToken cancellation)
    {
        var found = await FindAsync(secret, version, cancellation);
        if (!found.Succeeded(out var old, out var failure))
        {
            return failure;
        }

        if (old.IsSecret && !secret.IsSecret)
        {
            return Failure.Invalid(
                "version", $"Version {version} was written as a secret, and this is a plain variable now: rolling back would show it. Send PUT with is_secret true first.");
        }

        var text = await sealer.OpenTextAsync(caller, StoredOf(secret, old, old.Name), cancellation);
        var checking = await rules.CheckAsync(caller, secret.SecretType, secret.Name, Again(secret, text), cancellation);
        if (!checking.Succeeded(out var next, out failure))
        {
            return failure;
        }

        secret.Variables = next.Variables;
        secret.Version++;
        await AddVersionsAsync(caller, [(secret, next.Text)], VersionOrigin.Rollback, cancellation);
        return null;
    }

    /// <summary>Opens the value of a version.</summary>
    public async Task<Outcome<RevealedSecret>> RevealAsync(Caller caller, SecretRow secret, int? version, CancellationToken cancellation)
    {
        var found = await FindAsync(secret, version ?? secret.Version, cancellation);
        if (!found.Succeeded(out var row, out var failure))
        {
            return failure;
        }

        // The current version must have the secret's own name; an older one keeps the name of its time.
        var name = row.Version == secret.Version ? secret.Name : row.Name;
        return new RevealedSecret
        {
            Key = row.Name,
            Value = await sealer.OpenTextAsync(caller, StoredOf(secret, row, name), cancellation),
            Version = row.Version,
        };
    }

    /// <summary>Checks the current value, and names its variables anew: the secret's type may have changed while the secret was deleted.</summary>
    /// <returns>What stands against it; null where nothing does.</returns>
    public async Task<Failure?> RecheckAsync(Caller caller, SecretRow secret, bool acceptsOthers, CancellationToken cancellation)
    {
        if (secret.SecretType is null || secret.IsWithheld)
        {
            return null;
        }

        var text = await CurrentTextAsync(caller, secret, cancellation);
        var checking = await rules.CheckAsync(caller, secret.SecretType, secret.Name, Again(secret, text), cancellation, acceptsOthers);
        if (!checking.Succeeded(out var value, out var failure))
        {
            return failure;
        }

        secret.Variables = value.Variables;
        return null;
    }

    /// <summary>Opens a secret's current value.</summary>
    /// <exception cref="SealedValueException">It cannot be opened; the log names it.</exception>
    public async Task<string> CurrentTextAsync(Caller caller, SecretRow secret, CancellationToken cancellation) =>
        await sealer.OpenTextAsync(caller, StoredOf(secret, await CurrentAsync(secret, cancellation), secret.Name), cancellation);

    /// <summary>Opens the current values of secrets: by their ids, and null for one that does not open.</summary>
    public async Task<IReadOnlyDictionary<Guid, string?>> CurrentTextsAsync(
        Caller caller, IReadOnlyList<SecretRow> secrets, CancellationToken cancellation)
    {
        var ids = secrets.Select(s => s.Id).ToArray();
        var versions = await db.SecretVersions.AsNoTracking()
            .Where(v => v.AccountId == caller.AccountId && ids.Contains(v.SecretId)
                && db.Secrets.Any(s => s.AccountId == v.AccountId && s.Id == v.SecretId && s.Version == v.Version))
            .ToDictionaryAsync(v => v.SecretId, cancellation);
        var texts = new Dictionary<Guid, string?>(secrets.Count);
        foreach (var secret in secrets)
        {
            texts[secret.Id] = await CurrentTextAsync(caller, secret, versions[secret.Id], secret.Name, mustOpen: false, cancellation);
        }

        return texts;
    }

    private static ValueInput Again(SecretRow secret, string text) =>
        secret.SecretType is null ? ValueInput.OfText(text) : ValueInput.OfObject(text);

    private static ValueIdentity IdentityOf(SecretRow secret) =>
        new(secret.AccountId, secret.Id, secret.Version, Placement.ScopeOf(secret).StorageKey, secret.Name) { Kind = SecretSealer.KindOf(secret.IsSecret) };

    private static StoredValue StoredOf(SecretRow secret, SecretVersionRow version, string name) => new(
        secret.Id,
        version.Version,
        Placement.ScopeOf(secret).StorageKey,
        name,
        version.Name,
        SecretSealer.KindOf(version.IsSecret),
        version.DataKeyId,
        version.SealedValue);

    private async Task<SecretVersionRow> CurrentAsync(SecretRow secret, CancellationToken cancellation) => await db.SecretVersions
        .SingleAsync(v => v.AccountId == secret.AccountId && v.SecretId == secret.Id && v.Version == secret.Version, cancellation);

    private async Task<Outcome<SecretVersionRow>> FindAsync(SecretRow secret, int version, CancellationToken cancellation)
    {
        if (secret.IsWithheld)
        {
            return Failure.StateConflict("This is a tombstone: it has no value, and so no versions.");
        }

        return await db.SecretVersions.AsNoTracking().SingleOrDefaultAsync(
            v => v.AccountId == secret.AccountId && v.SecretId == secret.Id && v.Version == version, cancellation) is { } row
            ? row
            : Failure.Invalid("version", $"There is no version {version}. GET .../versions lists those that are kept; the current one is {secret.Version}.");
    }

    // A new value may replace one that does not open: that is how a damaged secret is mended. A rename must carry the value over, and may not
    // seal anew what was not whole before.
    private async Task<string?> CurrentTextAsync(
        Caller caller, SecretRow secret, SecretVersionRow current, string name, bool mustOpen, CancellationToken cancellation)
    {
        try
        {
            return await sealer.OpenTextAsync(caller, StoredOf(secret, current, name), cancellation);
        }
        catch (SealedValueException) when (!mustOpen)
        {
            return null;
        }
    }

    // The same value, which may be shown from now on: the version stays, and is sealed as what it has become.
    private async Task SealAsPlainAsync(
        Caller caller, SecretRow secret, SecretVersionRow current, string text, CancellationToken cancellation)
    {
        if (!secret.IsSecret && current.IsSecret)
        {
            await SealAgainAsync(caller, secret, [(current, text)], isSecret: false, cancellation);
        }
    }

    // All that was shown until now is hidden from now on, what a rollback could bring back too.
    private async Task SealAsSecretsAsync(Caller caller, SecretRow secret, CancellationToken cancellation)
    {
        var shown = await db.SecretVersions
            .Where(v => v.AccountId == secret.AccountId && v.SecretId == secret.Id && !v.IsSecret)
            .ToListAsync(cancellation);
        var hidden = new List<(SecretVersionRow Version, string Text)>(shown.Count);
        foreach (var version in shown)
        {
            // One that does not open is shown nowhere as it is.
            if (await CurrentTextAsync(caller, secret, version, version.Name, mustOpen: false, cancellation) is { } text)
            {
                hidden.Add((version, text));
            }
        }

        await SealAgainAsync(caller, secret, hidden, isSecret: true, cancellation);
    }

    private async Task SealAgainAsync(
        Caller caller, SecretRow secret, IReadOnlyList<(SecretVersionRow Version, string Text)> versions, bool isSecret, CancellationToken cancellation)
    {
        var values = versions.Select(v => new NewValue(
            new ValueIdentity(secret.AccountId, secret.Id, v.Version.Version, Placement.ScopeOf(secret).StorageKey, v.Version.Name) { Kind = SecretSealer.KindOf(isSecret) },
            v.Text,
            v.Version.Origin));
        var again = await sealer.SealAsync(caller, [.. values], cancellation);
        foreach (var (version, anew) in versions.Select(v => v.Version).Zip(again))
        {
            version.IsSecret = isSecret;
            version.DataKeyId = anew.DataKeyId;
            version.SealedValue = anew.SealedValue;
        }
    }
}

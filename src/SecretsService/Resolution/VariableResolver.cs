using System.Text.Json;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>
/// Makes the merged map of a target: reads the candidates in one snapshot, picks the secret that decides each name, then the one that decides
/// each variable, and opens their values.
/// </summary>
internal sealed partial class VariableResolver(
    SecretsDbContext db,
    SnapshotReader snapshots,
    SecretSealer sealer,
    AccountKeys keys,
    ReservedNames reserved,
    TimeProvider clock,
    ILogger<VariableResolver> logger)
{
    /// <summary>
    /// Resolves the variables of a target. The number of queries does not depend on the number of secrets. One value that cannot be opened
    /// fails the whole read: a deployment must not start with half of its variables.
    /// </summary>
    /// <exception cref="SealedValueException">A value cannot be opened.</exception>
    public async Task<Outcome<MergedVariables>> ResolveAsync(Caller caller, TargetReference target, CancellationToken cancellation)
    {
        var read = await snapshots.ReadAsync(caller, target, Candidate.Query, cancellation);
        if (!read.Succeeded(out var snapshot, out var failure))
        {
            return failure;
        }

        return await MergeAsync(caller, snapshot.Origin, snapshot.Rows, mustOpen: true, cancellation);
    }

    /// <summary>Merges what a snapshot holds of a target.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="origin">The target.</param>
    /// <param name="candidates">The secrets of its scopes.</param>
    /// <param name="mustOpen">False where the map is only looked at: a value that cannot be opened is then left out, and said so.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="SealedValueException">A value cannot be opened, and must.</exception>
    public async Task<MergedVariables> MergeAsync(
        Caller caller, MapOrigin origin, IReadOnlyList<Candidate> candidates, bool mustOpen, CancellationToken cancellation)
    {
        var now = clock.Now();
        var winners = Precedence.Resolve(candidates, origin.Target);
        var variables = new MergedVariables(
            origin,
            winners.Sum(w => w.Value?.Sealed.Length ?? 0),
            await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation))
        {
            ChangesAt = candidates.Where(c => c.ExpiresAt > now).Min(c => c.ExpiresAt),
        };
        try
        {
            await FillAsync(variables, caller, winners, now, mustOpen, cancellation);
            return variables;
        }
        catch
        {
            variables.Dispose();
            throw;
        }
    }

    private async Task FillAsync(
        MergedVariables variables, Caller caller, IEnumerable<Candidate> winners, DateTimeOffset now, bool mustOpen, CancellationToken cancellation)
    {
        var target = variables.Origin.Target;
        var claims = new List<VariableClaim<Candidate>>();
        foreach (var winner in winners)
        {
            try
            {
                claims.AddRange(await ClaimsOfAsync(caller, winner, cancellation));
            }
            catch (SealedValueException) when (!mustOpen)
            {
                variables.LeaveOutUnreadable(winner.Name);
            }
        }

        foreach (var claim in VariableClaims.Resolve(claims, target))
        {
            try
            {
                await AddAsync(variables, caller, claim, claim.StateOf(reserved, now), cancellation);
            }
            catch (SealedValueException) when (!mustOpen)
            {
                variables.LeaveOutUnreadable(claim.Secret.Name);
            }
        }

        foreach (var collision in VariableClaims.Collisions(claims, variables.Origin))
        {
            variables.Warn(collision);
        }
    }

    // From the value itself, not from the names beside it in the row: what is injected is what is sealed. An expired secret claims its
    // variables too, since nothing broader may take their place.
    private async Task<IEnumerable<VariableClaim<Candidate>>> ClaimsOfAsync(Caller caller, Candidate winner, CancellationToken cancellation)
    {
        if (!winner.GivesFields)
        {
            return [new VariableClaim<Candidate>(winner.Name, Field: null, winner)];
        }

        using var opened = await sealer.OpenAsync(caller, ValueOf(winner), cancellation);
        return FieldsOf(winner, opened.Written);
    }

    private static List<VariableClaim<Candidate>> FieldsOf(Candidate winner, ReadOnlyMemory<byte> json)
    {
        using var value = Parse(json);
        return value?.RootElement.ValueKind == JsonValueKind.Object
            ? VariableExpansion.Expand(winner, value.RootElement)
            : throw new InvalidOperationException($"[unexpected] the value of secret {winner.Id}, which has a type, is no JSON object");
    }

    // Null instead of the exception, which quotes the value.
    private static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task AddAsync(
        MergedVariables variables, Caller caller, VariableClaim<Candidate> claim, ResolvedState state, CancellationToken cancellation)
    {
        switch (state)
        {
            case ResolvedState.Injected when claim.Text is { } text:
                variables.Add(claim.Name, OriginOf(claim), text);
                break;
            case ResolvedState.Injected:
                var value = ValueOf(claim.Secret);
                var length = await sealer.OpenAsync(caller, value, variables.Free(value.Sealed.Length), cancellation);
                variables.Add(claim.Name, OriginOf(claim), length);
                break;
            case ResolvedState.Reserved:
                variables.LeaveOut(claim.Name, ExplanationWords.OfLeftOut(claim, variables.Origin));
                break;
            case ResolvedState.Expired:
                variables.LeaveOutExpired(claim.Name);
                break;
            default:
                variables.LeaveOutWithheld(claim.Name);
                break;
        }
    }

    private static ValueOrigin OriginOf(VariableClaim<Candidate> claim) => new(
        claim.Secret.Id, claim.Secret.Version, claim.Secret.Scope.Rung, claim.Field, claim.Secret.Value?.Kind == ValueKind.Secret);

    private StoredValue ValueOf(Candidate secret)
    {
        if (secret.Value is { } value)
        {
            return value;
        }

        LogVersionMissing(secret.Id, secret.Version);
        throw new SealedValueException();
    }

    [LoggerMessage(1, LogLevel.Critical, "Secret {SecretId} has lost its version {Version}: a row was deleted outside of the service")]
    private partial void LogVersionMissing(Guid secretId, int version);
}

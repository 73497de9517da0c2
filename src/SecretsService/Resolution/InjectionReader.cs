using System.Diagnostics.CodeAnalysis;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Cryptography;
using SecretsService.Http;
using SecretsService.Keys;
using SecretsService.Storage;
using SecretsService.WarmReads;

namespace SecretsService.Resolution;

/// <summary>Hands merged maps out, keeps a record of each time, and the finished answer for the next time.</summary>
internal sealed class InjectionReader(
    VariableResolver resolver,
    VariableRenderer renderer,
    HandOuts handOuts,
    AccountKeys keys,
    SecretsDbContext db,
    SealedAnswers answers,
    TimeProvider clock)
{
    // The first record of an answer stores the manifest that the later ones name, and must not have been pruned when the last one is written.
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    /// <summary>Reads the merged map of a target. The audit record commits before the values leave; a 304 hands none out, and has none.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "Executing the answer disposes of it; whatever comes of it otherwise, this does")]
    public async Task<IResult> ReadAsync(HttpContext context, Caller caller, TargetReference target, VariableOptions options, CancellationToken cancellation)
    {
        if (!(await resolver.ResolveAsync(caller, target, cancellation)).Succeeded(out var variables, out var failure))
        {
            return Answer.Refused(failure);
        }

        var (origin, changesAt) = (variables.Origin, variables.ChangesAt);
        if (!renderer.Render(variables, options).Succeeded(out var rendered, out failure))
        {
            return Answer.Refused(failure);
        }

        if (rendered.IsHeldBy(context.Request))
        {
            return rendered;
        }

        try
        {
            var key = await keys.FindFingerprintKeyAsync(db, caller.AccountId, cancellation);
            var (record, manifest) = HandOutRecord.Of(caller, origin, options, rendered, clock.Now());
            await handOuts.StoreAsync(caller.AccountId, record, manifest, key, cancellation);
            Keep(context, origin, changesAt, record, key, rendered);
            return rendered;
        }
        catch
        {
            rendered.Dispose();
            throw;
        }
    }

    // Only where the map and the API key were found at one revision: a key that was revoked in between must not be remembered as one that was there after it.
    private void Keep(HttpContext context, MapOrigin origin, DateTimeOffset? changesAt, EventRecord record, FingerprintKey key, RenderedVariables rendered)
    {
        if (!answers.IsOn
            || context.Features.Get<Credential>() is not { Caller.DeploymentId: null } credential
            || credential.Revision != origin.Revision
            || rendered.Body.Length > SealedValue.MaxPlaintextBytes
            || WarmReadMiddleware.KeyOf(context) is not { } warmKey)
        {
            return;
        }

        answers.Keep(warmKey, new WarmAnswer
        {
            AccountId = credential.Caller.AccountId,
            ApiKeyId = credential.Caller.ApiKeyId,
            Revision = origin.Revision,
            EndsAt = Earliest(record.OccurredAt + KeptFor, changesAt, credential.ExpiresAt),
            Record = record,
            JournalKey = key,
            Route = context.GetEndpoint()!,
            Tag = rendered.Tag,
            TagText = rendered.Tag.ToString(),
            ContentType = rendered.ContentType,
            SealedBody = answers.Seal(rendered.Body),
        });
    }

    private static DateTimeOffset Earliest(DateTimeOffset first, params ReadOnlySpan<DateTimeOffset?> others)
    {
        foreach (var other in others)
        {
            first = other < first ? other.Value : first;
        }

        return first;
    }
}

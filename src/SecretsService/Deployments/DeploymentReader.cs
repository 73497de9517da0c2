using System.Diagnostics.CodeAnalysis;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Formats;
using SecretsService.Http;
using SecretsService.Resolution;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Hands frozen maps out, and keeps a record of each time.</summary>
internal sealed class DeploymentReader(
    SecretsDbContext db, DeploymentQueries queries, FrozenMap frozenMaps, VariableRenderer renderer, DeploymentTokens tokens, EventTrail events)
{
    /// <summary>
    /// Reads the frozen map of a deployment. The audit record commits before the values leave, together with the use that a deployment token loses
    /// by it; what is refused costs no use.
    /// </summary>
    /// <returns>The answer; a challenge where a deployment token has died meanwhile.</returns>
    [SuppressMessage("Reliability", "CA2000", Justification = "Executing the answer disposes of it; whatever comes of it otherwise, this does")]
    public async Task<IResult> ReadAsync(Caller caller, DeploymentPath path, VariableOptions options, CancellationToken cancellation)
    {
        if (!(await queries.FindRowAsync(caller, path, cancellation)).Succeeded(out var deployment, out var failure)
            || !(await frozenMaps.ThawAsync(caller, deployment, cancellation)).Succeeded(out var variables, out failure)
            || !renderer.Render(variables, options).Succeeded(out var rendered, out failure))
        {
            return Answer.Refused(failure);
        }

        var isRecorded = false;
        try
        {
            isRecorded = await RecordAsync(caller, deployment, options, rendered, cancellation);
            return isRecorded ? rendered : Results.Challenge();
        }
        finally
        {
            if (!isRecorded)
            {
                rendered.Dispose();
            }
        }
    }

    // Not in a transaction of the account's: many processes may start at the same time, and none waits for another's.
    private async Task<bool> RecordAsync(
        Caller caller, DeploymentRow deployment, VariableOptions options, RenderedVariables rendered, CancellationToken cancellation)
    {
        await using var transaction = await db.BeginWithinAsync(caller.AccountId, cancellation);
        if (caller.DeploymentId is not null && !await tokens.UseAsync(caller, cancellation))
        {
            return false;
        }

        await events.AppendAsync(
            caller, EventNames.DeploymentVariablesRead, EventSubject.Of(deployment),
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["number"] = deployment.Number,
                ["format"] = options.Format?.Name ?? VariableFormats.Json,
                ["keys"] = rendered.Keys,
            },
            cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}

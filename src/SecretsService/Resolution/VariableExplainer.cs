using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Secrets;
using SecretsService.Storage;

namespace SecretsService.Resolution;

/// <summary>Answers "why this value?" for a target, in one snapshot and without any value.</summary>
internal sealed class VariableExplainer(SnapshotReader snapshots, ReservedNames reserved, TimeProvider clock)
{
    /// <summary>Explains every key that any scope of the target has or had, sorted.</summary>
    public async Task<Outcome<ResolvedMap>> ExplainAsync(Caller caller, TargetReference target, CancellationToken cancellation)
    {
        var read = await ReadAsync(caller, target, cancellation);
        if (!read.Succeeded(out var explanation, out var failure))
        {
            return failure;
        }

        var origin = explanation.Origin;
        var keys = explanation.All();
        return new ResolvedMap
        {
            Data = keys,
            Meta = new()
            {
                Revision = origin.Revision,
                Count = keys.Count,
                Site = origin.Site?.Slug,
                Environment = origin.Environment?.Slug,
                EnvironmentType = origin.EnvironmentType,
                App = origin.App?.Slug,
            },
            Message = "Keys resolved successfully",
            HttpStatus = StatusCodes.Status200OK,
        };
    }

    /// <summary>Explains one key, which need not exist.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="target">The target.</param>
    /// <param name="key">The key: a text that can be one.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<ResolvedKey>> ExplainAsync(Caller caller, TargetReference target, SecretName key, CancellationToken cancellation)
    {
        var read = await ReadAsync(caller, target, cancellation);
        return read.Succeeded(out var explanation, out var failure) ? explanation.Shown(key.Text) : failure;
    }

    private async Task<Outcome<Explanation>> ReadAsync(Caller caller, TargetReference target, CancellationToken cancellation)
    {
        var read = await snapshots.ReadAsync(caller, target, SecretSource.Query, cancellation);
        return read.Succeeded(out var snapshot, out var failure)
            ? new Explanation(snapshot.Origin, snapshot.Rows, reserved, clock.Now())
            : failure;
    }
}

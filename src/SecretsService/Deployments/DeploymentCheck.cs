using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Npgsql;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Formats;
using SecretsService.Outcomes;
using SecretsService.Requirements;
using SecretsService.Resolution;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.Storage;

namespace SecretsService.Deployments;

/// <summary>What a deployment is checked for.</summary>
/// <param name="Profile">The target profile that the request names; null for the environment's own.</param>
/// <param name="Required">Keys that the map must have beside those that are declared.</param>
internal sealed record CheckRequest(string? Profile, IReadOnlyList<string> Required)
{
    /// <summary>Reads what a request has.</summary>
    public static CheckRequest Of(string? target, IReadOnlyList<string>? required) => new(target, required ?? []);
}

/// <summary>A merged map with all that there is to say of it before it is deployed. It owns the map.</summary>
/// <param name="Variables">The map, as the deployment would get it.</param>
/// <param name="Profile">The target profile that it was checked for; null for none.</param>
/// <param name="Problems">Every problem: those that stand against it first, then by key.</param>
internal sealed record CheckedMap(MergedVariables Variables, TargetProfile? Profile, IReadOnlyList<PreflightProblem> Problems) : IDisposable
{
    /// <summary>True where nothing stands against it.</summary>
    public bool IsOk => Problems.All(p => p.Severity != ProblemSeverity.Error);

    public void Dispose() => Variables.Dispose();
}

/// <summary>
/// Checks what a deployment would get. It is one code for the preflight, which anybody may ask for, and for the gate that every deployment goes
/// through.
/// </summary>
internal sealed class DeploymentCheck(
    SnapshotReader snapshots,
    VariableResolver resolver,
    RequirementQueries requirements,
    TypedValueCheck typedValues,
    DeploymentQueries deployments,
    ReservedNames reserved,
    IOptions<SecretOptions> options,
    TimeProvider clock)
{
    /// <summary>Checks the merged map of today.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="target">The environment, and the app where one is deployed alone.</param>
    /// <param name="request">What it is checked for.</param>
    /// <param name="within">A connection whose transaction holds the account's row locked; null to read by itself.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The map with its problems, and for a local environment with the empty values of what is missing.</returns>
    [SuppressMessage("Reliability", "CA2000", Justification = "The result owns the map")]
    public async Task<Outcome<CheckedMap>> RunAsync(
        Caller caller, TargetReference target, CheckRequest request, NpgsqlConnection? within, CancellationToken cancellation)
    {
        var read = await snapshots.ReadBothAsync(caller, target, Candidate.Query, SecretSource.Query, within, cancellation);
        if (!read.Succeeded(out var snapshot, out var failure))
        {
            return failure;
        }

        var variables = await resolver.MergeAsync(caller, snapshot.Origin, snapshot.Rows, mustOpen: false, cancellation);
        try
        {
            var report = new PreflightReport(
                variables, snapshot.Origin.EnvironmentType, new Explanation(snapshot.Origin, snapshot.Others, reserved, clock.Now()));
            report.RequireAll(await RequiredAsync(caller, snapshot.Origin, request, cancellation));
            report.AddWhatIsLeftOut();
            report.AddViolations(
                await typedValues.FindViolationsAsync(caller, Precedence.Resolve(snapshot.Rows, snapshot.Origin.Target), cancellation));
            report.AddExpiringSoon(snapshot.Rows, clock.Now(), options.Value.ExpiringSoonDays);
            return new CheckedMap(variables, report.CheckFor(request.Profile ?? snapshot.Origin.Profile), report.Problems);
        }
        catch
        {
            variables.Dispose();
            throw;
        }
    }

    /// <summary>Checks a map that was frozen earlier: it must still be what the site and the app need, and what the target can carry.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="variables">The map, which the result owns.</param>
    /// <param name="request">What it is checked for.</param>
    /// <param name="place">Where it goes, as that is today.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<CheckedMap> RunAsync(
        Caller caller, MergedVariables variables, CheckRequest request, DeploymentPlace place, CancellationToken cancellation)
    {
        try
        {
            var report = new PreflightReport(variables, place.EnvironmentType, explanation: null);
            report.RequireAll(await RequiredAsync(caller, variables.Origin, request, cancellation));
            report.AddReservedSince(variables.All.Select(v => v.Name).Where(reserved.Contains));
            var secrets = variables.All.Select(v => v.Origin).OfType<ValueOrigin>().Select(o => o.SecretId).ToHashSet();
            report.AddExpiredSince(await deployments.ExpiriesAsync(caller, secrets, clock.Now(), cancellation));
            return new CheckedMap(variables, report.CheckFor(request.Profile ?? place.Profile), report.Problems);
        }
        catch
        {
            variables.Dispose();
            throw;
        }
    }

    private async Task<IReadOnlyList<RequiredSecret>> RequiredAsync(
        Caller caller, MapOrigin origin, CheckRequest request, CancellationToken cancellation) =>
    [
        .. await requirements.ForTargetAsync(caller, origin.Site!.Id, origin.App?.Id, cancellation),
        .. request.Required.Select(key => new RequiredSecret { Key = key, Optional = false, Description = null, SecretType = null }),
    ];
}

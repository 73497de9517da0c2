using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Keys;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Scopes;
using SecretsService.Secrets;
using SecretsService.SecretTypes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>
/// Freezes merged maps and opens them again. A frozen map is a list of references to versions, which are immutable; beside each stands a keyed tag of
/// the value, and over all of it another, so that what comes out is what went in or nothing.
/// </summary>
internal sealed partial class FrozenMap(SecretsDbContext db, SecretSealer sealer, AccountKeys keys, ILogger<FrozenMap> logger)
{
    /// <summary>Refers to what gives each variable of a map.</summary>
    public static IReadOnlyList<DeploymentVariableRow> Freeze(Guid accountId, Guid deploymentId, MergedVariables variables) =>
    [
        .. variables.All.Select(variable => new DeploymentVariableRow
        {
            AccountId = accountId,
            DeploymentId = deploymentId,
            Name = variable.Name,
            SecretId = variable.Origin?.SecretId,
            Version = variable.Origin?.Version ?? 0,
            Field = variable.Origin?.Field,
            Rung = (int)(variable.Origin?.Rung ?? Rung.Global),
            ValueTag = TagOf(variables, variable),
        }),
    ];

    /// <summary>The tag of a variable's value: equal for equal values of one account.</summary>
    /// <param name="variables">The map that the variable is of.</param>
    /// <param name="variable">The variable.</param>
    public static string TagOf(MergedVariables variables, MergedVariable variable) => variables.TagOf("variable\n"u8, variable.Value.Span);

    /// <summary>The tag of a whole map: of what makes it, and of what an answer says around it.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="variables">Its variables.</param>
    /// <param name="tag">Makes a tag under the account's key.</param>
    public static string TagOf(DeploymentRow deployment, IEnumerable<DeploymentVariableRow> variables, Func<ReadOnlySpan<byte>, string> tag)
    {
        var parts = new List<string?>
        {
            "map", deployment.AccountId.ToString(), deployment.Id.ToString(), deployment.Revision.ToString(CultureInfo.InvariantCulture),

            // Where it goes, too: a row that was moved to another environment must not take the values there.
            deployment.SiteId.ToString(), deployment.EnvironmentId.ToString(), deployment.AppId?.ToString(),
            deployment.Site, deployment.Environment, deployment.EnvironmentType, deployment.App,
        };
        parts.AddRange([.. deployment.Withheld, null, .. deployment.Expired, null, .. deployment.MapWarnings, null]);
        foreach (var variable in variables.OrderBy(v => v.Name, StringComparer.Ordinal))
        {
            parts.AddRange([variable.Name, variable.SecretId?.ToString(), $"{variable.Version} {variable.Rung}", variable.Field, variable.ValueTag]);
        }

        // Each with its length before it, so that no two lists give one text.
        var text = string.Concat(parts.Select(p => p is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{p.Length}:{p}")));
        return tag(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Opens a frozen map.</summary>
    /// <returns>The map as it was; a conflict where values of it were purged by force; not found where the deployment has been deleted meanwhile.</returns>
    /// <exception cref="SealedValueException">A row was changed outside of the service, or a value cannot be opened. The log says which.</exception>
    public async Task<Outcome<MergedVariables>> ThawAsync(Caller caller, DeploymentRow deployment, CancellationToken cancellation)
    {
        var frozen = await ReadAsync(deployment, cancellation);
        if (frozen.Where(f => f.Variable is { SecretId: null, Version: > 0 }).Select(f => f.Variable.Name).ToList() is [_, ..] destroyed)
        {
            return Failure.StateConflict(
                $"Values of this deployment were purged for good, so that its map cannot be had any more: {string.Join(", ", destroyed)}. Make a new deployment.");
        }

        var fingerprints = await keys.FindFingerprintKeyAsync(db, deployment.AccountId, cancellation);
        if (frozen.Count != deployment.VariableCount
            || TagOf(deployment, frozen.Select(f => f.Variable), bytes => fingerprints.Tag(bytes)) != deployment.MapTag)
        {
            // The deployment may have gone since its row was read, with the environment that it is of.
            if (!await db.Deployments.AnyAsync(d => d.AccountId == deployment.AccountId && d.Id == deployment.Id, cancellation))
            {
                return DeploymentQueries.NotFound;
            }

            LogChanged(deployment.Id);
            throw new SealedValueException();
        }

        var variables = new MergedVariables(
            OriginOf(deployment) with { Reach = caller.Reach }, frozen.Sum(f => f.Value?.SealedValue.Length ?? 0), fingerprints)
        {
            FrozenWarnings = deployment.MapWarnings,
        };
        try
        {
            await FillAsync(variables, caller, deployment, frozen, cancellation);
            return variables;
        }
        catch
        {
            variables.Dispose();
            throw;
        }
    }

    /// <summary>What a frozen map was made from, as answers show it.</summary>
    public static MapOrigin OriginOf(DeploymentRow deployment) => new(
        deployment.Revision,
        deployment.EnvironmentType,
        new Place(deployment.SiteId, deployment.Site),
        new Place(deployment.EnvironmentId, deployment.Environment),
        deployment.AppId is { } app ? new Place(app, deployment.App!) : null)
    {
        DeploymentId = deployment.Id,
    };

    private async Task<List<FrozenVariable>> ReadAsync(DeploymentRow deployment, CancellationToken cancellation) => await (
        from variable in db.DeploymentVariables.AsNoTracking()
        where variable.AccountId == deployment.AccountId && variable.DeploymentId == deployment.Id
        join version in db.SecretVersions.AsNoTracking()
            on new { variable.AccountId, variable.SecretId, variable.Version }
            equals new { version.AccountId, SecretId = (Guid?)version.SecretId, version.Version } into versions
        from version in versions.DefaultIfEmpty()
        join secret in db.Secrets.AsNoTracking()
            on new { variable.AccountId, variable.SecretId } equals new { secret.AccountId, SecretId = (Guid?)secret.Id } into secrets
        from secret in secrets.DefaultIfEmpty()
        orderby variable.Name
        select new FrozenVariable(variable, version, secret.ScopeKey)).ToListAsync(cancellation);

    private async Task FillAsync(
        MergedVariables variables, Caller caller, DeploymentRow deployment, List<FrozenVariable> frozen, CancellationToken cancellation)
    {
        foreach (var variable in frozen)
        {
            await AddAsync(variables, caller, variable, cancellation);
        }

        foreach (var variable in variables.All.Zip(frozen))
        {
            if (TagOf(variables, variable.First) != variable.Second.Variable.ValueTag)
            {
                LogOther(deployment.Id, variable.First.Name);
                throw new SealedValueException();
            }
        }

        deployment.Expired.ToList().ForEach(variables.LeaveOutExpired);
        deployment.Withheld.ToList().ForEach(variables.LeaveOutWithheld);
    }

    private async Task AddAsync(MergedVariables variables, Caller caller, FrozenVariable frozen, CancellationToken cancellation)
    {
        var row = frozen.Variable;
        if (row.SecretId is not { } secretId)
        {
            variables.AddEmpty(row.Name);
            return;
        }

        // Without its version the tag would not be right: the foreign key keeps it from going.
        var version = frozen.Value ?? throw new InvalidOperationException($"[unexpected] deployment {row.DeploymentId} has lost the version of {row.Name}");
        var origin = new ValueOrigin(secretId, row.Version, (Rung)row.Rung, row.Field, version.IsSecret);
        var stored = new StoredValue(
            secretId, row.Version, frozen.ScopeKey!, version.Name, version.Name, SecretSealer.KindOf(version.IsSecret), version.DataKeyId, version.SealedValue);
        if (row.Field is null)
        {
            variables.Add(row.Name, origin, await sealer.OpenAsync(caller, stored, variables.Free(stored.Sealed.Length), cancellation));
            return;
        }

        using var opened = await sealer.OpenAsync(caller, stored, cancellation);
        variables.Add(row.Name, origin, FieldOf(version.Name, row.Name, opened.Written));
    }

    private static string FieldOf(string secretName, string variable, ReadOnlyMemory<byte> json)
    {
        using var value = JsonDocument.Parse(json);
        return FieldVariables.Of(secretName, value.RootElement).First(v => v.Name == variable).Text;
    }

    private sealed record FrozenVariable(DeploymentVariableRow Variable, SecretVersionRow? Value, string? ScopeKey);

    [LoggerMessage(1, LogLevel.Critical, "The frozen map of deployment {DeploymentId} is not what was frozen: a row was changed or deleted outside of the service")]
    private partial void LogChanged(Guid deploymentId);

    [LoggerMessage(2, LogLevel.Critical, "Deployment {DeploymentId} would get another value of {Name} than was frozen: a row was changed outside of the service")]
    private partial void LogOther(Guid deploymentId, string name);
}

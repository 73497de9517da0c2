using SecretsService.Contracts;
using SecretsService.Formats;
using SecretsService.Outcomes;
using SecretsService.Resolution;
using SecretsService.Secrets;
using SecretsService.SecretTypes;
using SecretsService.Sites;

namespace SecretsService.Deployments;

/// <summary>Collects what there is to say of a map before it is deployed: every problem, none but once.</summary>
/// <param name="variables">The map.</param>
/// <param name="environmentType">The type of the environment that it goes to, as it is today.</param>
/// <param name="explanation">Why it is as it is; null for a map that was frozen earlier, where nothing can be mended any more.</param>
internal sealed class PreflightReport(MergedVariables variables, string? environmentType, Explanation? explanation)
{
    private readonly Dictionary<(string Code, string? Key), PreflightProblem> _problems = [];

    /// <summary>Every problem: those that stand against a deployment first, then by key.</summary>
    public IReadOnlyList<PreflightProblem> Problems =>
    [
        .. _problems.Values.OrderBy(p => p.Severity).ThenBy(p => p.Key, StringComparer.Ordinal).ThenBy(p => p.Code, StringComparer.Ordinal),
    ];

    // On a developer's machine what is missing is a warning and an empty value.
    private bool IsLocal => environmentType == EnvironmentTypes.Local;

    /// <summary>Checks what is required; one key may be required several times.</summary>
    public void RequireAll(IEnumerable<RequiredSecret> required)
    {
        foreach (var requirement in required.OrderBy(r => r.Optional))
        {
            if (explanation is null)
            {
                RequireFrozen(requirement);
            }
            else
            {
                Require(requirement, explanation.OfWithScopes(requirement.Key));
            }
        }
    }

    /// <summary>Says what is left out of the map: expired and reserved ones, values that do not open, variables that are given twice.</summary>
    public void AddWhatIsLeftOut()
    {
        foreach (var name in variables.Expired)
        {
            AddExpired(name, isOptional: false);
        }

        foreach (var (name, warning) in variables.LeftOut)
        {
            Add(ProblemCodes.Reserved, ProblemSeverity.Error, name, $"{warning} Rename the secret, or the field that gives it.");
        }

        foreach (var name in variables.Unreadable)
        {
            Add(ProblemCodes.Unreadable, ProblemSeverity.Error, name, $"The value of {name} cannot be opened. Write it anew.");
        }

        foreach (var collision in variables.Collisions)
        {
            Add(ProblemCodes.Collision, ProblemSeverity.Warning, collision[..collision.IndexOf(' ', StringComparison.Ordinal)], collision);
        }
    }

    /// <summary>Says which values of a frozen map have expired since. Who asks for the map as it was gets it, and should know.</summary>
    public void AddExpiredSince(IReadOnlyDictionary<Guid, DateTimeOffset> expiries)
    {
        foreach (var variable in variables.All)
        {
            if (variable.Origin is { } origin && expiries.TryGetValue(origin.SecretId, out var at))
            {
                Add(
                    ProblemCodes.Expired, ProblemSeverity.Warning, variable.Name,
                    $"{variable.Name} expired at {ExplanationWords.Show(at)}, and the map to go back to has it still. Write a new value, and deploy with today's secrets.");
            }
        }
    }

    /// <summary>Says which variables of a frozen map have names that were reserved since.</summary>
    public void AddReservedSince(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Add(
                ProblemCodes.Reserved, ProblemSeverity.Error, name,
                $"{name} is reserved by now: the platform sets it itself. Go back with today's secrets instead (\"secrets\": \"current\").");
        }
    }

    /// <summary>Says which values do not satisfy their type.</summary>
    public void AddViolations(IEnumerable<(string Name, FieldErrors Errors)> violations)
    {
        foreach (var (name, errors) in violations)
        {
            var faults = string.Join(" ", errors.Select(e => $"{e.Key}: {string.Join(' ', e.Value)}"));
            Add(ProblemCodes.TypeViolation, ProblemSeverity.Error, name, $"The value of {name} does not satisfy its type. {faults}");
        }
    }

    /// <summary>Says which values of the map expire soon.</summary>
    public void AddExpiringSoon(IEnumerable<Candidate> candidates, DateTimeOffset now, int days)
    {
        var expiries = candidates.Where(c => c.ExpiresAt > now && c.ExpiresAt <= now.AddDays(days)).ToDictionary(c => c.Id, c => c.ExpiresAt!.Value);
        foreach (var variable in variables.All)
        {
            if (variable.Origin is { } origin && expiries.TryGetValue(origin.SecretId, out var at))
            {
                Add(
                    ProblemCodes.ExpiringSoon, ProblemSeverity.Warning, variable.Name,
                    $"{variable.Name} expires at {ExplanationWords.Show(at)}, within {days} days. Write a new value with a later expires_at.");
            }
        }
    }

    /// <summary>Says what a target cannot be given.</summary>
    /// <param name="profileName">The name of the target's profile; null where there is none to check for.</param>
    /// <returns>The profile.</returns>
    public TargetProfile? CheckFor(string? profileName)
    {
        if (profileName is null || TargetProfiles.Find(profileName) is not { } profile)
        {
            return null;
        }

        foreach (var fault in profile.Check([.. variables.All.Select(v => new Variable(v.Name, v.Value, v.Origin?.IsSecret ?? false))]))
        {
            var subject = fault.Name is { } name ? $"{name} for the target {profile.Name}" : $"For the target {profile.Name}";
            Add(ProblemCodes.TargetLimit, ProblemSeverity.Error, fault.Name, $"{subject}: {fault.Reason}");
        }

        return profile;
    }

    private void Require(RequiredSecret requirement, ResolvedKey resolved)
    {
        var key = requirement.Key;
        switch (resolved.State)
        {
            case ResolvedState.Injected:
                RequireType(requirement, resolved);
                break;
            case ResolvedState.Expired:
                AddExpired(key, requirement.Optional);
                GiveEmpty(requirement);
                break;
            case ResolvedState.Withheld:
                AddRequired(ProblemCodes.Withheld, requirement, $"{key} is withheld. {resolved.Reason}");
                break;
            case ResolvedState.Reserved when resolved.Winner is null:
                // Where a secret has the name, that stands against a deployment however little it is needed: AddWhatIsLeftOut says so.
                AddRequired(ProblemCodes.Reserved, requirement, $"{key} is required, and reserved. {resolved.Reason}");
                break;
            case ResolvedState.Deleted or ResolvedState.Absent:
                AddRequired(ProblemCodes.Missing, requirement, $"{key} is missing. {LookedAt(resolved)} {resolved.Reason}");
                GiveEmpty(requirement);
                break;
        }
    }

    private void RequireType(RequiredSecret requirement, ResolvedKey resolved)
    {
        if (requirement.SecretType is { } type && explanation?.TypeOf(requirement.Key) != type)
        {
            var has = resolved.Winner is { Hidden: true } ? "has not"
                : resolved.Winner?.SecretType is { } other ? $"has the type {other}" : "has none";
            AddRequired(ProblemCodes.TypeMismatch, requirement, $"{requirement.Key} must have the secret type {type}, and {has}. Create it anew with that type.");
        }
    }

    private void RequireFrozen(RequiredSecret requirement)
    {
        if (!variables.All.Any(v => Gives(v, requirement.Key)))
        {
            AddRequired(
                ProblemCodes.Missing, requirement,
                $"{requirement.Key} is not in the map of the deployment to go back to. Go back with today's secrets instead (\"secrets\": \"current\").");
        }
    }

    // A key whose type gives a variable for each field is in a frozen map by those. What is empty because the environment was local then is
    // missing where it is no more.
    private bool Gives(MergedVariable variable, string key) =>
        variable.Origin is { Field: { } field } ? variable.Name == key || variable.Name == FieldVariables.NameOf(key, field)
            : variable.Name == key && (variable.Origin is not null || IsLocal);

    private void AddExpired(string key, bool isOptional)
    {
        var severity = IsLocal || isOptional ? ProblemSeverity.Warning : ProblemSeverity.Error;
        Add(ProblemCodes.Expired, severity, key, $"{key} has expired. {explanation?.OfWithScopes(key).Reason}".TrimEnd());
    }

    private void AddRequired(string code, RequiredSecret requirement, string message)
    {
        var what = requirement.Description is { Length: > 0 } description ? $" It is for: {description}" : "";
        Add(code, IsLocal || requirement.Optional ? ProblemSeverity.Warning : ProblemSeverity.Error, requirement.Key, message + what);
    }

    // What stands against a deployment is said before what does not, and the first word stands.
    private void Add(string code, ProblemSeverity severity, string? key, string message) =>
        _problems.TryAdd((code, key), new PreflightProblem { Code = code, Severity = severity, Key = key, Message = message });

    private void GiveEmpty(RequiredSecret requirement)
    {
        if (IsLocal && !requirement.Optional && variables.All.All(v => v.Name != requirement.Key))
        {
            variables.AddEmpty(requirement.Key);
        }
    }

    private static string LookedAt(ResolvedKey resolved) =>
        $"Looked at the secrets {string.Join("; ", resolved.Scopes!.Select(s => ScopeWords.At(s.Scope)))}.";
}

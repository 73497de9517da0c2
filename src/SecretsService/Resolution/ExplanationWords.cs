using System.Globalization;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Scopes;
using SecretsService.Secrets;
using Claim = SecretsService.Resolution.VariableClaim<SecretsService.Resolution.SecretSource>;

namespace SecretsService.Resolution;

/// <summary>What explanations say to people: why a target gets what it gets, and what to do where that is nothing.</summary>
internal static class ExplanationWords
{
    /// <summary>Why a reserved name is left out.</summary>
    public const string Reserved = "The platform sets this variable itself, so no secret gives it. Use another name.";

    /// <summary>Why a field's variable is left out that would take hold of the process.</summary>
    public const string OfProcess =
        "This variable changes what the process itself loads or runs, so no field of a secret gives it. Rename the secret or the field.";

    /// <summary>What a restricted key is told of a key that only scopes have which it may not see, and of one that none has.</summary>
    public const string OfHidden = "No scope that this API key may see has it.";

    /// <summary>What stands in place of the name of a secret that is out of reach.</summary>
    public const string HiddenSecret = $"a secret of {ReachRefusals.HiddenScope}";

    /// <summary>What a merged map says of a variable that is left out because of its name.</summary>
    public static string OfLeftOut<TSecret>(VariableClaim<TSecret> claim, MapOrigin origin)
        where TSecret : class, ISecretSource =>
        claim.IsOfProcess()
            ? !origin.Sees(claim.Scope.Rung) ? $"{claim.Name} changes what the process itself loads or runs and was left out: it is a field of {HiddenSecret}."
            : $"{claim.Name} changes what the process itself loads or runs and was left out: it is the field {claim.Field} of {claim.Secret.Name}. Rename one of the two."
            : $"{claim.Name} is reserved and was left out.";

    /// <summary>Why a secret decides, and what comes of it.</summary>
    /// <param name="winner">What decides.</param>
    /// <param name="shadowed">How many others it decides over.</param>
    /// <param name="state">What it comes to.</param>
    /// <param name="origin">The target.</param>
    public static string OfWinner(Claim winner, int shadowed, ResolvedState state, MapOrigin origin)
    {
        var secret = winner.Secret;
        var at = At(secret.Scope, origin);
        var isSeen = origin.Sees(secret.Scope.Rung);
        var whose = winner.Field is not { } field ? "The value"
            : isSeen ? $"It is the field {field} of {secret.Name}, whose value"
            : $"It is a field of {HiddenSecret}, whose value";
        return state switch
        {
            ResolvedState.Reserved => winner.IsOfProcess() ? OfProcess : Reserved,
            ResolvedState.Withheld =>
                $"A tombstone {at} keeps it from this target. Delete the tombstone to let another value through.",
            ResolvedState.Expired when !isSeen =>
                $"{whose} {at} has expired, and no broader value takes its place.",
            ResolvedState.Expired =>
                $"{whose} {at} expired at {Show(secret.ExpiresAt!.Value)}, and no broader value takes its place. "
                + "Write a new value with a later expires_at, or clear expires_at.",
            _ => $"{whose} {at} decides{WhyOver(secret, shadowed)}.",
        };
    }

    /// <summary>Which of a secret's fields other secrets give instead.</summary>
    /// <param name="others">What decides each of them.</param>
    /// <param name="origin">The target.</param>
    public static string OfLostFields(IEnumerable<Claim> others, MapOrigin origin) => string.Concat(others.Select(o =>
        $" {o.Name} is decided by {(origin.Sees(o.Scope.Rung) ? o.Secret.Name : HiddenSecret)} instead: rename one of the two."));

    /// <summary>Which of a secret's fields give no variable because of its name.</summary>
    public static string OfLeftOutFields(IEnumerable<Claim> leftOut) =>
        string.Concat(leftOut.Select(c => $" {c.Name} is left out: {(c.IsOfProcess() ? "it changes what the process itself loads or runs" : "the platform sets it itself")}."));

    /// <summary>Where a key was that every secret of is deleted.</summary>
    /// <param name="deleted">The deleted secret of the highest rung.</param>
    /// <param name="origin">The target.</param>
    public static string OfDeleted(SecretSource deleted, MapOrigin origin) =>
        $"The value {At(deleted.Scope, origin)} was deleted{(origin.Sees(deleted.Scope.Rung) ? $" at {Show(deleted.DeletedAt!.Value)}" : "")}, and no other scope has one. "
        + "Restore it, or create the key anew.";

    /// <summary>Why there is nothing to say of a key.</summary>
    /// <param name="scopes">How many scopes were looked at.</param>
    /// <param name="twin">A key that differs in letter case only, where there is one.</param>
    public static string OfAbsent(int scopes, string? twin) =>
        (scopes == 1 ? "The one scope that this target gets values from does not have it." : $"None of the {scopes} scopes that this target gets values from has it.")
        + (twin is null ? " Create it at one of them." : $" There is {twin}: keys that differ in letter case are different keys.");

    private static string WhyOver(SecretSource secret, int shadowed) => (secret.IsPinned, shadowed) switch
    {
        (true, 0) => ": it is pinned, so nothing narrower may override it",
        (true, _) => $" over {Others(shadowed)}, because it is pinned: nothing narrower may override it",
        (false, 0) => "",
        (false, _) => $" over {Others(shadowed)}, because no other applies more narrowly",
    };

    private static string Others(int count) => count == 1 ? "one other" : $"{count} others";

    private static string At(SecretScope scope, MapOrigin origin) =>
        origin.Sees(scope.Rung) ? ScopeWords.At(origin.Show(scope)) : $"of {ReachRefusals.HiddenScope}";

    /// <summary>A time for people: to the second, in UTC.</summary>
    public static string Show(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

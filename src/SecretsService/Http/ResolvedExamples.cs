using SecretsService.Contracts;

namespace SecretsService.Http;

/// <summary>What an explanation looks like in OpenAPI.</summary>
internal static class ResolvedExamples
{
    private static readonly DateTimeOffset Day = new(2026, 11, 1, 9, 30, 0, TimeSpan.Zero);

    private static readonly SecretScopeInfo OfEnvironment =
        new() { Owner = ScopeOwner.Site, Site = "shop", Selector = ScopeSelector.Environment, Environment = "production" };

    private static readonly SecretScopeInfo OfAccount = new() { Owner = ScopeOwner.Global, Selector = ScopeSelector.Any };

    /// <summary>One key, with the scopes that were looked at.</summary>
    public static readonly ResolvedKey Key = new()
    {
        Key = "STRIPE_SECRET_KEY",
        State = ResolvedState.Injected,
        Reason = "The value of site shop, environment production decides over one other, because no other applies more narrowly.",
        Variables = ["STRIPE_SECRET_KEY"],
        Winner = Source(3, OfEnvironment, 7, "5f2b7c1e", sameValue: null),
        Shadowed = [Source(6, OfAccount, 1, "90c1ad44", sameValue: false)],
        Deleted = [],
        Scopes =
        [
            new() { Scope = OfEnvironment, Rung = 7, Has = ResolvedHolding.Value },
            new() { Scope = OfAccount, Rung = 1, Has = ResolvedHolding.Value },
        ],
    };

    /// <summary>A list of keys.</summary>
    public static readonly ResolvedMap Map = new()
    {
        Data = [Key with { Scopes = null }],
        Meta = new() { Revision = 41, Count = 1, Site = "shop", Environment = "production", EnvironmentType = "production" },
        Message = "Keys resolved successfully",
        HttpStatus = StatusCodes.Status200OK,
    };

    private static ResolvedSource Source(int id, SecretScopeInfo scope, int rung, string fingerprint, bool? sameValue) => new()
    {
        SecretId = new Guid($"019a3f00-0000-7000-8000-0000000000{id:x2}"),
        Scope = scope,
        Rung = rung,
        Version = 1,
        Fingerprint = fingerprint,
        IsSecret = true,
        Pinned = false,
        Withheld = false,
        ExpiresAt = null,
        Expired = false,
        SetBy = "bootstrap",
        SetAt = Day,
        SameValue = sameValue,
    };
}
